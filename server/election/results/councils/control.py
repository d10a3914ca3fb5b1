"""Who controls a council, at the moment at which it is certain: on the figures as they stand. Nothing is stored."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from server.election.bodies import NO_OVERALL_CONTROL, Body
from server.election.counts import Count
from server.election.events import Declared, NoPollTaken
from server.election.parties import Party, counted_as, has_a_past


class Control(Struct, frozen=True):
    """Who controls a council, once that is certain: ``party`` is NO_OVERALL_CONTROL where nobody can any more.

    ``seq`` and ``at`` are of the event that made it certain, 0 and None where it was before the first of them, as where
    the seats that are not up decide. ``before`` is who controlled it on the eve, None where that is not known: then
    ``kind`` is "win".
    """

    party: str
    before: str | None
    seq: int
    at: datetime | None

    @property
    def kind(self) -> Literal["hold", "gain", "loss", "win"]:
        """ "loss" is a party's to no overall control, "gain" a party's from another, or from none."""
        if self.before is None:
            return "win"
        if self.party == self.before:
            return "hold"
        return "loss" if self.party == NO_OVERALL_CONTROL else "gain"

    def text(self, parties: Mapping[str, Party]) -> str:
        """As the House of Commons Library writes it: ``Lab gain from NOC``, ``Con loss to NOC``, ``Lab hold``."""
        now, before = _short(self.party, parties), _short(self.before, parties)
        match self.kind:
            case "gain":
                return f"{now} gain from {before}"
            case "loss":
                return f"{before} loss to {now}"
            case "hold":
                return f"{now} hold" if self.party else f"{now}, no change"
            case "win":
                return f"{now} control" if self.party else now


def control_of(body: Body, counts: Iterable[Count]) -> Control | None:
    """Who controls a council for certain, and since which event; None while it is open. ``counts`` are its contests.

    A party can win no more seats than it has candidates. A seat that the night leaves vacant, for want of candidates or
    because its poll is put off, anybody can win on another day.
    """
    counts = tuple(counts)
    has = dict(body.not_up)
    most, vacant = dict(has), 0  # what each party can still have, besides the vacant seats
    for count in counts:
        for party, number in _could_win(count).items():
            most[party] = most.get(party, 0) + number
    certain, since = _certain(body, has, most, vacant), (0, None)
    for seq, at, count in sorted(_ended(counts), key=lambda ended: ended[0]):
        won = count.result.verdict.won if count.result else {}
        vacant += count.contest.seats - sum(won.values())
        for party, number in _could_win(count).items():
            most[party] -= number
        for party, number in won.items():
            has[party], most[party] = has.get(party, 0) + number, most.get(party, 0) + number
        now = _certain(body, has, most, vacant)
        if now != certain:  # a poll that is put off can open what was certain
            certain, since = now, (seq, at)
    return None if certain is None else Control(certain, body.control, *since)


def _certain(body: Body, has: Mapping[str, int], most: Mapping[str, int], vacant: int) -> str | None:
    """Who controls it whatever comes; None while more than one thing can come."""
    for party, number in has.items():
        if number >= body.line and has_a_past(party):
            return party
    can = any(number + vacant >= body.line and has_a_past(party) for party, number in most.items())
    return None if can else NO_OVERALL_CONTROL


def _could_win(count: Count) -> dict[str, int]:
    """Party → the seats that it could win in a contest at most: no more than it has candidates."""
    standing: dict[str, int] = {}
    for candidate in count.contest.standing:
        party = counted_as(candidate.party)
        standing[party] = min(count.contest.seats, standing.get(party, 0) + 1)
    return standing


def _ended(counts: Iterable[Count]) -> Iterator[tuple[int, datetime, Count]]:
    """The contests in which nothing is open any more, with the event that ended each."""
    for count in counts:
        if not is_open(count):
            last = next(event for event in reversed(count.history) if isinstance(event, Declared | NoPollTaken))
            yield last.seq, last.at, count


def is_open(count: Count) -> bool:
    """Whether nobody has a contest's seats yet, and somebody can on this night."""
    return count.result is None and count.no_poll is None


def _short(party: str | None, parties: Mapping[str, Party]) -> str:
    return parties[party].short if party else "NOC"
