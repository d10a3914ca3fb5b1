"""The seats a party attacks and defends, what it still needs, and which seats are due. Nothing is stored."""

from collections.abc import Iterator, Set
from datetime import datetime
from fractions import Fraction
from typing import Literal, NamedTuple

from msgspec import Struct

from server.election.contests import Definition, Previous
from server.election.counts import Count
from server.election.nights import Night
from server.election.once import once
from server.election.parties import INDEPENDENT, counted_as, has_a_past
from server.election.result import Result
from server.election.results.ranking import place
from server.election.results.tally import majority_line, still_open

Status = Literal["pending", "gained", "missed", "held", "lost"]
_TARGET: tuple[Status, Status] = ("gained", "missed")
_DEFENCE: tuple[Status, Status] = ("held", "lost")


class Battleground(Struct, frozen=True):
    """One seat as a party sees it. ``rival`` is the party it has to beat: in a target the holder, in a defence the
    second at the baseline (None where nobody is named).

    ``swing`` is what takes the seat from the holder, on the baseline: half the holder's lead, as a fraction of all
    votes then. It is below 0 where the holder was not first on these figures. ``rank`` is by it, from 1, equal swings
    alike; both are None in a target where the party did not stand at the baseline. Votes of independents are known
    only together, so that a lead over them can have been larger, and none is below 0.

    Once declared, ``votes`` and ``share`` (of all votes now) are by how much the party won, or fell short of the
    winner; None in a defence in which it does not stand.
    """

    ballot: str
    rank: int | None
    rival: str | None
    swing: Fraction | None
    status: Status
    winner: str | None
    votes: int | None
    share: Fraction | None


class Battlegrounds(Struct, frozen=True):
    """``targets`` are the seats a party did not hold at the baseline and in which it stands, easiest first, those
    without a rank last; ``defences`` the seats it held, least safe first. A seat without a baseline is neither."""

    party: str
    targets: tuple[Battleground, ...]
    defences: tuple[Battleground, ...]

    @property
    def nearest_misses(self) -> tuple[Battleground, ...]:
        """The targets missed, by how few votes."""
        missed = [(target.votes, target) for target in self.targets if target.status == "missed"]
        return tuple(
            target for votes, target in sorted(missed, key=lambda missed_by: missed_by[0] or 0) if votes is not None
        )


class Needs(Struct, frozen=True):
    """What a party still needs for a majority of the House: ``to_line`` more seats (0 once it is there).

    ``defences`` and ``targets`` are how many of each are undeclared, ``most`` the seats it has with all that are open.
    """

    party: str
    line: int
    seats: int
    to_line: int
    defences: int
    targets: int
    most: int

    @property
    def within_reach(self) -> bool:
        """Whether the majority is there, or can still come."""
        return self.most >= self.line


class Due(Struct, frozen=True):
    """When an undeclared contest is expected to be declared."""

    ballot: str
    expected: datetime


class Timetable(Struct, frozen=True):
    """The contests still to be declared whose time is known: ``next`` soonest first, ``late`` longest overdue first."""

    next: tuple[Due, ...]
    late: tuple[Due, ...]


def battlegrounds(night: Night, party: str) -> Battlegrounds:
    """A party's targets and defences as the night stands; the party's id is that under which it is counted.

    Independents have none: they are different people each time.
    """
    targets, defences = _sides(night.definition, party)
    return Battlegrounds(
        party,
        targets=tuple(_fought(party, night.counts[seat.ballot], seat, _TARGET) for seat in targets),
        defences=tuple(_fought(party, night.counts[seat.ballot], seat, _DEFENCE) for seat in defences),
    )


def ground(night: Night, party: str, ballot: str) -> tuple[Battleground, int] | None:
    """One contest among a party's targets and defences as ``battlegrounds`` has them, and how many of its side have a
    rank; None where it is neither."""
    for side, ended in zip(_sides(night.definition, party), (_TARGET, _DEFENCE), strict=True):
        if seat := next((seat for seat in side if seat.ballot == ballot), None):
            return _fought(party, night.counts[ballot], seat, ended), sum(one.rank is not None for one in side)
    return None


def needs(night: Night, grounds: Battlegrounds) -> Needs | None:
    """What the party of these battlegrounds still needs; None where no majority is at stake."""
    line = majority_line(night)
    if not line:
        return None
    results = (count.result for count in night.counts.values())
    seats = sum(result.verdict.won.get(grounds.party, 0) for result in results if result)
    return Needs(
        party=grounds.party,
        line=line,
        seats=seats,
        to_line=max(0, line - seats),
        defences=sum(seat.status == "pending" for seat in grounds.defences),
        targets=sum(seat.status == "pending" for seat in grounds.targets),
        most=seats + still_open(night),
    )


