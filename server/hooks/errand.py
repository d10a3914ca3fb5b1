"""One webhook's way through a night: claiming its lease, reading on, sending in order, and pausing after a failure."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from time import monotonic

import msgspec
import structlog
from msgspec import Struct
from msgspec.structs import replace

from server.election.counting.acts.hook_acts import HookSwitched
from server.election.counting.hooks import Hook, wants
from server.election.events import AnyEvent
from server.election.nights import Night
from server.election.refusals import Refused
from server.hooks.messages import message_of
from server.hooks.progress import Cursor, begun, line_of
from server.hooks.secret import secret_of
from server.hooks.sending import SECONDS, Answer, Sender
from server.measures import HOOK_DELIVERIES
from server.settings import Settings
from server.stream import clock
from server.stream.cursors.cursors import Cursors
from server.stream.patience import end_if_cancelled
from server.stream.servers.failures import StreamUnavailable
from server.stream.submit import Submitter

LEASE_SECONDS = 30.0
_RENEWED_AFTER = LEASE_SECONDS - 2 * SECONDS  # so that no answer is awaited beyond the end of a lease
_KEPT_AFTER = 20  # events; what was sent and not kept is sent again by the next process
_READ_AT_ONCE = 100
_LONGEST_REST = 3600.0

log = structlog.get_logger(__name__)


class Place(Struct, frozen=True):
    """What all errands of a process share; who has called ``quiet`` takes no time from the push."""

    settings: Settings
    submitter: Submitter
    cursors: Cursors
    sender: Sender
    quiet: Callable[[], Awaitable[None]]


class Errand:
    """A webhook of a night, as one process sends it. ``is_paused``: it waits for its next try."""

    def __init__(self, place: Place, night: str, hook: str) -> None:
        self._place, self._night, self._id = place, night, hook
        self._who = secrets.token_urlsafe(9)  # in leases: an errand that is over is not taken for the next
        self._cursor, self._lines, self._unkept, self._renewed = Cursor(0), b"", 0, 0.0
        self.is_paused = False

    async def run(self) -> float | None:
        """Send what there is to send; returns how many seconds until it is worth running again, None for when there is
        news. StreamUnavailable if Redis does not answer."""
        place, hook = self._place, self._hook()
        if hook is None:
            return None
        claimed = await place.cursors.claim(self._night, self._id, self._who, LEASE_SECONDS)
        if claimed.wait:
            return claimed.wait
        self._renewed, self._lines, self._unkept = monotonic(), b"", 0
        self._cursor = begun(hook, claimed.cursor)
        self.is_paused = False
        try:
            return await self._sent_all(hook)
        except asyncio.CancelledError:  # another process need not wait for the end of the lease
            with suppress(StreamUnavailable):
                await self._keep(0.0, gives_up=True)
            raise

    async def _sent_all(self, hook: Hook) -> float | None:
        while events := await self._next(hook):
            for event, mark in events:
                end_if_cancelled()
                if not await self._has_lease():
                    return 0.0
                if (now := self._hook()) is None:  # it was switched off or dropped
                    await self._keep(0.0, gives_up=True)
                    return None
                if wants(now, event, self._known()) and not (answer := await self._sent(now, event, mark)).is_taken:
                    return await self._failed(now, answer)
                self._cursor = Cursor(event.seq, mark, since=hook.since)
                self._unkept += 1
        await self._keep(0.0, gives_up=True)
        return None

    async def _next(self, hook: Hook) -> list[tuple[AnyEvent, str]]:
        """The next events. Where the stream has another history than was sent, all that the webhook was made for."""
        cursor = self._cursor
        mark, events = await self._place.cursors.events(self._night, cursor.seq, _READ_AT_ONCE)
        if cursor.seq and (mark is None or cursor.mark not in ("", mark)):
            log.warning("a webhook is sent another history", night=self._night, hook=self._id, seq=cursor.seq)
            self._cursor = Cursor(hook.after if cursor.seq > hook.after else 0, since=hook.since)
            return await self._next(hook)
        return events

    async def _has_lease(self) -> bool:
        if monotonic() - self._renewed < _RENEWED_AFTER and self._unkept < _KEPT_AFTER:
            return True
        return await self._keep(LEASE_SECONDS)

    async def _sent(self, hook: Hook, event: AnyEvent, mark: str) -> Answer:
        place = self._place
        message = message_of(event, mark, self._known().definition, hook, place.settings.public_url)
        await place.quiet()
        answer = await place.sender.send(hook.url, secret_of(place.settings.secret_key, hook.id), message)
        HOOK_DELIVERIES.labels("taken" if answer.is_taken else "refused" if answer.status else "none").inc()
        self._lines = line_of(event.seq, message, answer) + self._lines
        return answer

    async def _failed(self, hook: Hook, answer: Answer) -> float:
        """Pause before the same event is tried again, longer each time; after the last pause switch the webhook off."""
        pauses, failed = self._place.settings.webhook_pauses, self._cursor.failed
        if failed >= len(pauses) or answer.is_gone:
            await self._switch_off(hook, answer)
            pause = 0.0
        else:
            pause = max(pauses[failed], min(answer.rest, _LONGEST_REST))
        now = clock.now()
        failing = self._cursor.failing or now
        self._cursor = replace(self._cursor, failed=failed + 1, failing=failing, next=now + timedelta(seconds=pause))
        log.warning("a webhook was not taken", night=self._night, hook=self._id, status=answer.status, again_in=pause)
        self.is_paused = await self._keep(pause, gives_up=True)
        return pause

    async def _switch_off(self, hook: Hook, answer: Answer) -> None:
        act = HookSwitched(
            seq=0,
            at=clock.now(),
            by="The webhooks",
            invitation="",
            device="",
            command_id=f"hook-off/{hook.id}/{hook.since}",
            hook=hook.id,
            on=False,
            why=f"{answer.status or ''} {answer.says}".strip(),
        )
        try:
            await self._place.submitter.record(self._night, act)
        except Refused as refused:  # the desk was first, or the night is over
            log.info("a webhook was not switched off", night=self._night, hook=hook.id, why=refused.sentence)

    async def _keep(self, seconds: float, *, gives_up: bool = False) -> bool:
        kept = await self._place.cursors.move(
            self._night,
            self._id,
            self._who,
            msgspec.json.encode(self._cursor),
            seconds,
            self._lines,
            gives_up=gives_up,
        )
        if kept:
            self._renewed, self._lines, self._unkept = monotonic(), b"", 0
        return kept

    def _known(self) -> Night:
        night = self._place.submitter.known(self._night).night
        assert night is not None, "a night with acts has been opened"
        return night

    def _hook(self) -> Hook | None:
        hook = self._place.submitter.known(self._night).desk.hooks.get(self._id)
        return hook if hook and hook.on else None
