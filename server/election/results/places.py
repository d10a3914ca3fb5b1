"""Where contests lie: the whole night, its nations and its regions. No figures."""

from msgspec import Struct

from server.election.contests import Contest
from server.election.nights import Count, Night


class Area(Struct, frozen=True):
    """A nation, or a region of it; the whole night where both are ""."""

    nation: str = ""
    region: str = ""

    @property
    def name(self) -> str:
        """ "London", "England"; "" for the whole night."""
        return self.region or self.nation

    def has(self, contest: Contest) -> bool:
        """Whether a contest lies there."""
        return self.nation in ("", contest.nation) and self.region in ("", contest.region)


EVERYWHERE = Area()


def nations(night: Night) -> tuple[Area, ...]:
    """The nations of a night, that with the most contests first."""
    sizes: dict[str, int] = {}
    for contest in night.definition.contests:
        sizes[contest.nation] = sizes.get(contest.nation, 0) + 1
    return tuple(Area(nation) for nation in sorted(sizes, key=lambda one: (-sizes[one], one)) if nation)


def regions(night: Night) -> tuple[Area, ...]:
    """The regions of a night, nation by nation, in the alphabet's order; a nation can be a region itself."""
    order = {area.nation: place for place, area in enumerate(nations(night))}
    found = {Area(one.nation, one.region) for one in night.definition.contests if one.nation and one.region}
    return tuple(sorted(found, key=lambda area: (order[area.nation], area.region)))


def counts_in(night: Night, area: Area) -> tuple[Count, ...]:
    """The contests of an area as they stand, in the night's order."""
    counts = night.counts.values()
    return tuple(counts) if area == EVERYWHERE else tuple(count for count in counts if area.has(count.contest))
