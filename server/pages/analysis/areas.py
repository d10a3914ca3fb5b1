"""What the page of nations and regions shows: the score of each, in order. No HTML, no rules of a result."""

from msgspec import Struct

from server.election.contests import Definition
from server.election.nights import Night
from server.election.once import once
from server.election.parties import Party
from server.election.results.places import EVERYWHERE, Area, nations, regions
from server.election.results.tally import PartyTotal, Tally, add_up

_COLUMNS = 5  # as many as a phone has room for
_AT_LEAST = 5  # parties of an area, seats or not


class AreaScore(Struct, frozen=True):
    """An area: ``cells`` are the totals of the page's columns (None where a party has nothing there), ``rest`` the
    seats of all others; ``rows`` its own largest parties, ``others`` how many more, with ``others_votes`` of
    all the ``votes``."""

    area: Area
    tally: Tally
    cells: tuple[PartyTotal | None, ...]
    rest: int
    rows: tuple[PartyTotal, ...]
    others: int
    others_votes: int
    votes: int

    @property
    def within(self) -> bool:
        """Whether it is a region of a nation that has several."""
        return bool(self.area.region)


class Areas(Struct, frozen=True):
    """``columns`` are the parties with the most seats of the night so far; ``scores`` the whole night first."""

    columns: tuple[Party, ...]
    scores: tuple[AreaScore, ...]


@once
def areas_of(definition: Definition) -> tuple[Area, ...]:
    """The whole night, then its nations, each followed by its regions if it has more than one."""
    inside = regions(definition)
    listed = [EVERYWHERE]
    for nation in nations(definition):
        own = [region for region in inside if region.nation == nation.nation]
        listed += [nation, *(own if len(own) > 1 else ())]
    return tuple(listed)


@once
def areas(night: Night) -> Areas:
    """The score by nation and region as a night stands."""
    tallies = [(area, add_up(night, area)) for area in areas_of(night.definition)]
    columns = [total.party for total in tallies[0][1].parties[:_COLUMNS]]
    return Areas(
        columns=tuple(night.parties[party] for party in columns),
        scores=tuple(_score(area, tally, columns) for area, tally in tallies),
    )


def _score(area: Area, tally: Tally, columns: list[str]) -> AreaScore:
    by_party = {total.party: total for total in tally.parties}
    shown = [one for one in tally.parties if one.seats or one.lost]
    by_votes = sorted((one for one in tally.parties if one not in shown), key=lambda one: -one.votes)
    shown += by_votes[: max(0, _AT_LEAST - len(shown))]
    rest = [one for one in tally.parties if one not in shown]
    return AreaScore(
        area=area,
        tally=tally,
        cells=tuple(by_party.get(party) for party in columns),
        rest=sum(one.seats for one in tally.parties if one.party not in columns),
        rows=tuple(shown),
        others=len(rest),
        others_votes=sum(one.votes for one in rest),
        votes=sum(one.votes for one in tally.parties),
    )
