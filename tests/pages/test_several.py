"""Contests of several seats, and of two rounds, as every place shows them: in words, in every language, as data."""

import html
import re

import pytest
from msgspec import json
from msgspec.structs import replace

from server.election.bodies import Body
from server.election.commands import Correct, Declare, RecordNoPoll, ReportPreferences
from server.election.events import NightOpened
from server.election.methods.figures import MoreFigures, Rejected, SecondPreferences
from server.election.nights import Night, fold
from server.feeds.states.contests import contest_state, contest_summary
from server.feeds.syndication.entries import Chosen, entries
from server.html.languages import language, languages
from server.html.telling.words import told
from server.html.templates import has_a_meaning
from server.live.channel import Channel
from server.notices.words import notice
from server.pages.analysis import views
from server.pages.newsroom import screens
from server.pages.picture.contest_picture import contest_picture
from server.pages.picture.drawing import Bar, Text
from server.pages.render import PageRenderer
from tests.election.wards import CON, GREEN, IND, LAB, LD, after, declared, kent, mayor, opened, ward
from tests.nights_by_hand import START, ballot, definition

CODES = [one.code for one in languages()]
THREE = ward(CON, CON, CON, LAB, LAB, LAB, IND, before={CON: 2, LAB: 1}, name="abbey")
TEN = ward(*[CON] * 10, *[LAB] * 10, seats=10, name="riverside", before={CON: 10})
TWO = ward(GREEN, GREEN, LD, LD, seats=2, name="hill")
ONE = ward(CON, LAB, seats=1, name="dale", before={CON: 1})
MAYOR = mayor(LAB, CON, GREEN, LD, electorate=2000)
OFFICE = Body("mayor.london", "Mayor of London", "office")


def words(page: str) -> str:
    """What is read of a piece, without its elements."""
    text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
    return re.sub(r" ([,.:;)])", r"\1", text)


def kent_night() -> Night:
    """A night of four wards of one council and a mayor; nothing is declared."""
    wards = (THREE, TEN, TWO, ONE)
    return opened(*wards, MAYOR, bodies=(kent(*wards, seats=60, control=CON), OFFICE), live=False)


def abbey(night: Night) -> Night:
    """After Abbey: two Labour, one Conservative."""
    return declared(night, "abbey", 500, 480, 470, 620, 540, 400, 90, valid_papers=1100, in_part=7)


def shown(night: Night, fragment: str, code: str = "en") -> str:
    """A piece as an edition has it."""
    return PageRenderer(language(code)).render(night, fragment)


@pytest.mark.parametrize("piece", ["contest-kent-abbey", "row-kent-abbey", "banner", "seat-kent-abbey"])
def test_two_of_one_party_and_one_of_another_are_told_with_what_changed(piece: str) -> None:
    text = words(shown(abbey(kent_night()), piece))
    if piece in ("row-kent-abbey", "seat-kent-abbey"):
        assert "Lab 2, Con 1: Lab +1" in text
    else:
        where = "" if piece == "contest-kent-abbey" else " (Kent)"
        assert f"LAB 2, CON 1 abbey{where}: Lab +1" in text
    assert "gain from" not in text and "swing" not in text.lower() and "deposit" not in text


def test_the_page_of_a_ward_marks_all_elected_and_says_what_its_figures_are() -> None:
    piece = shown(abbey(kent_night()), "contest-kent-abbey")
    assert piece.count('class="elected"') == 3
    text = words(piece)
    assert "abbey 4, abbey 5, abbey 1 elected" in text
    assert "last seat by 20 votes" in text and "20 votes ahead abbey 1 over abbey 2" in text
    assert "Votes, and the share of each party’s best candidate: of the 1,210 votes that these have together" in text
    assert "Valid papers 1,100 3,100 votes, up to 3 on each paper" in text
    assert "Turnout, valid papers 11.0%" in text
    assert "When these seats were last fought: Con 2, Lab 1" in text
    shares = re.findall(r"<th scope=\"row\">.*?</th><td>([\d,]+)</td><td>(.*?)</td>", piece)
    assert [bool(re.match(r"\d", share)) for _, share in shares] == [True, False, True, False, False, False, True]


def test_ten_seats_are_told_by_their_number_where_names_have_no_room() -> None:
    night = declared(kent_night(), "riverside", *range(900, 890, -1), *range(800, 790, -1), valid_papers=2000)
    assert "CON 10 riverside (Kent): no change" in words(shown(night, "banner"))
    assert "10 elected last seat by 91 votes" in words(shown(night, "banner"))
    assert shown(night, "contest-kent-riverside").count('class="elected"') == 10


