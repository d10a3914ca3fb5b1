"""How far a webhook is and what its receiver answered, as it is kept in Redis and told to the desk. Nothing is sent."""

from contextlib import suppress
from datetime import datetime

import msgspec
from msgspec import Struct

from server.election.counting.desk import Desk
from server.election.counting.hooks import Hook
from server.election.nights import Night
from server.hooks.messages import Message
from server.hooks.sending import Answer
from server.stream.clock import now
from server.stream.codec import NOT_JSON
from server.stream.cursors.cursors import Cursors


class Cursor(Struct, frozen=True, omit_defaults=True):
    """How far a webhook is: everything up to the event ``seq``, whose ``mark`` is "" where it is not known, was sent or
    was not for it.

    ``failed`` counts the failures since the last success, the first of which was at ``failing``; the next try is at
    ``next``. ``since`` is that of the webhook: failures before it was last switched on do not count.
    """

    seq: int
    mark: str = ""
    failed: int = 0
    failing: datetime | None = None
    next: datetime | None = None
    since: int = 0


class Try(Struct, frozen=True, omit_defaults=True):
    """A line of the log: a message that was sent, or was tried to be, and its answer."""

    at: datetime
    seq: int
    type: str
    status: int
    seconds: float
    says: str = ""


class Progress(Struct, frozen=True):
    """What the desk sees of a webhook: how far it is, and the newest tries first."""

    cursor: Cursor
    tries: tuple[Try, ...]


_cursors, _tries = msgspec.json.Decoder(Cursor), msgspec.json.Decoder(Try)


def begun(hook: Hook, kept: bytes) -> Cursor:
    """A webhook's cursor as it was kept; at its beginning where nothing was, or nothing that this program wrote."""
    cursor = Cursor(hook.after, since=hook.since)
    with suppress(*NOT_JSON):
        cursor = _cursors.decode(kept)
    if cursor.since == hook.since:
        return cursor
    return Cursor(cursor.seq, cursor.mark, since=hook.since)


def line_of(seq: int, message: Message, answer: Answer) -> bytes:
    """A try as a line of the log."""
    says = answer.says
    return msgspec.json.encode(Try(now(), seq, message.type, answer.status, round(answer.seconds, 3), says)) + b"\n"


async def progress_of(cursors: Cursors, night: str, hook: Hook) -> Progress:
    """How far a webhook is at this moment; StreamUnavailable if Redis does not answer."""
    kept, lines = await cursors.told(night, hook.id)
    tries: list[Try] = []
    for line in lines:
        with suppress(*NOT_JSON):
            tries.append(_tries.decode(line))
    return Progress(begun(hook, kept), tuple(tries))


async def behind(cursors: Cursors, night: Night, desk: Desk) -> list[Hook]:
    """The webhooks of a night that have not been sent all of it."""
    name = night.definition.id
    found = [(hook, await progress_of(cursors, name, hook)) for hook in desk.hooks.values()]
    return [hook for hook, progress in found if progress.cursor.seq < night.seq]
