"""Which parties' seats are drawn as bars, how long each is, and where the line to a majority is. No HTML, no rules."""

from collections import Counter
from fractions import Fraction

from msgspec import Struct

from server.election.contests import Definition
from server.election.nights import Night
from server.election.once import once
from server.election.parties import Party, counted_as, has_a_past
from server.election.results.councils.together import councils
from server.election.results.tally import add_up

_BARS = 5  # parties whose seats are drawn
_LINE_AT = Fraction(7, 10)  # of a bar's room: where the line is, so that a majority of 80 has room beyond it


class Bar(Struct, frozen=True):
    """A party's seats drawn against the line; ``length`` is its part (of 1) of the room there is.

    Before the first result they are the seats it defends.
    """

    party: Party
    seats: int
    length: Fraction


class Bars(Struct, frozen=True):
    """The seats of the largest parties, a bar each, so that none is seen as added to another. ``line_at`` is where the
    line to a majority is, as a part of the room; ``held`` says that nothing is declared, and the seats are those of the
    baseline."""

    bars: tuple[Bar, ...]
    line: int
    line_at: Fraction
    held: bool


class StandingParties(Struct, frozen=True):
    """The parties that stand on a night: ``parties`` in their order, ``holders`` those that defend a seat."""

    parties: tuple[str, ...]
    holders: frozenset[str]


@once
def standing_of(definition: Definition) -> StandingParties:
    """The parties that stand on a night, those with the most votes at the baseline first, then the most candidates."""
    votes: Counter[str] = Counter()
    candidates: Counter[str] = Counter()
    for contest in definition.contests:
        votes.update(contest.previous.votes if contest.previous else {})
        candidates.update({counted_as(candidate.party) for candidate in contest.polled})
    parties = sorted(candidates, key=lambda party: (-votes[party], -candidates[party], party))
    holders = (contest.previous.holder for contest in definition.contests if contest.previous)
    return StandingParties(tuple(parties), frozenset(holders))


@once
def bars_of(night: Night) -> Bars:
    """The seats of the largest parties, or before the first result those that they defend, against the line."""
    tally, standing = add_up(night), standing_of(night.definition)
    seats = Counter({total.party: total.seats for total in tally.parties})
    if not night.declared:
        seats = Counter(one.previous.holder for one in night.definition.contests if one.previous)
    ranked = [party for party, _ in seats.most_common()]  # of equal ones the first, which has more votes
    ranked += [party for party in standing.parties if party not in seats]
    drawn = [party for party in ranked if party in night.parties and has_a_past(party)][
        :_BARS
    ]  # no bar for all independents
    most = max((seats[party] for party in drawn), default=0)
    room = max(tally.line / _LINE_AT if tally.line else Fraction(len(night.counts)), Fraction(most), Fraction(1))
    return Bars(
        bars=tuple(Bar(night.parties[party], seats[party], seats[party] / room) for party in drawn),
        line=tally.line,
        line_at=tally.line / room,
        held=not night.declared,
    )


def bars_of_councillors(night: Night) -> Bars:
    """The councillors of the parties with the most, each against the first; independents are no party."""
    every = [one for one in councils(night).parties if one.councillors and one.party in night.parties]
    drawn = [one for one in every if has_a_past(one.party)][:_BARS]
    most = max((one.councillors for one in drawn), default=1)
    bars = [Bar(night.parties[one.party], one.councillors, Fraction(one.councillors, most)) for one in drawn]
    return Bars(bars=tuple(bars), line=0, line_at=Fraction(0), held=False)
