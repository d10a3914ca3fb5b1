"""Sending the notices of each night, from the stream itself, by one web process at a time.

What was sent is a cursor in Redis beside those of webhooks. A process that dies may send an event's notices once more;
a browser shows the second in the place of the first. Events from before somebody followed are not sent to them.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress

import msgspec
import structlog
from msgspec import Struct

from server.election.counts import Count
from server.hooks import web_push
from server.hooks.sending import Sender
from server.hooks.web_push import Subscription
from server.html.languages import language
from server.measures import NOTICES
from server.notices.words import TOLD, SetsNews, is_news, notice
from server.settings import Settings
from server.stream.codec import NOT_JSON, UnknownEvent
from server.stream.cursors.cursors import Cursors
from server.stream.cursors.subscriptions import Subscriptions
from server.stream.events import EventStream
from server.stream.follow import Arrived, Erased, News, Opened
from server.stream.servers.failures import StreamUnavailable, StreamUnfit
from server.stream.submit import Submitter

_NAME = "notices"  # of the cursor, among webhooks whose names are longer
_LEASE_SECONDS = 60.0
_VIEWERS_FIRST = 0.25  # seconds after an event; those who watch have been sent it by then
_AFTER_SILENCE, _AFTER_UNFIT = 1.0, 60.0  # seconds, where Redis does not answer, and where that does not pass by itself
_AT_ONCE = 50  # messages
_MOST_AGAIN = 50  # events of which some messages are tried again
_READ_AT_ONCE = 100
_AGAIN_AFTER = (2.0, 10.0)  # seconds, where a push service does not take a message

log = structlog.get_logger(__name__)


class _Cursor(Struct, frozen=True):
    seq: int
    mark: str


class Notices:
    """The notices of all nights on air, as this process sends them."""

    def __init__(self, settings: Settings, stream: EventStream, submitter: Submitter) -> None:
        self._settings, self._submitter = settings, submitter
        self._cursors, self._subscriptions = Cursors(stream), Subscriptions(stream)
        self._sender = Sender(settings.webhook_networks)
        self._who = secrets.token_urlsafe(9)
        self._to_send, self._to_erase, self._rounds = set[str](), set[str](), dict[str, str]()
        self._changed, self._again = asyncio.Event(), set[asyncio.Task[None]]()

    async def heard(self, news: AsyncIterator[News]) -> AsyncIterator[News]:
        """The follower's news, passed on; what is to be sent is noted, and sent by ``run``."""
        is_on = bool(self._settings.push_contact)
        async for item in news:
            match item:
                case _ if not is_on:
                    pass
                case Opened():
                    if self._rounds.get(item.night, item.round) != item.round:  # it began anew
                        self._note(self._to_erase, item.night)
                    self._rounds[item.night] = item.round
                case Erased() if not item.went_back:
                    self._rounds.pop(item.night, None)
                    self._note(self._to_erase, item.night)
                case Arrived() if any(isinstance(event, TOLD) for event in item.events):
                    self._note(self._to_send, item.night)
                case _:
                    pass
            yield item

    async def run(self) -> None:
        """Send what is to be sent, for ever."""
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                await asyncio.sleep(_VIEWERS_FIRST)
                while self._to_erase:
                    await self._try(self._to_erase, self._erase)
                while self._to_send:
                    await self._try(self._to_send, self._send)
        finally:
            for task in self._again:
                task.cancel()
            await self._sender.close()

    def _note(self, where: set[str], night: str) -> None:
        where.add(night)
        self._changed.set()

    def _later(self, seconds: float, where: set[str], night: str) -> None:
        asyncio.get_running_loop().call_later(seconds, self._note, where, night)

    async def _try(self, where: set[str], what: Callable[[str], Awaitable[None]]) -> None:
        night = where.pop()
        try:
            await what(night)
        except StreamUnfit as error:  # as where somebody has set a key by hand
            log.error("no notices are sent until that is put right", night=night, error=str(error))
            self._later(_AFTER_UNFIT, where, night)
        except StreamUnavailable:
            self._later(_AFTER_SILENCE, where, night)
        except UnknownEvent as error:
            log.error("no notices are sent of a night", night=night, error=str(error))
        except Exception:  # a mistake of ours in a notice must not end the process that viewers are sent from
            log.exception("notices are not sent until there is news", night=night)

    async def _erase(self, night: str) -> None:
        self._to_send.discard(night)
        await self._subscriptions.erase(night)

    async def _send(self, night: str) -> None:
        claimed = await self._cursors.claim(night, _NAME, self._who, _LEASE_SECONDS)
        if claimed.wait:
            self._later(claimed.wait, self._to_send, night)
            return
        cursor, is_news, events = _Cursor(0, ""), True, []
        with suppress(*NOT_JSON):
            cursor = msgspec.json.decode(claimed.cursor, type=_Cursor)
        while events or await self._keep(night, cursor):
            mark, events = await self._cursors.events(night, cursor.seq, _READ_AT_ONCE)
            if cursor.seq and mark != cursor.mark:  # another history; of what it had somebody may have been told
                cursor, is_news, events = _Cursor(0, ""), False, []
                continue
            for event, made in events:
                if is_news and isinstance(event, TOLD) and not await self._told(night, cursor, event):
                    return
                cursor = _Cursor(event.seq, made)
            if len(events) < _READ_AT_ONCE:
                await self._keep(night, cursor, gives_up=True)
                return

    async def _told(self, night: str, cursor: _Cursor, event: SetsNews) -> bool:
        """Tell everybody who follows the seat; False if another process has the lease by now."""
        known = (await self._submitter.look(night)).night  # read as the event was, and not when it is heard
        if known is None:
            return False
        count = known.counts[event.ballot]
        if not is_news(known, count, event):
            return True
        told: list[Subscription] = []
        for kept in await self._of(night, count):
            with suppress(*NOT_JSON):  # one that cannot be read keeps nobody else from being told
                if (one := msgspec.json.decode(kept, type=Subscription)).after < event.seq:
                    told.append(one)
        texts = {
            lang: notice(known, count, event, language(lang), self._settings.public_url)
            for lang in {one.lang for one in told}
        }
        again: list[Subscription] = []
        for begin in range(0, len(told), _AT_ONCE):
            if not await self._keep(night, cursor):
                return False
            again += await self._not_taken(night, count, told[begin : begin + _AT_ONCE], texts)
        if again and len(self._again) < _MOST_AGAIN:
            self._again.add(task := asyncio.create_task(self._tried_again(night, count, again, texts)))
            task.add_done_callback(self._again.discard)
        return True

    async def _tried_again(self, night: str, count: Count, some: list[Subscription], texts: dict[str, bytes]) -> None:
        """What was not taken, beside what comes next; it is lost with this process."""
        for pause in _AGAIN_AFTER:
            await asyncio.sleep(pause)
            with suppress(StreamUnavailable):
                some = await self._not_taken(night, count, some, texts)

    async def _not_taken(
        self, night: str, count: Count, some: list[Subscription], texts: dict[str, bytes]
    ) -> list[Subscription]:
        taken = await asyncio.gather(*(self._posted(night, one, texts[one.lang], count) for one in some))
        return [one for one, is_taken in zip(some, taken, strict=True) if not is_taken]

    async def _of(self, night: str, count: Count) -> Sequence[bytes]:
        return await self._subscriptions.of(night, count.contest.slug)

    async def _posted(self, night: str, one: Subscription, text: bytes, count: Count) -> bool:
        """Whether a push service has a message, or will never have it."""
        settings = self._settings
        topic = f"{night}/{count.contest.slug}"
        headers = web_push.headers(one, settings.secret_key, settings.push_contact, topic)
        answer = await self._sender.post(one.endpoint, headers, web_push.encrypted(one, text))
        NOTICES.labels("taken" if answer.is_taken else "refused" if answer.status else "none").inc()
        if answer.status in (404, 410):
            await self._subscriptions.forget(night, one.id)
        return answer.is_taken or (400 <= answer.status < 500 and answer.status != 429)

    async def _keep(self, night: str, cursor: _Cursor, *, gives_up: bool = False) -> bool:
        seconds = 0.0 if gives_up else _LEASE_SECONDS
        says = msgspec.json.encode(cursor)
        return await self._cursors.move(night, _NAME, self._who, says, seconds, gives_up=gives_up)
