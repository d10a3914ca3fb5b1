"""Decides whether a note may be posted, corrected or withdrawn as somebody asks. Nothing is changed here."""

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from server.election.commands import CorrectNote, PostNote, WithdrawNote
from server.election.events import NoteCorrected, NotePosted, NoteWithdrawn
from server.election.nights import Night
from server.election.refusals import Refused, plain, refuse_if
from server.election.texts.check_codes import Finding
from server.election.texts.particulars import NONE, Particulars, faults
from server.election.texts.said import say


def wording(night: Night, command: PostNote | CorrectNote) -> tuple[str, Particulars | UnsetType]:
    """The text and the particulars of a note, each text in one line; Refused with every field that is wrong."""
    told = command.particulars or NONE
    texts = {language: plain(text, f"text.{language}") for language, text in told.texts.items()}
    told = replace(told, texts={language: text for language, text in texts.items() if text})
    text = plain(command.text)
    empty = [] if text else [Finding("note-empty", "text", say("Write the note before you post it."))]
    refuse_if([*empty, *(Finding("note-unfit", *fault) for fault in faults(told, night.parties))])
    return text, UNSET if told == NONE else told


def note_of(night: Night, command: CorrectNote | WithdrawNote) -> NotePosted | NoteCorrected:
    """What the note says that a command is about; Refused where there is none, or no longer as the sender read it."""
    seq = night.receipts.get(command.note)
    about = [event for event in night.feed if seq == (event.seq if isinstance(event, NotePosted) else _note(event))]
    if not about:
        raise Refused("note-unknown", say("There is no such note on this night."))
    last = about[-1]
    if not isinstance(last, NotePosted | NoteCorrected):
        raise Refused("note-withdrawn", say("That note was withdrawn already."))
    if command.made_from not in (None, last.seq):
        raise Refused("note-corrected", say("This note was corrected after the page was opened: look at it again."))
    return last


def _note(event: object) -> int | None:
    return event.note if isinstance(event, NoteCorrected | NoteWithdrawn) else None