def test_where_nothing_is_known_of_before_nothing_is_said_to_have_changed() -> None:
    night = declared(kent_night(), "hill", 300, 200, 250, 100, valid_papers=450)
    assert "Grn" not in words(shown(night, "banner")), "the abbreviation is the night's own"
    assert "Green 1, LD 1" in words(shown(night, "row-kent-hill"))
    assert ":" not in words(shown(night, "row-kent-hill"))
    assert "Nothing is known of who won these seats" in words(shown(night, "contest-kent-hill"))


def test_one_seat_of_a_council_is_gained_from_somebody_and_has_no_deposit() -> None:
    night = declared(kent_night(), "dale", 20, 980)
    text = words(shown(night, "contest-kent-dale"))
    assert "LAB GAIN dale from Conservative" in text and "lost deposit" not in text
    assert "0 votes" not in text, "what the parties had is not known"


def test_a_lot_at_the_last_seat_is_told() -> None:
    night = declared(kent_night(), "abbey", 500, 480, 470, 620, 540, 500, 90, valid_papers=1100, lots=("6",))
    assert "last seat decided by lot" in words(shown(night, "banner"))
    page = words(shown(night, "contest-kent-abbey"))
    assert "last seat decided by lot" in page and "Last seat Decided by lot" in page and "votes ahead" not in page
    night = declared(kent_night(), "abbey", 480, 480, 470, 620, 480, 480, 90, valid_papers=1100, lots=("2", "5"))
    contest = night.counts[THREE.ballot]
    for text in (words(shown(night, "banner")), told(night, contest, language("en"))):
        assert "last 2 seats decided by lot" in text
    assert "y 2 sedd olaf drwy goelbren" in told(night, contest, language("cy"))
    assert "Turnout, valid papers: 11.0%" in told(night, contest, language("en"))
    for code, label, value in (
        ("en", "Last 2 seats", "Decided by lot"),
        ("cy", "Y 2 sedd olaf", "Penderfynwyd drwy goelbren"),
    ):
        drawn = [mark.words for mark in contest_picture(night, contest, language(code)) if isinstance(mark, Text)]
        assert drawn[drawn.index(label) + 1] == value
    (event,) = contest_state(night, contest).history
    assert event.what.endswith("last 2 seats by lot: abbey 2, abbey 5.")


def test_fewer_candidates_than_seats_leave_some_vacant() -> None:
    lone = ward(CON, LAB, name="isle", before={CON: 3})
    night = opened(lone, ONE, bodies=(kent(lone, ONE),), live=False)
    night = after(night, RecordNoPoll(id="x", by="desk", ballot=lone.ballot, state="uncontested", reason="Two stood."))
    assert "CON 1, LAB 1, 1 VACANT isle: Lab +1" in words(shown(night, "banner"))
    assert "isle 1, isle 2 elected unopposed" in words(shown(night, "contest-kent-isle"))
    assert "isle 1, isle 2 elected unopposed" in words(shown(night, "latest"))
    many = ward(*[CON] * 6, *[LAB] * 3, seats=10, name="cape", before={CON: 10})
    night = opened(many, bodies=(kent(many),), live=False)
    off = RecordNoPoll(id="x", by="desk", ballot=many.ballot, state="uncontested", reason="Nine stood.")
    night, code = after(night, off), language("en")
    count = night.counts[many.ballot]
    event = count.no_poll
    assert event
    texts = [words(shown(night, piece)) for piece in ("latest", "contest-kent-cape")]
    texts += [words(screens.lower_third(night, count, code)), told(night, count, code)]
    texts += [json.decode(notice(night, count, event, code, ""))["body"]]
    for text in texts:
        assert "9 elected unopposed" in text and "0 votes" not in text, text
    (entry,) = entries(night, Chosen(), code)
    assert entry.lines[-1] == "Elected: " + ", ".join(f"cape {place}" for place in range(1, 10))
    assert words(screens.state(night, code)).endswith("elected unopposed"), "nobody had 0 votes, there was no poll"


