"""What a webhook is sent of an event: a type, a time and the event as it is stored. Nothing is signed or sent here."""

from datetime import datetime
from typing import Any, assert_never

import msgspec
from msgspec import Raw, Struct

from server.election.contests import Definition
from server.election.counting.hooks import Hook
from server.election.events import (
    AnyEvent,
    BallotPaperAmended,
    Corrected,
    DeclarationExpected,
    Declared,
    NightAmended,
    NightHeld,
    NightOpened,
    NightReleased,
    NoPollTaken,
    NoteCorrected,
    NotePosted,
    NoteWithdrawn,
    PreferencesReported,
    SheetHidden,
    SheetPhotographed,
    StageReached,
    StageTakenBack,
    Withdrawn,
)
from server.stream.codec import encode

TEST = "webhook.test"


class Data(Struct, frozen=True, omit_defaults=True):
    """What a message says: the ``event`` as ``/api/nights/{night}/events`` has it, but for an opening's definition, and
    the ``url`` at which what follows from it is. A receiver puts nothing of a ``rehearsal`` or a replay on air."""

    night: str
    seq: int
    url: str
    event: Raw
    rehearsal: bool = False
    replay_of: str | None = None


class Body(Struct, frozen=True):
    """A message as the Standard Webhooks rules lay it out."""

    type: str
    timestamp: datetime
    data: Data


class Message(Struct, frozen=True):
    """A message to be signed; ``id`` is the same whenever it is sent, and no other message's."""

    id: str
    type: str
    body: bytes


def message_of(event: AnyEvent, mark: str, night: Definition, hook: Hook, site: str) -> Message:
    """The message about an event; ``site`` is how our addresses begin.

    Its id ends with the event's mark: a night that began again, or lost an event, has others under the same seqs.
    """
    type = type_of(event)
    ballot: str | None = getattr(event, "ballot", None)
    url = f"{site}/api/nights/{night.id}" + (f"/contests/{ballot}" if ballot else "")
    data = Data(night.id, event.seq, url, _told(event), bool(night.rehearsal), night.replay_of)
    body = msgspec.json.encode(Body(type, event.at, data))
    return Message(f"{hook.id}-{event.seq}-{mark}", type, body)


def type_of(event: AnyEvent) -> str:
    """The ``type`` of the message about an event."""
    match event:
        case NightOpened():
            return "night.opened"
        case NightHeld():
            return "night.held"
        case NightReleased():
            return "night.released"
        case NightAmended():
            return "night.amended"
        case Declared():
            return "contest.declared"
        case Corrected():
            return "contest.corrected"
        case Withdrawn():
            return "contest.withdrawn"
        case NoPollTaken():
            return "contest.no_poll"
        case PreferencesReported():
            return "contest.preferences"
        case StageReached():
            return "contest.stage"
        case StageTakenBack():
            return "contest.stage_taken_back"
        case DeclarationExpected():
            return "contest.expected"
        case BallotPaperAmended():
            return "contest.amended"
        case SheetPhotographed():
            return "contest.photographed"
        case SheetHidden():
            return "contest.photo_hidden"
        case NotePosted():
            return "note.posted"
        case NoteCorrected():
            return "note.corrected"
        case NoteWithdrawn():
            return "note.withdrawn"
        case _:
            assert_never(event)


def message_to_test(night: Definition, hook: Hook, at: datetime, site: str) -> Message:
    """A message that says nothing, with which the desk tries a webhook; its seq is 0."""
    data = Data(night.id, 0, f"{site}/api/nights/{night.id}", Raw(b"{}"), bool(night.rehearsal), night.replay_of)
    id = f"{hook.id}-test-{at.timestamp() * 1000:.0f}"
    return Message(id, TEST, msgspec.json.encode(Body(TEST, at, data)))


def _told(event: AnyEvent) -> Raw:
    data = encode(event)
    if not isinstance(event, NightOpened):
        return Raw(data)
    opening: dict[str, Any] = msgspec.json.decode(data)
    del opening["night"]  # up to a megabyte, which ``url`` has
    return Raw(msgspec.json.encode(opening))