def timetable(night: Night, now: datetime) -> Timetable:
    """The undeclared contests by when they are expected; one expected at this moment is not late."""
    due = [
        Due(count.contest.ballot, count.expected)
        for count in night.counts.values()
        if count.expected and count.result is None and count.no_poll is None
    ]
    due.sort(key=lambda contest: contest.expected)
    return Timetable(
        next=tuple(contest for contest in due if contest.expected >= now),
        late=tuple(contest for contest in due if contest.expected < now),
    )


class _Seat(NamedTuple):
    ballot: str
    rank: int | None
    rival: str | None
    swing: Fraction | None


def _sides(definition: Definition, party: str) -> tuple[tuple[_Seat, ...], tuple[_Seat, ...]]:
    """What a party attacks and what it defends, in order: that does not change in the night."""
    known = _known_sides(definition)
    if party not in known:
        known[party] = _ordered(definition, party)
    return known[party]


@once
def _known_sides(definition: Definition) -> dict[str, tuple[tuple[_Seat, ...], tuple[_Seat, ...]]]:
    return {}


def _ordered(definition: Definition, party: str) -> tuple[tuple[_Seat, ...], tuple[_Seat, ...]]:
    parties = {named.id for named in definition.parties}
    targets: list[_Seat] = []
    defences: list[_Seat] = []
    for contest in definition.contests if has_a_past(party) else ():
        previous = contest.previous
        if previous is None or not contest.rules.has_winner:
            continue
        if previous.holder == party:
            second = _second(previous, parties)
            defences.append(_Seat(contest.ballot, None, second, _swing(previous, second)))
        elif any(counted_as(candidate.party) == party for candidate in contest.polled):
            swing = _swing(previous, party) if party in previous.votes else None
            targets.append(_Seat(contest.ballot, None, previous.holder, swing))
    return tuple(_ranked(targets)), tuple(_ranked(defences))


def _second(previous: Previous, parties: Set[str]) -> str | None:
    """The party with the most votes at the baseline but the holder, among those that are named."""
    votes = {party: number for party, number in previous.votes.items() if party in parties and party != previous.holder}
    return max(votes, key=votes.__getitem__, default=None)


def _swing(previous: Previous, to_party: str | None) -> Fraction | None:
    votes = previous.votes
    valid = sum(votes.values())
    lead = votes.get(previous.holder, 0) - (votes[to_party] if to_party else 0)
    if to_party == INDEPENDENT:
        lead = max(0, lead)
    return Fraction(lead, 2 * valid) if valid else None


def _ranked(seats: list[_Seat]) -> Iterator[_Seat]:
    """By swing, equal swings with the same rank; those without one last."""
    known = sorted(
        ((place(seat.swing), seat) for seat in seats if seat.swing is not None), key=lambda placed: placed[0]
    )
    rank, before = 0, None
    for number, (_, seat) in enumerate(known, start=1):
        if seat.swing != before:
            rank, before = number, seat.swing
        yield seat._replace(rank=rank)
    for seat in seats:
        if seat.swing is None:
            yield seat


def _fought(party: str, count: Count, seat: _Seat, ends: tuple[Status, Status]) -> Battleground:
    """A battleground with what became of it: ``ends`` are how it is won and how it is lost."""
    known = _battlegrounds(count)
    if party not in known:
        known[party] = _became(party, count.result, seat, ends)
    return known[party]


@once
def _battlegrounds(count: Count) -> dict[str, Battleground]:
    """What a contest is to each party that asked."""
    return {}


def _became(party: str, result: Result | None, seat: _Seat, ends: tuple[Status, Status]) -> Battleground:
    if result is None:
        return Battleground(*seat, "pending", None, None, None)
    winner = result.verdict.winner
    votes = result.majority if winner == party else _behind(result, party)
    share = None if votes is None or result.unopposed else Fraction(votes, result.valid)
    return Battleground(*seat, ends[winner != party], winner, votes, share)


def _behind(result: Result, party: str) -> int | None:
    """How many votes the party's best candidate is behind the winner; None where it does not stand."""
    for line in result.lines:  # in order of votes
        if counted_as(line.candidate.party) == party:
            return result.winner.votes - line.votes
    return None
