"""Notes on the pages: beside the result and on the feed, in the reader's language, corrected, withdrawn, left out."""

import html
import re

import pytest

from server.election.commands import AnyCommand, CorrectNote, OpenNight, PostNote, WithdrawNote
from server.election.deciding.decide import decide
from server.election.events import NotePosted
from server.election.nights import fold
from server.election.texts.particulars import Particulars
from server.html.languages import languages
from server.live.channel import Channel
from server.live.renderer import NIGHT
from server.nights import archive
from server.pages.analysis.views import html as html_of
from server.pages.render import PageRenderer
from tests.nights_by_hand import START, ballot, definition

ROCHESTER = "parl.rochester-and-strood.by.2014-11-20"
CODES = [language.code for language in languages()]
NOTES = [event for event in archive.load(ROCHESTER).events if isinstance(event, NotePosted)]
REACTION = Particulars("reaction", "Ben Bond", "PP53", {"de": "Er geht."})
POST = PostNote(id="post", by="desk", text="He goes.", ballot=ballot(0), particulars=REACTION)
CORRECT = CorrectNote(id="c", by="desk", note="post", text="He stays.", reason="Misheard.", particulars=REACTION)
WITHDRAW = WithdrawNote(id="w", by="desk", note="post", reason="It was somebody else.")


def channel(*commands: AnyCommand, contests: int = 1) -> Channel:
    """A night on air on which these commands came."""
    made = [decide(None, OpenNight(id="open", by="desk", night=definition(contests=contests)), START)]
    for command in commands:
        made.append(decide(fold(made), command, START))
    on_air = Channel(PageRenderer())
    on_air.advance(made)
    return on_air


def words(page: str) -> str:
    """What is read, without elements."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.fixture(scope="module")
def past() -> Channel:
    whole = Channel(PageRenderer(), on_air=False)
    whole.advance(archive.load(ROCHESTER).events)
    return whole


@pytest.mark.parametrize("code", CODES)
def test_the_story_of_a_night_is_read_in_the_language_of_its_reader(past: Channel, code: str) -> None:
    edition = past.in_edition(code, "")
    feed, contest = edition.text("latest"), edition.text("contest-rochester-and-strood")
    for note in NOTES:
        assert note.particulars
        own = note.text if code == "en" else note.particulars.texts[code]
        assert html.escape(own, quote=False).replace("'", "&#39;") in feed
        assert (own in html.unescape(contest)) == (note.particulars.kind in ("speech", "reaction"))
    assert ('<span lang="en">' in feed) == (code == "en"), "nothing is left in English"


def test_who_speaks_and_for_which_party_stands_beside_what_was_said(past: Channel) -> None:
    said = words(past.text("contest-rochester-and-strood").partition('class="said')[2].partition("</section>")[0])
    assert "Mark Reckless , UKIP · speech · 04:18" in said
    assert "Emily Thornberry , Lab · reaction · 23:15" in said
    assert "Conservative · reaction · 04:22" in said


def test_a_note_that_was_not_written_in_the_readers_language_is_marked_as_english() -> None:
    night = channel(POST)
    assert "<p>Er geht.</p>" in night.in_edition("de", "").text("latest")
    assert '<p><span lang="en">He goes.</span></p>' in night.in_edition("cy", "").text("latest")


def test_a_corrected_note_shows_what_it_said_and_a_withdrawn_one_is_struck_out_with_the_reasons() -> None:
    corrected = words(channel(POST, CORRECT).text("latest"))
    assert "A note corrected: He goes. He stays. Misheard." in corrected and "Corrected at 22:00" in corrected
    withdrawn = channel(POST, CORRECT, WITHDRAW).text("latest")
    assert "A note withdrawn: He stays. It was somebody else." in words(withdrawn)
    assert withdrawn.count("<del>") == 3, "in its own place, in the correction and in the withdrawal"
    assert "He stays" not in channel(POST, CORRECT, WITHDRAW).text("contest-seat-0")


@pytest.mark.parametrize("contests", [1, 3])
def test_an_open_page_is_sent_the_correction_and_its_old_entry_as_it_stands_now(contests: int) -> None:
    night = channel(POST, CORRECT, contests=contests)
    missed = night.missed(NIGHT, 2)
    assert missed is not None
    text = missed.payload.decode()
    assert 'hx-target="#item-2" hx-swap="outerMorph"' in text
    entry = text.partition('hx-target="#item-2"')[2].partition("</hx-partial>")[0]
    assert "He stays." in entry and "He goes." not in entry
    again = night.missed(NIGHT, 1)
    assert again is not None and b"#item-2" not in again.payload, "who has no entry yet is sent it as it is now"


def test_battlegrounds_say_why_a_party_that_did_not_stand_has_no_rank(past: Channel) -> None:
    assert past.night is not None
    page = words(html_of(past.night, "battlegrounds/PP85"))
    assert "1 seat has no rank: UK Independence Party did not stand there at the 2010 general election" in page
    assert "no rank" not in words(html_of(past.night, "battlegrounds/PP53"))


def test_an_overlay_is_sent_what_was_said_as_banners_of_their_own_and_no_other_note() -> None:
    plain = PostNote(id="plain", by="desk", text="Snow.", ballot=ballot(0))
    message = channel(POST, plain).missed("overlay", 1)
    assert message is not None
    text = message.payload.decode()
    assert 'id="banner-note-2" class="banner voiced" data-seq="2" data-party="PP53"' in text
    assert "Snow." not in text
    message = channel(POST, plain, WITHDRAW).missed("overlay", 3)
    assert message is not None and "Withdrawn at 22:00" in message.payload.decode()
