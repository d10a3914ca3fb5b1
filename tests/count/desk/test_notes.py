"""The desk's notes: their form with its fields, the page of one that went out, what is refused at which field."""

from msgspec import UNSET

from server.election.commands import WithdrawNote
from server.election.events import NoteCorrected, NotePosted, NoteWithdrawn
from server.election.texts.particulars import Particulars
from tests.count import rochester
from tests.count.conftest import Desk, Phone
from tests.count.desk.conftest import CONTEST, alert

WHOLE = {
    "text": "She gave thanks.",
    "kind": "speech",
    "speaker": "Naushabah Khan",
    "party": "PP53",
    "text.cy": "Diolchodd hi.",
    "text.de": "Sie dankte.",
}


def posted(editor: Phone, desk: Desk) -> NotePosted:
    """A note about the contest that went out."""
    editor.open(CONTEST)
    assert editor.send("/desk/note", WHOLE).headers["location"] == CONTEST
    note = desk.events()[-1]
    assert isinstance(note, NotePosted)
    return note


def test_a_note_is_posted_with_its_kind_its_speaker_its_party_and_its_languages(editor: Phone, desk: Desk) -> None:
    note = posted(editor, desk)
    told = Particulars("speech", "Naushabah Khan", "PP53", {"cy": "Diolchodd hi.", "de": "Sie dankte."})
    assert (note.ballot, note.particulars) == (rochester.BALLOT, told)
    editor.open("/desk")
    editor.send("/desk/note", {"text": "Snow in Kent.", "kind": "", "speaker": "", "party": "", "text.cy": ""})
    plain = desk.events()[-1]
    assert isinstance(plain, NotePosted) and plain.particulars is UNSET


def test_what_is_wrong_with_a_note_is_said_at_each_field_and_everything_typed_is_kept(
    editor: Phone, desk: Desk
) -> None:
    for address in ("/desk", CONTEST):
        editor.open(address)
        answer = editor.send("/desk/note", WHOLE | {"text": "", "party": "PP99", "text.cy": "Eira."})
        assert answer.status_code == 422
        assert "Write the note" in alert(answer.text)
        for field, sentence in (("text", "Write the note"), ("note-party", "no party that this night names")):
            assert sentence in answer.text.partition(f'id="{field}-wrong">')[2].partition("</p>")[0]
            assert f'aria-describedby="{field}-wrong"' in answer.text
        for kept in ('value="Naushabah Khan"', ">Eira.</textarea>", ">Sie dankte.</textarea>", '"speech" selected'):
            assert kept in answer.text
        long = editor.send("/desk/note", WHOLE | {"text.de": "x" * 501})
        assert "at most 500" in long.text.partition('id="text-de-wrong">')[2].partition("</p>")[0]
        assert "one of these kinds" in editor.send("/desk/note", WHOLE | {"kind": "rumour"}).text
    assert not any(isinstance(event, NotePosted) for event in desk.events())


def test_a_note_is_corrected_and_then_withdrawn_on_its_page(editor: Phone, desk: Desk) -> None:
    note = posted(editor, desk)
    address = f"/desk/notes/{note.seq}"
    assert f'href="{address}"' in editor.open(CONTEST) and f'href="{address}"' in editor.open("/desk")
    page = editor.open(address)
    assert ">She gave thanks.</textarea>" in page and ">Diolchodd hi.</textarea>" in page
    about = {"note": str(note.seq), "made-from": str(note.seq)}
    refused = editor.send("/desk/note/correction", about | WHOLE | {"text": "She thanked all.", "reason": ""})
    assert refused.status_code == 422 and ">She thanked all.</textarea>" in refused.text
    assert "everyone who read the note" in refused.text.partition('id="correction-wrong">')[2]
    right = about | WHOLE | {"text": "She thanked all.", "reason": "It was misheard."}
    assert editor.send("/desk/note/correction", right).headers["location"] == CONTEST
    corrected = desk.events()[-1]
    assert isinstance(corrected, NoteCorrected)
    assert (corrected.note, corrected.text, corrected.reason) == (note.seq, "She thanked all.", "It was misheard.")

    late = editor.send("/desk/note/withdrawal", about | {"reason": "It was not her."})
    assert late.status_code == 409 and "This note was corrected after" in alert(late.text)
    assert 'value="It was not her."' in late.text and f'name="made-from" value="{corrected.seq}"' in late.text
    about["made-from"] = str(corrected.seq)
    editor.send("/desk/note/withdrawal", about | {"reason": "It was not her."})
    withdrawn = desk.events()[-1]
    assert isinstance(withdrawn, NoteWithdrawn) and withdrawn.note == note.seq
    assert "<form" not in editor.open(address).partition("<main")[2], "nothing is left to be done with it"
    assert "It was not her." in editor.open("/desk/record")


def test_a_note_that_is_not_there_has_no_page(editor: Phone, desk: Desk) -> None:
    assert editor.client.get("/desk/notes/1").status_code == 404
    assert editor.client.get("/desk/notes/x").status_code == 404
    editor.open("/desk")
    assert editor.send("/desk/note/withdrawal", {"note": "99", "reason": "x"}).status_code == 404


def test_a_note_that_was_withdrawn_elsewhere_is_not_withdrawn_again(editor: Phone, desk: Desk) -> None:
    note = posted(editor, desk)
    editor.open(f"/desk/notes/{note.seq}")
    desk.submit(WithdrawNote(id="elsewhere", by="Ann", note=note.command_id, reason="Wrong."))
    about = {"note": str(note.seq), "made-from": str(note.seq)}
    answer = editor.send("/desk/note/withdrawal", about | {"reason": "Wrong."})
    assert answer.status_code == 422 and "withdrawn already" in alert(answer.text)