def test_the_first_round_is_on_air_before_the_second() -> None:
    night = kent_night()
    votes = {"1": 400, "2": 350, "3": 150, "4": 100}
    night = after(night, ReportPreferences(id="f", by="desk", ballot=MAYOR.ballot, votes=votes, rejected=Rejected(9)))
    piece = words(shown(night, "contest-mayor-london"))
    assert "Second round" in piece and "First preferences, and share of 1,000 valid ones" in piece
    assert "Turnout, ballot papers 50.5% 1,009 of 2,000 Rejected papers 9" in piece
    for fragment in ("latest", "contest-mayor-london", "row-mayor-london", "banner"):
        assert "second round between Candidate 1 40.0%, Candidate 2 35.0%" in words(shown(night, fragment)), fragment
    second = MoreFigures(second=SecondPreferences({"1": 60, "2": 130}))
    ends = Declare(id="d", by="desk", ballot=MAYOR.ballot, votes=votes, rejected=Rejected(9), more=second)
    night = after(night, ends)
    piece = words(shown(night, "contest-mayor-london"))
    assert "CON WIN Mayor of London" in piece and "majority 20" in piece
    assert re.search(r"Candidate 2 Conservative Elected 350 35.0 480 \+130", piece)
    assert "of the votes in the second round" in piece


@pytest.mark.parametrize("code", CODES)
def test_every_place_is_made_in_every_language(code: str) -> None:
    night = abbey(kent_night())
    channel = Channel(PageRenderer(language(code)), on_air=True)
    for fragment in ("contest-kent-abbey", "row-kent-abbey", "seat-kent-abbey", "banner", "latest", "score", "status"):
        assert shown(night, fragment, code)
    sentence = told(night, night.counts[THREE.ballot], channel.renderer.language)  # type: ignore[attr-defined]
    assert "1" in sentence
    drawn = contest_picture(night, night.counts[THREE.ballot], language(code))
    assert any(isinstance(mark, Text) and "LAB 2, CON 1" in mark.words.upper() for mark in drawn) or code != "en"


def test_as_data_a_ward_has_its_seats_its_method_and_all_elected() -> None:
    night = abbey(kent_night())
    short = json.decode(json.encode(contest_summary(night, night.counts[THREE.ballot])))
    assert (short["seats"], short["method"], short["body"]) == (3, "plurality", "local.kent")
    assert short["winner"] is None and [one["candidate"] for one in short["elected"]] == ["4", "5", "1"]
    assert short["verdict"] == "Lab 2, Con 1: Lab +1"
    state = json.decode(json.encode(contest_state(night, night.counts[THREE.ballot])))
    assert state["valid_papers"] == 1100 and state["swing"] is None
    waiting = json.decode(json.encode(contest_summary(night, night.counts[TEN.ballot])))
    assert waiting["elected"] == []


def test_records_of_wards_have_no_deposits() -> None:
    page = words(views.html(abbey(kent_night()), "records"))
    assert "deposit" not in page and "Smallest majority 20 votes abbey" in page
    assert "Highest turnout, valid papers 11.0%" in page, "its votes are no papers"
    lone = words(views.html(opened(MAYOR, bodies=(OFFICE,), live=False), "records"))
    assert "deposit" not in lone


def test_what_is_told_of_shares_targets_and_defences_is_true_where_several_seats_are_fought() -> None:
    night = abbey(kent_night())
    assert "each party’s best candidate in each contest" in words(views.html(night, "areas"))
    grounds = words(views.html(night, f"battlegrounds/{CON}"))
    assert "2 contests for several seats are neither targets nor defences: no one party holds them." in grounds
    lone = declared(opened(THREE, bodies=(kent(THREE),), live=False), "abbey", 500, 480, 470, 620, 540, 400, 90)
    strip = words(screens.state(lone, language("en")))
    assert "Lab 620 51.2% Con 500 41.3% Ind 90 7.4%" in strip, "of each party the best, as shares are of them"


def test_pages_without_a_meaning_are_not_offered() -> None:
    wards = opened(THREE, TEN, bodies=(kent(THREE, TEN),), live=False).definition
    assert not has_a_meaning(wards, "swing") and has_a_meaning(wards, "battlegrounds"), "there is control to win"
    unknown = replace(wards, bodies=(replace(kent(THREE, TEN), seats=0),))
    assert not has_a_meaning(unknown, "battlegrounds"), "nobody said how many seats the council has"
    assert has_a_meaning(wards, "records") and has_a_meaning(definition(), "swing")


def test_as_data_a_seat_of_the_house_has_none_of_that() -> None:
    night = fold([NightOpened(seq=1, at=START, by="desk", command_id="x", night=definition())])
    short = json.decode(json.encode(contest_summary(night, night.counts[ballot(0)])))
    assert not {"seats", "method", "elected", "body"} & short.keys()


