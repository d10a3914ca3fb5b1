"""Who controls a council, at the moment at which it is certain: on the figures as they stand. Nothing is stored."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from server.election.bodies import NO_OVERALL_CONTROL, Body
from server.election.counts import Count
from server.election.events import EndsRound, NoPollTaken, Withdrawn
from server.election.parties import Party, counted_as, has_a_past
from server.election.verdict import elect_unopposed, judge


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


def control_of(body: Body, counts: Iterable[Count]) -> tuple[Control | None, int]:
    """Who controls a council for certain, None while it is open; and the seq of the event that took back what was
    certain, 0 where none did. ``counts`` are its contests.

    A party can win no more seats than it has candidates. A seat that the night leaves vacant, for want of candidates or
    because its poll is put off, anybody can win on another day. ``seq`` is that of the event as it happened: control
    that a correction brings, or takes away, is that correction's news.
    """
    counts = tuple(counts)
    has, most = dict(body.not_up), dict(body.not_up)  # what each party can still have, besides vacant seats
    vacant = sum(map(_unstood, counts))
    for count in counts:
        for party, number in _could_win(count).items():
            most[party] = most.get(party, 0) + number
    certain, since, ended = _certain(body, has, most, vacant), (0, None), dict[str, Mapping[str, int]]()
    for event, count in sorted(_ends(counts), key=lambda end: end[0].seq):
        for won, sign in ((ended.pop(event.ballot, None), -1), (_won(count, event), 1)):
            if won is None:
                continue
            vacant += sign * (count.contest.seats - _unstood(count) - sum(won.values()))
            for party, number in _could_win(count).items():
                most[party] -= sign * number
            for party, number in won.items():
                has[party] = has.get(party, 0) + sign * number
                most[party] = most.get(party, 0) + sign * number
            if sign == 1:
                ended[event.ballot] = won
        now = _certain(body, has, most, vacant)
        if now != certain:  # a correction, or a poll that is put off, can open what was certain
            certain, since = now, (event.seq, event.at)
    return (None, since[0]) if certain is None else (Control(certain, body.control, *since), 0)


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


def _unstood(count: Count) -> int:
    """The seats for which nobody stands."""
    return max(0, count.contest.seats - len(count.contest.standing))


def _ends(counts: Iterable[Count]) -> Iterator[tuple[EndsRound, Count]]:
    """What gave a contest's seats to somebody, or took them back, with the contest."""
    for count in counts:
        for event in count.history:
            if isinstance(event, EndsRound):
                yield event, count


def _won(count: Count, event: EndsRound) -> Mapping[str, int] | None:
    """Party → the seats that it had after an event of a contest; None where that left them open."""
    if isinstance(event, Withdrawn):
        return None
    if event is count.last and not is_open(count):
        return count.result.verdict.won if count.result else {}
    if not isinstance(event, NoPollTaken):
        return judge(count.contest, event).verdict.won
    if event.state != "uncontested":
        return {}
    # Its paper can have been put right since, and then a poll is taken after all.
    return None if len(count.contest.standing) > count.contest.seats else elect_unopposed(count.contest).verdict.won


def is_open(count: Count) -> bool:
    """Whether nobody has a contest's seats yet, and somebody can on this night."""
    return count.result is None and count.no_poll is None


def _short(party: str | None, parties: Mapping[str, Party]) -> str:
    return parties[party].short if party else "NOC"
