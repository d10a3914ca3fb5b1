"""The state of each night, public and private: kept folded, fed by the follower, read from Redis only on a conflict or
when asked. No rules, no connections."""

from collections.abc import Callable
from typing import Literal

import structlog
from msgspec import Struct
from msgspec.structs import replace

from server.election.counting.acts import Act
from server.election.counting.desk import Desk, fold_acts
from server.election.nights import Night, fold
from server.election.refusals import Refused
from server.stream.codec import UnknownEvent, encode
from server.stream.events import Conflict, EventStream
from server.stream.follow import Acted, Arrived, CaughtUp, Erased, News, Opened, Unreadable, Waiting
from server.stream.reading import Position, Since, mark_after
from server.stream.recollection import Recollection, Written
from server.stream.servers.failures import StreamUnavailable
from server.stream.turns import Turns

Side = Literal["events", "acts"]
_MOST_TRIES = 100  # one writer wins each time, so only a hundred other processes at once could exhaust them
_NOWHERE = Position()

log = structlog.get_logger(__name__)


class Stands(Struct, frozen=True):
    """The state of a night in one ``round``; ``night`` is None, and the desk empty, where nothing is stored. The marks
    are those of the newest event and act, "" where they are not known."""

    round: str = _NOWHERE.round
    night: Night | None = None
    desk: Desk = Desk()
    event_mark: str = ""
    act_mark: str = ""

    @property
    def position(self) -> Position:
        """The round and the seqs that this state goes up to."""
        seq = self.night.seq if self.night else 0
        return Position(self.round, seq, self.desk.seq, self.event_mark, self.act_mark)

    def receipts(self, side: Side) -> dict[str, int]:
        """Command id → seq of the event or act written for it."""
        if side == "acts":
            return self.desk.receipts
        return self.night.receipts if self.night else {}


