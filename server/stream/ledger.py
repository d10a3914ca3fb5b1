"""How each night stands, on both sides of the count: kept folded, fed by news, read on. No rules, no connections."""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from server.election.counting.acts import Act, AnyAct
from server.election.counting.desk import Desk, fold_acts
from server.election.decide import Refused
from server.election.events import AnyEvent
from server.election.nights import Night, fold
from server.stream.events import Conflict, EventStream, StreamUnavailable
from server.stream.follow import Acted, Arrived, News, Opened
from server.stream.reading import Position, Since
from server.stream.turns import Turns

Entry = AnyEvent | AnyAct
Side = Literal["events", "acts"]
_MOST_TRIES = 100  # one writer wins every round, so only a hundred other processes at once could exhaust them
_NOWHERE = Position()


class Stands(Struct, frozen=True):
    """A night as it stands in one ``round``; ``night`` is None, and the desk empty, where nothing is stored."""

    round: str = _NOWHERE.round
    night: Night | None = None
    desk: Desk = Desk()

    @property
    def position(self) -> Position:
        """How far this is."""
        return Position(self.round, self.night.seq if self.night else 0, self.desk.seq)

    def receipts(self, side: Side) -> dict[str, int]:
        """Command id → seq, of what was written so far."""
        if side == "acts":
            return self.desk.receipts
        return self.night.receipts if self.night else {}


class Ledger:
    """All nights of one stream. A process that follows feeds it with what it hears; one that does not, reads."""

    def __init__(self, stream: EventStream) -> None:
        self._stream = stream
        self._stands: dict[str, Stands] = {}
        self._heard: dict[str, str] = {}  # night → the round that the follower is in
        # Sixty who all tried at once would try a hundred times, and some in vain.
        self._turns = Turns()

    def known(self, night: str) -> Stands:
        """A night as it is known here, without asking Redis."""
        return self._stands.get(night) or Stands()

    async def look(self, night: str) -> Stands:
        """A night as it stands in Redis this moment; one round trip, and only what is not known yet comes with it."""
        return self._take(night, await self._stream.look(night, self.known(night).position))

    def hear(self, news: News) -> None:
        """Take in what the follower tells. It may be behind what was read here, and even in an older round."""
        match news:
            case Opened():
                self._heard[news.night] = news.round
                self._take(news.night, Since(news.round != self.known(news.night).round, news.round, (), ()))
            case Arrived() | Acted() if self._heard.get(news.night) == self.known(news.night).round:
                events, acts = (news.events, ()) if isinstance(news, Arrived) else ((), news.acts)
                self._take(news.night, Since(False, self._heard[news.night], events, acts))
            case _:  # what was erased is replaced when its next round is heard of, or read
                pass

    async def put(
        self, night: str, command_id: str, side: Side, decide: Callable[[Stands], Entry]
    ) -> tuple[Entry, bool]:
        """Write what ``decide`` makes of the night, once however often it is sent; returns it, and whether it had been
        written before. It is safe once the night is settled.

        It is decided on what is known. Where that was not all, Redis refuses the entry, and where ``decide`` refuses,
        that may be why: then the night is read on. A refusal of the night as it is in Redis goes to the caller;
        StreamUnavailable if Redis does not answer: then it may come again.
        """
        written: list[Entry] = []  # of ours: the reply can be lost, and the entry comes back as somebody's
        async with self._turns.of(night):
            stands, fresh = self.known(night), False
            for _ in range(_MOST_TRIES):
                seq = stands.receipts(side).get(command_id)
                if seq is not None:
                    stored = stands.desk.log[seq - 1] if side == "acts" else await self._stream.event(night, seq)
                    if stored and stored.command_id == command_id:
                        return stored, stored not in written
                    stands, fresh = await self.look(night), True
                    continue
                try:
                    entry = decide(stands)
                    written.append(entry)
                    await self._stream.append(night, entry, stands.position)
                except Refused:
                    if fresh:
                        raise
                    stands, fresh = await self.look(night), True
                except Conflict as conflict:
                    stands, fresh = self._take(night, conflict.since), True
                else:
                    own = ((), (entry,)) if isinstance(entry, Act) else ((entry,), ())
                    self._take(night, Since(False, stands.round, *own))
                    return entry, False
        raise StreamUnavailable(f"{night}: too many writers at once.")

    def _take(self, night: str, since: Since) -> Stands:
        """What is known and what came since. Replies overtake one another: what is known already is passed over, and so
        is a whole night of a round that is over."""
        known = self.known(night)
        if since.whole and since.round != known.round and _number(since.round) < _number(known.round):
            return known
        if since.whole:
            known = Stands(since.round)
        elif since.round != known.round:
            return known
        at = known.position
        events = [event for event in since.events if event.seq > at.events]
        acts = [act for act in since.acts if act.seq > at.acts]
        known = Stands(
            known.round,
            fold(events, known.night) if events else known.night,
            fold_acts(acts, known.desk) if acts else known.desk,
        )
        if known.position == _NOWHERE:
            self._stands.pop(night, None)
        else:
            self._stands[night] = known
        return known


def _number(round: str) -> tuple[int, ...]:
    return tuple(map(int, round.split("-")))
