"""A night told with what is known by its end: which declarations stood, and with which figures. Nothing is decided."""

from collections.abc import Sequence
from typing import assert_never

from msgspec.structs import replace

from server.election.events import (
    AnyEvent,
    Corrected,
    DeclarationExpected,
    Declared,
    NightHeld,
    NightOpened,
    NightReleased,
    NoPollTaken,
    NotePosted,
    StageReached,
    Withdrawn,
)


def as_known(events: Sequence[AnyEvent]) -> tuple[AnyEvent, ...]:
    """The events with every correction made where the figures were first declared, and without what was withdrawn.

    Numbered anew: it is another telling of the night, with a chain of its own.
    """
    told: list[AnyEvent | None] = []
    stands: dict[str, int] = {}  # ballot → the place in ``told`` of what is declared there, or that there is no poll
    for event in events:
        match event:
            case Corrected():
                first = told[stands[event.ballot]]
                assert isinstance(first, Declared), "what is corrected was declared"
                told[stands[event.ballot]] = replace(first, votes=event.votes, rejected=event.rejected, lot=event.lot)
            case Withdrawn():
                told[stands.pop(event.ballot)] = None
            case Declared() | NoPollTaken():
                stands[event.ballot] = len(told)
                told.append(event)
            case NightOpened() | NightHeld() | NightReleased() | NotePosted() | StageReached() | DeclarationExpected():
                told.append(event)
            case _:
                assert_never(event)
    return tuple(replace(event, seq=seq) for seq, event in enumerate(filter(None, told), 1))


def was_revised(events: Sequence[AnyEvent]) -> bool:
    """Whether anything was corrected or withdrawn: else the night is known now as it was then."""
    return any(isinstance(event, Corrected | Withdrawn) for event in events)
