"""A night retold with what stood at its end, as if nothing had been corrected. Nothing is decided."""

from collections import defaultdict
from collections.abc import Sequence
from typing import assert_never

from msgspec.structs import replace

from server.election.amended import amended
from server.election.events import (
    Amendment,
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


def as_known(events: Sequence[AnyEvent]) -> tuple[AnyEvent, ...]:
    """The events with corrected figures in the first declaration, corrected notes as they were corrected, and without
    what was withdrawn; the night is opened with the ballot papers as they were put right.

    The events are numbered anew from 1: the retold night is another sequence, with heads of its own.
    """
    told: list[AnyEvent | None] = []
    stands: dict[str, int] = {}  # ballot id → index in ``told`` of the declaration, or NoPollTaken, that stands
    preferences: dict[str, int] = {}  # ballot id → index in ``told`` of the first preferences
    reached: defaultdict[str, list[int]] = defaultdict(list)  # ballot id → indexes in ``told`` of its stages
    notes: dict[int, int] = {}  # seq of a note → its index in ``told``
    photos: dict[tuple[str, str], int] = {}  # ballot id and hash → index in ``told`` of a photograph that is seen
    for event in events:
        match event:
            case NotePosted():
                notes[event.seq] = len(told)
                told.append(event)
            case NoteCorrected():
                note = told[notes[event.note]]
                assert isinstance(note, NotePosted), "what is corrected was posted"
                told[notes[event.note]] = replace(note, text=event.text, particulars=event.particulars)
            case NoteWithdrawn():
                told[notes[event.note]] = None
            case Corrected():
                first = told[stands[event.ballot]]
                assert isinstance(first, Declared), "what is corrected was declared"
                figures = replace(first, votes=event.votes, rejected=event.rejected, lot=event.lot, more=event.more)
                told[stands[event.ballot]] = figures
                if event.ballot in preferences:
                    before = told[preferences[event.ballot]]
                    assert isinstance(before, PreferencesReported), "the first preferences are put right as well"
                    told[preferences[event.ballot]] = replace(before, votes=event.votes, rejected=event.rejected)
            case Withdrawn():
                told[stands.pop(event.ballot)] = None
                for photo in [one for one in photos if one[0] == event.ballot]:
                    told[photos.pop(photo)] = None
                if event.ballot in preferences:
                    told[preferences.pop(event.ballot)] = None
            case PreferencesReported():
                if event.ballot in preferences:  # the newest are told where the first were
                    first = told[preferences[event.ballot]]
                    assert isinstance(first, PreferencesReported), "what is replaced was reported"
                    told[preferences[event.ballot]] = replace(first, votes=event.votes, rejected=event.rejected)
                else:
                    preferences[event.ballot] = len(told)
                    told.append(event)
            case Declared() | NoPollTaken():
                stands[event.ballot] = len(told)
                told.append(event)
            case BallotPaperAmended() | NightAmended():
                opened = told[0]
                assert isinstance(opened, NightOpened), "a night begins with its opening"
                told[0] = replace(opened, night=amended(opened.night, event))
            case StageReached():
                reached[event.ballot].append(len(told))
                told.append(event)
            case StageTakenBack():
                told[reached[event.ballot].pop()] = None
            case SheetPhotographed():
                photos[event.ballot, event.sha256] = len(told)
                told.append(event)
            case SheetHidden():
                if (at := photos.pop((event.ballot, event.sha256), None)) is not None:
                    told[at] = None
            case NightOpened() | NightHeld() | NightReleased() | DeclarationExpected():
                told.append(event)
            case _:
                assert_never(event)
    return tuple(replace(event, seq=seq) for seq, event in enumerate(filter(None, told), 1))


def was_revised(events: Sequence[AnyEvent]) -> bool:
    """Whether anything was corrected, put right or withdrawn; if not, ``as_known`` changes nothing."""
    revises = Corrected | Withdrawn | StageTakenBack | Amendment | NoteCorrected | NoteWithdrawn
    return any(isinstance(one, revises) or (isinstance(one, PreferencesReported) and one.reason) for one in events)
