"""Notes: posted with their kind, their speaker and other languages, corrected, withdrawn, told again, played again."""

from datetime import timedelta

import pytest
from msgspec import UNSET, json

from server.election.commands import AnyCommand, CorrectNote, OpenNight, PostNote, WithdrawNote
from server.election.deciding.decide import decide
from server.election.events import AnyEvent, NoteCorrected, NotePosted, NoteWithdrawn
from server.election.nights import Night, fold
from server.election.refusals import Refused
from server.election.results.feed import feed_of
from server.election.results.known import as_known, was_revised
from server.election.results.notes import notes_of, voices
from server.election.texts.particulars import Particulars
from server.replay.commands import commands
from tests.nights_by_hand import START, ballot, definition

SPEECH = Particulars("speech", "Ann Abel", "PP52", {"cy": "Diolchodd hi.", "de": "Sie dankte."})
POST = PostNote(id="post", by="desk", text="She gave thanks.", ballot=ballot(0), particulars=SPEECH)
CORRECT = CorrectNote(id="correct", by="desk", note="post", text="She thanked all.", reason="It was misheard.")
WITHDRAW = WithdrawNote(id="withdraw", by="desk", note="post", reason="She did not speak.")


def events(*then: AnyCommand, contests: int = 3) -> list[AnyEvent]:
    """The events of a night on which these commands came, a minute apart."""
    made: list[AnyEvent] = []
    night: Night | None = None
    opened = OpenNight(id="open", by="desk", night=definition(contests=contests))
    for minute, command in enumerate((opened, *then)):
        made.append(decide(night, command, START + timedelta(minutes=minute)))
        night = fold(made)
    return made


def refused(then: AnyCommand, *before: AnyCommand) -> Refused:
    """How a command is refused after others."""
    with pytest.raises(Refused) as caught:
        events(*before, then)
    return caught.value


def test_a_note_without_particulars_has_the_bytes_that_it_always_had() -> None:
    *_, plain = events(PostNote(id="plain", by="desk", text="Snow."))
    assert json.encode(plain) == (
        b'{"kind":"note-posted.1","text":"Snow.","ballot":null,"seq":2,"at":"2019-12-12T22:01:00Z",'
        b'"by":"desk","command_id":"plain"}'
    )


def test_a_note_keeps_its_kind_its_speaker_and_its_languages_each_text_in_one_line() -> None:
    more = Particulars("speech", "Ann Abel", "PP52", {"cy": " Diolchodd\nhi. ", "de": "Sie dankte.", "fr": "  "})
    *_, event = events(PostNote(id="post", by="desk", text="She gave thanks.", ballot=ballot(0), particulars=more))
    assert isinstance(event, NotePosted) and event.particulars == SPEECH


@pytest.mark.parametrize(
    ("particulars", "field"),
    [
        (Particulars(speaker="x" * 81), "speaker"),
        (Particulars(speaker="Ann\nAbel"), "speaker"),
        (Particulars(party="PP99"), "party"),
        (Particulars(texts={"Welsh!": "Eira."}), "texts"),
        (Particulars(texts={language * 2: "x" for language in "abcdefghi"}), "texts"),
        (Particulars(texts={"cy": "x" * 501}), "text.cy"),
    ],
)
def test_what_cannot_be_true_of_a_note_is_refused_at_its_field(particulars: Particulars, field: str) -> None:
    why = refused(PostNote(id="post", by="desk", text="Snow.", particulars=particulars))
    assert [finding.field for finding in why.findings] == [field]


def test_a_correction_replaces_what_a_note_says_and_the_feed_shows_both() -> None:
    night = fold(events(POST, CORRECT))
    assert notes_of(night)[2].says == night.feed[-1]
    corrected, posted = feed_of(night)
    assert corrected.said == posted.event and posted.note == notes_of(night)[2]
    assert [note.says.text for note in voices(night, ballot(0))] == [], "a correction without a kind tells no speech"


def test_a_second_correction_is_of_the_first() -> None:
    again = CorrectNote(id="again", by="desk", note="post", text="Third.", reason="Again.", particulars=SPEECH)
    night = fold(events(POST, CORRECT, again))
    newest, *_ = feed_of(night)
    assert newest.said and newest.said.text == "She thanked all."
    assert [note.says.text for note in voices(night, ballot(0))] == ["Third."]


def test_a_speech_stands_beside_the_result_of_its_contest_until_it_is_withdrawn() -> None:
    assert [note.says.text for note in voices(fold(events(POST)), ballot(0))] == ["She gave thanks."]
    assert voices(fold(events(POST)), ballot(1)) == ()
    assert voices(fold(events(POST, WITHDRAW)), ballot(0)) == ()
    about_the_night = PostNote(id="post", by="desk", text="They gave thanks.", particulars=Particulars("reaction"))
    assert voices(fold(events(about_the_night)), ballot(0)) == ()
    assert len(voices(fold(events(about_the_night, contests=1)), ballot(0))) == 1


def test_a_note_is_corrected_and_withdrawn_only_as_the_sender_read_it() -> None:
    assert refused(CORRECT).code == refused(WITHDRAW).code == "note-unknown"
    assert refused(CorrectNote(id="c", by="d", note="open", text="x", reason="y")).code == "note-unknown"
    again = WithdrawNote(id="again", by="desk", note="post", reason="Still wrong.")
    assert refused(CORRECT, POST, WITHDRAW).code == refused(again, POST, WITHDRAW).code == "note-withdrawn"
    late = WithdrawNote(id="late", by="desk", note="post", reason="Wrong.", made_from=2)
    assert refused(late, POST, CORRECT).code == "note-corrected"
    assert isinstance(events(POST, late)[-1], NoteWithdrawn)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (CorrectNote(id="c", by="desk", note="post", text="Else.", reason=" "), "reason-missing"),
        (WithdrawNote(id="w", by="desk", note="post", reason=""), "reason-missing"),
        (CorrectNote(id="c", by="desk", note="post", text=" ", reason="Wrong."), "note-empty"),
        (
            CorrectNote(id="c", by="desk", note="post", text=POST.text, reason="Same.", particulars=SPEECH),
            "nothing-changed",
        ),
    ],
)
def test_a_correction_says_something_else_and_why(command: AnyCommand, code: str) -> None:
    assert refused(command, POST).code == code


def test_as_it_is_known_now_a_note_says_at_once_what_it_was_corrected_to_and_a_withdrawn_one_was_never_there() -> None:
    then = events(POST, PostNote(id="other", by="desk", text="Snow."), CORRECT)
    assert was_revised(then)
    told = [event for event in as_known(then) if isinstance(event, NotePosted)]
    assert [(event.text, event.particulars) for event in told] == [("She thanked all.", UNSET), ("Snow.", UNSET)]
    assert [type(event) for event in as_known(events(POST, WITHDRAW))[1:]] == []


def test_a_replay_corrects_and_withdraws_its_own_notes_whatever_else_goes_out_on_it() -> None:
    past = events(POST, CORRECT, WITHDRAW)
    opened, *rest = [command for _, command in commands(past, "night")]
    made = [decide(None, opened, START)]
    for command in (PostNote(id="between", by="desk", text="Only on the replay."), *rest):
        made.append(decide(fold(made), command, START))
    assert isinstance(made[-2], NoteCorrected) and isinstance(made[-1], NoteWithdrawn)
    assert made[-2].note == made[-1].note == 3
    assert notes_of(fold(made))[3].withdrawn == made[-1]
