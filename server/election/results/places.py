"""Where contests lie: the whole night, its nations and its regions. No figures."""

from msgspec import Struct

from server.election.contests import Definition
from server.election.once import once


class Area(Struct, frozen=True):
    """A nation, or a region of it; the whole night where both are ""."""

    nation: str = ""
    region: str = ""

    @property
    def name(self) -> str:
        """ "London", "England"; "" for the whole night."""
        return self.region or self.nation

    def has(self, nation: str, region: str) -> bool:
        """Whether a contest of this nation and region lies there."""
        return self.nation in ("", nation) and self.region in ("", region)


EVERYWHERE = Area()


@once
def nations(definition: Definition) -> tuple[Area, ...]:
    """The nations of a night, that with the most contests first."""
    sizes: dict[str, int] = {}
    for contest in definition.contests:
        sizes[contest.nation] = sizes.get(contest.nation, 0) + 1
    return tuple(Area(nation) for nation in sorted(sizes, key=lambda one: (-sizes[one], one)) if nation)


@once
def regions(definition: Definition) -> tuple[Area, ...]:
    """The regions of a night, nation by nation, in the alphabet's order; a nation can be a region itself."""
    order = {area.nation: place for place, area in enumerate(nations(definition))}
    found = {Area(one.nation, one.region) for one in definition.contests if one.nation and one.region}
    return tuple(sorted(found, key=lambda area: (order[area.nation], area.region)))
