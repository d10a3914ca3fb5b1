"""Sending every webhook the events it wants, in order, from the stream itself, by one web process at a time.

Each process has a task for each webhook. A task that has heard of something to send asks for the webhook's lease, reads
on from its cursor in Redis, and sends one event after the other. After a failure it gives the lease to nobody for a
pause; then whichever process asks first tries the same event again. A process that dies leaves a lease that ends.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from time import monotonic

import structlog

from server.election.counting.acts.hook_acts import HookAct
from server.election.counting.hooks import Hook, wants
from server.hooks.errand import Errand, Place
from server.hooks.sending import Sender
from server.measures import HOOKS_WAITING
from server.settings import Settings
from server.stream.codec import UnknownEvent
from server.stream.cursors.cursors import Cursors
from server.stream.events import EventStream
from server.stream.follow import Acted, Arrived, CaughtUp, Erased, News, Opened, Unreadable
from server.stream.patience import end_if_cancelled
from server.stream.servers.failures import StreamUnavailable, StreamUnfit
from server.stream.submit import Submitter

_VIEWERS_FIRST = 0.25  # seconds after an event; those who watch have been sent it by then
_LONGEST_FIRST = 1.0  # seconds; where events come without a break, a message waits no longer than that
_BETWEEN_RUNS = 0.05
_AFTER_SILENCE, _AFTER_UNFIT = 1.0, 60.0  # seconds, where Redis does not answer, and where that does not pass by itself

log = structlog.get_logger(__name__)


class Deliveries:
    """All webhooks of all nights on air, as this process sends them."""

    def __init__(self, settings: Settings, stream: EventStream, submitter: Submitter) -> None:
        self.sender, self.cursors = Sender(settings.webhook_networks), Cursors(stream)
        self._place = Place(settings, submitter, self.cursors, self.sender, self._quiet)
        self._submitter = submitter
        self._nights, self._caught_up, self._heard_at = set[str](), False, 0.0
        self._tasks: dict[tuple[str, str], tuple[asyncio.Task[None], asyncio.Event]] = {}
        self._changed, self._paused = asyncio.Event(), set[tuple[str, str]]()
        self._over: list[asyncio.Task[None]] = []

    async def heard(self, news: AsyncIterator[News]) -> AsyncIterator[News]:
        """The follower's news, passed on; what is to be sent is noted, and sent by ``run``."""
        async for item in news:
            self._note(item)
            yield item

    def _note(self, news: News) -> None:
        match news:
            case Opened():
                self._end(news.night)
                self._nights.add(news.night)
                self._changed.set()
            case Erased() | Unreadable():
                self._end(news.night)
                self._nights.discard(news.night)
            case CaughtUp():
                self._caught_up = True
                self._changed.set()
            case Acted() if any(isinstance(act, HookAct) for act in news.acts):
                for act in news.acts:
                    if isinstance(act, HookAct):
                        self._wake(news.night, act.hook)
                self._changed.set()
            case Arrived() if night := self._submitter.known(news.night).night:
                self._heard_at = monotonic()
                for hook in self._hooks(news.night).values():
                    is_paused = (news.night, hook.id) in self._paused
                    if not is_paused and any(wants(hook, event, night) for event in news.events):
                        self._wake(news.night, hook.id)
            case _:
                pass

    async def run(self) -> None:
        """Send what is to be sent, for ever."""
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                if self._caught_up:
                    self._begin_and_end()
                for task in [task for task in self._over if task.done()]:
                    self._over.remove(task)
                    with suppress(asyncio.CancelledError):
                        task.result()  # what is no failure of others is one of ours, and stops the process
        finally:
            for night in list(self._nights):
                self._end(night)
            await asyncio.gather(*self._over, return_exceptions=True)
            await self.sender.close()

    def _begin_and_end(self) -> None:
        on = {(night, hook.id) for night in self._nights for hook in self._hooks(night).values() if hook.on}
        for key in on - set(self._tasks):
            news = asyncio.Event()
            task = asyncio.create_task(self._send(*key, news), name=f"webhook {key[1]}")
            task.add_done_callback(lambda _: self._changed.set())
            self._tasks[key] = task, news
        for key in set(self._tasks) - on:
            self._cancel(key)
        for key, (task, _) in list(self._tasks.items()):
            if task.done():
                self._cancel(key)

    async def _send(self, night: str, hook: str, news: asyncio.Event) -> None:
        errand = Errand(self._place, night, hook)
        while True:
            news.clear()
            try:
                wait = await errand.run()
            except StreamUnfit as error:  # as where somebody has set a key by hand
                log.error("a webhook is sent nothing until that is put right", night=night, hook=hook, error=str(error))
                wait = _AFTER_UNFIT
            except StreamUnavailable:
                wait = _AFTER_SILENCE
            except UnknownEvent as error:
                log.error("a webhook is sent nothing more", night=night, hook=hook, error=str(error))
                wait = None
            except Exception:  # a mistake of ours in one webhook must not end the process that viewers are sent from
                log.exception("a webhook is sent nothing until there is news", night=night, hook=hook)
                wait = None
            end_if_cancelled()
            self._pause((night, hook), is_paused=errand.is_paused)
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await news.wait()
            await asyncio.sleep(_BETWEEN_RUNS)
            await self._quiet()

    async def _quiet(self) -> None:
        """Wait until the newest event has been pushed, so that no viewer waits for a webhook."""
        end = monotonic() + _LONGEST_FIRST
        while True:
            rest = min(self._heard_at + _VIEWERS_FIRST, end) - monotonic()
            if rest <= 0:
                return
            await asyncio.sleep(rest)

    def _hooks(self, night: str) -> dict[str, Hook]:
        return self._submitter.known(night).desk.hooks

    def _wake(self, night: str, hook: str) -> None:
        if known := self._tasks.get((night, hook)):
            known[1].set()

    def _end(self, night: str) -> None:
        for key in [key for key in self._tasks if key[0] == night]:
            self._cancel(key)

    def _cancel(self, key: tuple[str, str]) -> None:
        task, _ = self._tasks.pop(key)
        task.cancel()
        self._over.append(task)
        self._pause(key, is_paused=False)

    def _pause(self, key: tuple[str, str], *, is_paused: bool) -> None:
        self._paused = self._paused | {key} if is_paused else self._paused - {key}
        HOOKS_WAITING.set(len(self._paused))
