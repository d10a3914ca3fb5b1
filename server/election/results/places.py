"""Where contests lie: the whole night, its nations, its regions and its councils. No figures."""

from msgspec import Struct

from server.election.contests import Contest, Definition
from server.election.once import once


class Area(Struct, frozen=True):
    """A nation, a region of it, or what a body of this id has of either; the whole night where all are ""."""

    nation: str = ""
    region: str = ""
    body: str = ""

    @property
    def name(self) -> str:
        """ "London", "England"; "" for the whole night."""
        return self.region or self.nation

    def has(self, nation: str, region: str, body: str = "") -> bool:
        """Whether a contest of this nation, region and body lies there."""
        return self.nation in ("", nation) and self.region in ("", region) and self.body in ("", body)


def place_of(contest: Contest) -> tuple[str, str, str]:
    """A contest's nation, region and body."""
    return contest.nation, contest.region, contest.body or ""


EVERYWHERE = Area()


@once
def nations(definition: Definition) -> tuple[Area, ...]:
    """The nations of a night, that with the most contests first."""
    sizes: dict[str, int] = {}
    for contest in definition.contests:
        sizes[contest.nation] = sizes.get(contest.nation, 0) + 1
    return tuple(Area(nation) for nation in sorted(sizes, key=lambda nation: (-sizes[nation], nation)) if nation)


@once
def regions(definition: Definition) -> tuple[Area, ...]:
    """The regions of a night, nation by nation, in the alphabet's order; a nation can be a region itself."""
    order = {area.nation: place for place, area in enumerate(nations(definition))}
    found = {
        Area(contest.nation, contest.region) for contest in definition.contests if contest.nation and contest.region
    }
    return tuple(sorted(found, key=lambda area: (order[area.nation], area.region)))