class Ledger:
    """The states of all nights of one stream. A process that follows feeds it with news; others read from Redis."""

    def __init__(self, stream: EventStream) -> None:
        self._stream = stream
        self._stands: dict[str, Stands] = {}
        self._recollections: dict[str, Recollection] = {}
        self._heard: dict[str, str] = {}  # night → the round that the follower is in
        # Without turns sixty writers at once would each meet conflict after conflict, and some would give up.
        self._turns = Turns()

    def known(self, night: str) -> Stands:
        """The state of a night as this process knows it, without asking Redis."""
        return self._stands.get(night) or Stands()

    async def look(self, night: str) -> Stands:
        """The state of a night in Redis at this moment: one round trip, which brings only what is not known yet."""
        while True:
            asked = self.known(night).position
            since = await self._stream.look(night, asked)
            if self.known(night).position == asked:
                return self._take(night, since)

    def hear(self, news: News) -> News:
        """Take in news of the follower, which may be behind what was read here, and even in an older round.

        Returns the news, with the state after it unless more is known by now: so nobody else need fold it again.
        Of a night that cannot be added up it returns that it is unreadable.
        """
        try:
            return self._hear(news)
        except UnknownEvent as error:
            assert not isinstance(news, CaughtUp | Waiting)
            return self._hear(Unreadable(news.night, str(error)))

    def _hear(self, news: News) -> News:
        match news:
            case Opened():
                self._heard[news.night] = news.round
                self._take(news.night, Since(news.round != self.known(news.night).round, news.round, (), ()))
            case Arrived() | Acted() if self._heard.get(news.night) == self.known(news.night).round:
                events, acts = (news.events, ()) if isinstance(news, Arrived) else ((), news.acts)
                marks = (news.mark, "") if events else ("", news.mark)
                since = Since(False, self._heard[news.night], events, acts, *marks)
                stands = self._take(news.night, since) if self._continues(news.night, since) else Stands()
                then = stands.night if events else stands.desk
                if then and then.seq == (*events, *acts)[-1].seq:
                    return replace(news, then=then)
            case Unreadable():
                self._heard.pop(news.night, None)
                self._stands.pop(news.night, None)
            case Erased():
                if self._heard.pop(news.night, None) == self.known(news.night).round:
                    self._stands.pop(news.night, None)
                    if not news.went_back:
                        self._recollections.pop(news.night, None)
            case _:  # news of another round than the one that is known, and that all is caught up
                pass
        return news

    async def put(
        self, night: str, command_id: str, side: Side, decide: Callable[[Stands], Written]
    ) -> tuple[Written, bool]:
        """Write what ``decide`` makes of the night, once for each command id; it is durable once the night is settled.

        Returns what is stored, and whether it was there before.

        ``decide`` is called with the state known here. If that is out of date, Redis refuses the entry, or ``decide``
        may refuse for no good reason: then the night is read on and decided again. Refused if ``decide`` refuses the
        night as it is in Redis; StreamUnavailable if Redis does not answer, and then the caller may try again.
        """
        ours: list[Written] = []  # entries sent by this call: a reply can be lost, and then the entry is found stored
        async with self._turns.of(night):
            await self._put_back(night)
            stands, fresh = self.known(night), False
            for _ in range(_MOST_TRIES):
                seq = stands.receipts(side).get(command_id)
                if seq is not None:
                    stored = stands.desk.log[seq - 1] if side == "acts" else await self._stream.event(night, seq)
                    if stored and stored.command_id == command_id:
                        return stored, stored not in ours
                    stands, fresh = await self.look(night), True
                    continue
                try:
                    entry = decide(stands)
                    ours.append(entry)
                    mark = await self._stream.append(night, entry, stands.position)
                except Refused:
                    if fresh:
                        raise
                    stands, fresh = await self.look(night), True
                except Conflict as conflict:
                    fits = self.known(night).position == stands.position
                    stands, fresh = self._take(night, conflict.since) if fits else await self.look(night), True
                else:
                    self._written(night, entry, stands.round, mark)
                    return entry, False
        raise StreamUnavailable(f"{night}: too many writers at once.")

    async def put_back(self, night: str) -> None:
        """Write what this process remembers and Redis lacks, as a server does that took over without the last entries:
        with their numbers, times and marks, so that it is as if they had never been away. It is not durable yet.

        Nothing is written where anybody wrote anything else meanwhile: the count may have moved on.
        """
        async with self._turns.of(night):
            await self.look(night)
            await self._put_back(night)

    async def _put_back(self, night: str) -> None:
        while (kept := self._recollections.get(night)) and (entry := kept.lacking(self.known(night).position)):
            stands = self.known(night)
            try:
                mark = await self._stream.append(night, entry, stands.position)
            except Conflict:
                await self.look(night)
            else:
                log.warning("redis lacked what was written, and has it again", night=night, seq=entry.seq)
                self._written(night, entry, stands.round, mark)

    def _written(self, night: str, entry: Written, round: str, mark: str) -> None:
        is_act = isinstance(entry, Act)
        since = Since(False, round, (), (entry,), act_mark=mark) if is_act else Since(False, round, (entry,), (), mark)
        if self._continues(night, since):
            self._take(night, since)

    def _continues(self, night: str, since: Since) -> bool:
        """Whether entries that were not read from where this process knows the night continue what it knows: a primary
        that another has taken over from may have given entries of the same seqs that the other never had."""
        at = self.known(night).position
        sides = ((since.events, since.event_mark, at.events, at.event_mark),)
        for entries, last, seq, mark in (*sides, (since.acts, since.act_mark, at.acts, at.act_mark)):
            if not entries or entries[-1].seq < seq:
                continue
            for entry in entries:
                mark = mark_after(mark, encode(entry)) if entry.seq > seq else mark
            if last not in ("", mark, mark_after("", encode(entries[-1]))):  # the last for entries without marks
                return False
        return True

    def _take(self, night: str, since: Since) -> Stands:
        """Add what came since to what is known, and return that. News may be late: entries known already are passed
        over, and so are a whole night of an earlier round and entries that something is missing before, since the night
        has begun anew meanwhile."""
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
        lacks = (events and events[0].seq != at.events + 1) or (acts and acts[0].seq != at.acts + 1)
        if lacks and not since.whole:
            return known
        try:
            known = Stands(
                known.round,
                fold(events, known.night) if events else known.night,
                fold_acts(acts, known.desk) if acts else known.desk,
                since.event_mark if events else known.event_mark,
                since.act_mark if acts else known.act_mark,
            )
        except Exception as error:
            log.exception("a night does not add up", night=night)
            raise UnknownEvent("What is stored of it does not add up in this version of the program.") from error
        if known.position == _NOWHERE:
            self._stands.pop(night, None)
            return known
        self._stands[night] = known
        if night not in self._recollections or self._recollections[night].round != known.round:
            self._recollections[night] = Recollection(known.round)
        self._recollections[night].hear(events, acts, known.position)
        return known


def _number(round: str) -> tuple[int, ...]:
    return tuple(map(int, round.split("-")))
