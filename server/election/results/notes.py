"""The notes of a night as they stand: what each says now, and whether it was withdrawn. Nothing is decided."""

from msgspec import Struct

from server.election.events import NoteCorrected, NotePosted, NoteWithdrawn
from server.election.nights import Night
from server.election.once import once
from server.election.texts.particulars import NONE, VOICES, Particulars


class Note(Struct, frozen=True):
    """A note: as it was ``posted``, what it ``says`` now, and what took it back, if anything did."""

    posted: NotePosted
    says: NotePosted | NoteCorrected
    withdrawn: NoteWithdrawn | None = None

    @property
    def particulars(self) -> Particulars:
        """What is known of it besides its text."""
        return self.says.particulars or NONE

    @property
    def is_voice(self) -> bool:
        """Whether it tells what somebody said or did."""
        return self.particulars.kind in VOICES


@once
def notes_of(night: Night) -> dict[int, Note]:
    """Every note of a night as it stands, by the seq with which it was posted, oldest first."""
    notes: dict[int, Note] = {}
    for event in night.feed:
        match event:
            case NotePosted():
                notes[event.seq] = Note(event, event)
            case NoteCorrected():
                notes[event.note] = Note(notes[event.note].posted, event)
            case NoteWithdrawn():
                note = notes[event.note]
                notes[event.note] = Note(note.posted, note.says, event)
            case _:
                pass
    return notes


def voices(night: Night, ballot: str) -> tuple[Note, ...]:
    """The speeches and reactions about a contest that stand, oldest first; on a night of one contest, those about the
    night too."""
    about = (ballot, None) if night.is_single else (ballot,)
    return tuple(
        note
        for note in notes_of(night).values()
        if note.is_voice and not note.withdrawn and note.posted.ballot in about
    )


def said_before(night: Night, event: NoteCorrected | NoteWithdrawn) -> NotePosted | NoteCorrected:
    """What a note said until this event."""
    former = [told for told in night.feed if isinstance(told, NoteCorrected) and told.note == event.note]
    return next((told for told in reversed(former) if told.seq < event.seq), notes_of(night)[event.note].posted)