def test_a_second_round_is_told_and_drawn_with_its_own_votes() -> None:
    votes = {"1": 400, "2": 350, "3": 150, "4": 100}
    waiting = after(kent_night(), ReportPreferences(id="f", by="desk", ballot=MAYOR.ballot, votes=votes))
    count = waiting.counts[MAYOR.ballot]
    first = "second round between Candidate 1 40.0%, Candidate 2 35.0%"
    assert told(waiting, count, language("en")).startswith(f"Mayor of London: {first}")
    assert f"Mayors and others: Mayor of London {first}" in words(screens.state(waiting, language("en")))
    taken = after(waiting, RecordNoPoll(id="n", by="desk", ballot=MAYOR.ballot, state="countermanded", reason="Death."))
    assert "countermanded" in words(shown(taken, "row-mayor-london")) and first not in words(
        shown(taken, "row-mayor-london")
    )
    assert any(
        first in mark.words for mark in contest_picture(waiting, count, language("en")) if isinstance(mark, Text)
    )
    second = MoreFigures(second=SecondPreferences({"1": 60, "2": 130}))
    night = after(waiting, Declare(id="d", by="desk", ballot=MAYOR.ballot, votes=votes, more=second))
    marks = contest_picture(night, night.counts[MAYOR.ballot], language("en"))
    drawn = [mark.words for mark in marks if isinstance(mark, Text)]
    assert drawn.index("480") < drawn.index("460"), "the first elected has the most votes there"
    assert any(text.startswith("Second round. First preferences: Candidate 1 400, Candidate 2 350") for text in drawn)
    bars = [mark.width for mark in marks if isinstance(mark, Bar) and mark.height == 9]
    assert len(bars) == 2 and max(bars) <= 780, "no bar leaves its column"
    equal = MoreFigures(second=SecondPreferences({"1": 0, "2": 0, "3": 0, "4": 0}))
    even = {str(place): 250 - (place > 1) * 50 for place in range(1, 5)}
    night = after(kent_night(), Declare(id="d", by="desk", ballot=MAYOR.ballot, votes=even, more=equal))
    drawn = [m.words for m in contest_picture(night, night.counts[MAYOR.ballot], language("en")) if isinstance(m, Text)]
    assert "29.4%" in drawn and "23.5%" in drawn, "of all four who stayed, of whom three have room"


def corrected(night: Night, *votes: int, reason: str = "Recounted.", **more: object) -> Night:
    """After a correction of Abbey, or where the figures have a second round of the mayor."""
    ballot = MAYOR.ballot if "second" in more else THREE.ballot
    figures = {str(place): number for place, number in enumerate(votes, start=1)}
    extra = MoreFigures(**more)  # type: ignore[arg-type]
    return after(night, Correct(id="c", by="desk", ballot=ballot, votes=figures, reason=reason, more=extra))


def test_a_correction_says_who_is_elected_now_and_which_second_preferences_were_wrong() -> None:
    votes = (480, 480, 470, 620, 480, 480, 90)
    night = declared(kent_night(), "abbey", *votes, valid_papers=1100, lots=("2", "5"))
    again = corrected(night, *votes, valid_papers=1090, lots=("2", "6"))
    for piece in ("latest", "contest-kent-abbey"):
        assert "Elected abbey 5 now abbey 6, Valid papers 1,100 now 1,090" in words(shown(again, piece)), piece
    first, (one, other) = (
        (400, 350, 150, 100),
        (SecondPreferences({"1": 60, "2": 130}), SecondPreferences({"1": 130, "2": 60})),
    )
    figures = {str(place): number for place, number in enumerate(first, start=1)}
    ends = Declare(id="d", by="desk", ballot=MAYOR.ballot, votes=figures, more=MoreFigures(second=one))
    latest = words(shown(corrected(after(kent_night(), ends), *first, second=other), "latest"))
    assert "Second preferences for Candidate 1 60 now 130" in latest and "· ·" not in latest
    alone = opened(MAYOR, bodies=(OFFICE,), live=False)
    strip = words(screens.state(after(alone, ends), language("en")))
    assert strip.endswith("Second round Con 480 51.1% Lab 460 48.9%"), "as the verdict has it"
    assert "Con win Lab win" in latest and "Elected" not in latest, "the verdict says it"
