"""One contest at the desk: what it shows of the count, what can be done about it, what is on record."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from server.count.desk.contest_actions import moment_of
from server.election.clock import LONDON
from server.election.commands import Declare, ReachStage
from server.election.contests import Definition
from server.election.counting.acts import CorrectionBegun, CorrectionDropped
from server.election.events import DeclarationExpected, NightOpened, NoPollTaken, Withdrawn
from server.election.nights import fold
from server.election.refusals import Refused
from tests.count import rochester
from tests.count.conftest import Desk, Phone, declaration, signed_in, stamp
from tests.count.desk.conftest import CONTEST, OTHER, alert, element, text

ABOUT = "desk-contest-rochester-and-strood"
EXCHANGED = rochester.VOTES | {"11": rochester.VOTES["13"], "13": rochester.VOTES["11"]}


def differ(officer: Phone, second: Phone) -> None:
    """Two sheets of which one has two rows exchanged."""
    officer.key()
    doubts = {"reason.rows-look-swapped": "So it is.", "reason.share-far-from-baseline": "So it is."}
    second.key(rochester.texts(EXCHANGED) | doubts)


@pytest.fixture
def second(client: TestClient, desk: Desk) -> Phone:
    """The second officer's phone, on a night of two entries."""
    desk.choose_entry("double")
    return signed_in(client, desk, "second officer", name="Bob Lee")


def test_rows_that_differ_are_shown_with_both_figures_ascending_and_nobodys_name(
    editor: Phone, officer: Phone, second: Phone
) -> None:
    differ(officer, second)
    page = editor.open(CONTEST)
    rows = re.findall(r'<tr><th scope="row">([^<]*)</th><td>([\d,]+)</td><td>([\d,]+)</td></tr>', page)
    assert rows == [("Mark Reckless", "13,947", "16,867"), ("Kelly Tolhurst", "13,947", "16,867")]
    log = page[page.index('class="log"') :]
    assert "16,867" not in log and "13,947" not in log
    assert "exchanged" not in log, "a doubt about one sheet would tell whose it is"
    needs = element(editor.open("/desk"), "desk-needs")
    assert "Rochester and Strood sheets differ in 2 rows" in needs


def test_what_a_sheet_replaced_is_told_only_once_the_sheets_agree(editor: Phone, officer: Phone, second: Phone) -> None:
    differ(officer, second)
    second.open()
    wrong = rochester.VOTES | {"1": 55, "2": 21}
    assert second.send("/count/sheet", rochester.texts(wrong)).status_code == 303
    log = editor.open(CONTEST)
    log = text(log[log.index('class="log"') :])
    assert "Bob Lee Keyed the second officer’s sheet again Mike Barker changed Christopher Challis changed" in log
    assert "16,867" not in log

    second.open()
    second.send("/count/sheet", rochester.texts())
    page = editor.open(CONTEST)
    assert "ready to declare" in element(page, ABOUT)
    assert "Mark Reckless 13,947 16,867" in text(page[page.index('class="log"') :])
    assert "Confirmed, not declared yet: UKIP gain from Con" in text(page)


def test_the_record_says_who_when_from_which_device_and_what(editor: Phone, officer: Phone) -> None:
    officer.declare()
    log = editor.open(CONTEST)
    log = text(log[log.index('class="log"') :])
    told = [
        "Jane Smith The declaration, UKIP gain from Con event 3",
        "Jane Smith Keyed the officer’s sheet",
        "Jane Smith Verified: 40,113 ballot papers counted of 40,113 expected",
        "Jane Smith Opened the invitation, and chose a PIN",
        "the command line Invited Jane Smith as officer for Rochester and Strood",
    ]
    places = [log.index(one) for one in told]
    assert places == sorted(places), "the newest first"
    assert re.search(r"\d\d:\d\d Jane Smith Keyed the officer’s sheet testclient", log)
    assert "Jane Smith The declaration" in text(editor.open("/desk/record"))


def test_what_a_program_declared_is_on_record_too(editor: Phone, desk: Desk) -> None:
    desk.submit(declaration(by="A program"))
    log = text(editor.open(CONTEST))
    assert "A program The declaration, UKIP gain from Con event 2" in log


def test_an_expected_time_is_public_and_late_ones_stand_out(editor: Phone, desk: Desk) -> None:
    late = (datetime.now(LONDON) - timedelta(minutes=72)).strftime("%H:%M")
    editor.open(CONTEST)
    for _ in range(2):
        assert editor.send("/desk/expected", {"expected": late}).headers["location"] == CONTEST
    (event,) = (one for one in desk.events() if isinstance(one, DeclarationExpected))
    assert event.expected is not None and event.by == "desk"
    page = editor.open("/desk")
    assert "1 h 12 min late" in element(page, "desk-row-rochester-and-strood")
    assert re.search(r'id="desk-row-rochester-and-strood" class="[^"]* late"', page)
    assert "Late Rochester and Strood 1 h 12 min late" in element(page, "desk-needs")
    editor.open(CONTEST)
    editor.send("/desk/expected", {"expected": ""})
    page = editor.open(CONTEST)
    assert "late" not in element(page, ABOUT).partition("What was done")[0]
    assert f"Expected {late} unknown" in text(page)


@pytest.mark.parametrize("typed", ["25:00", "2:60", "midnight", "1", "<b>"])
def test_a_time_that_is_none_is_refused_and_comes_back_as_typed(editor: Phone, desk: Desk, typed: str) -> None:
    editor.open(CONTEST)
    answer = editor.send("/desk/expected", {"expected": typed})
    assert answer.status_code == 422
    assert f"{typed} is not a time of day" in alert(answer.text)
    assert f'value="{typed.replace("<", "&lt;").replace(">", "&gt;")}"' in answer.text
    assert len(desk.events()) == 1


@pytest.mark.parametrize(
    ("at", "typed", "expected"),
    [
        ("2014-11-20T15:00", "23:45", "2014-11-20T23:45"),
        ("2014-11-20T15:00", "0:15", "2014-11-21T00:15"),
        ("2014-11-21T03:00", "02.30", "2014-11-21T02:30"),
        ("2014-11-21T03:00", "1300", "2014-11-21T13:00"),
        ("2026-11-24T23:30", "01:00", "2026-11-25T01:00"),
        ("2026-11-24T23:30", "23:00", "2026-11-24T23:00"),
    ],
)
def test_a_time_of_day_is_of_the_night_or_the_morning_after(at: str, typed: str, expected: str) -> None:
    definition = rochester.night()
    opened = NightOpened(seq=1, at=definition.polls_close, by="desk", command_id="open", night=definition)
    moment = datetime.fromisoformat(at).replace(tzinfo=LONDON)
    assert moment_of(typed, fold((opened,)), moment) == datetime.fromisoformat(expected).replace(tzinfo=LONDON)
    with pytest.raises(Refused):
        moment_of("noon", fold((opened,)), moment)


def test_a_time_of_day_that_the_clocks_skip_is_refused() -> None:
    definition = rochester.night()
    opened = NightOpened(seq=1, at=definition.polls_close, by="desk", command_id="open", night=definition)
    saturday = datetime(2026, 3, 28, 23, tzinfo=LONDON)
    with pytest.raises(Refused, match="no 01:30 on 29/03/2026, when the clocks go forward"):
        moment_of("01:30", fold((opened,)), saturday)
    assert moment_of("02:30", fold((opened,)), saturday) == datetime(2026, 3, 29, 2, 30, tzinfo=LONDON)


def test_a_revision_wants_a_reason_and_is_keyed_anew_by_the_officer(editor: Phone, officer: Phone, desk: Desk) -> None:
    officer.declare()
    editor.open(CONTEST)
    refused = editor.send("/desk/revision", {"reason": " "})
    assert refused.status_code == 422
    assert "Give the reason" in alert(refused.text)
    editor.open(CONTEST)
    for _ in range(2):
        assert editor.send("/desk/revision", {"reason": "A bundle counted twice."}).headers["location"] == CONTEST
    (begun,) = (act for act in desk.acts() if isinstance(act, CorrectionBegun))
    assert (begun.slip, begun.by) == (False, "Ann Ray")
    assert "the figures are being revised" in element(editor.open("/desk"), "desk-needs")

    revised = rochester.VOTES | {"1": 44, "2": 32}
    assert "Revising the figures" in officer.open()
    officer.send("/count/sheet", rochester.texts(revised))
    officer.look_again(rochester.texts(revised))
    officer.send("/count/declare")
    page = text(editor.open(CONTEST))
    assert "Figures revised, UKIP gain from Con: A bundle counted twice. event 4 Mike Barker 54 44" in page
    assert "Christopher Challis 22 32" in page


def test_a_revision_of_figures_that_changed_meanwhile_is_refused(editor: Phone, officer: Phone, desk: Desk) -> None:
    officer.declare()
    editor.open(CONTEST)
    answer = editor.send("/desk/revision", {"reason": "A bundle", "round": "0"})
    assert "changed since" in alert(answer.text)
    assert 'value="A bundle"' in answer.text


def test_a_revision_can_be_dropped(editor: Phone, officer: Phone, desk: Desk) -> None:
    officer.declare()
    editor.open(CONTEST)
    editor.send("/desk/revision", {"reason": "A bundle"})
    editor.open(CONTEST)
    for _ in range(2):
        editor.send("/desk/revision/drop")
    assert sum(isinstance(act, CorrectionDropped) for act in desk.acts()) == 1
    page = element(editor.open(CONTEST), ABOUT)
    assert "being revised" not in page.partition("What was done")[0]


def test_a_withdrawal_wants_a_reason_and_is_public(editor: Phone, officer: Phone, desk: Desk) -> None:
    officer.declare()
    editor.open(CONTEST)
    assert editor.send("/desk/withdrawal", {"reason": ""}).status_code == 422
    for _ in range(2):
        assert editor.send("/desk/withdrawal", {"reason": "A box was found."}).status_code == 303
    (event,) = (one for one in desk.events() if isinstance(one, Withdrawn))
    assert (event.by, event.reason) == ("desk", "A box was found.")
    assert "Report withdrawn" in element(editor.open("/desk"), "desk-row-rochester-and-strood")


def test_nothing_that_is_not_declared_can_be_withdrawn_or_revised(editor: Phone) -> None:
    editor.open(CONTEST)
    for form in ("/desk/withdrawal", "/desk/revision", "/desk/revision/drop"):
        answer = editor.send(form, {"reason": "A box"})
        assert answer.status_code == 422
        assert "is not declared" in alert(answer.text)


def test_a_poll_can_be_postponed_or_countermanded_and_that_taken_back(editor: Phone, desk: Desk) -> None:
    for address, state in ((CONTEST, "postponed"), (OTHER, "countermanded")):
        editor.open(address)
        assert editor.send("/desk/no-poll", {"state": state, "reason": "A death."}).headers["location"] == address
    told = [(one.ballot, one.state, one.reason) for one in desk.events() if isinstance(one, NoPollTaken)]
    assert told == [(rochester.BALLOT, "postponed", "A death."), (rochester.OTHER, "countermanded", "A death.")]
    row = element(editor.open("/desk"), "desk-row-rochester-and-strood")
    assert "Postponed nothing to count" in row
    editor.open(CONTEST)
    editor.send("/desk/withdrawal", {"reason": "It is held after all."})
    assert "Postponed" not in element(editor.open("/desk"), "desk-row-rochester-and-strood")


def test_only_a_contest_with_one_candidate_is_uncontested(editor: Phone, desk: Desk) -> None:
    page = editor.open(OTHER)
    assert 'value="uncontested"' not in page
    answer = editor.send("/desk/no-poll", {"state": "uncontested", "reason": "One withdrew."})
    assert "2 candidates stand" in alert(answer.text)
    assert 'value="One withdrew."' in answer.text
    desk.open_night(alone(rochester.night()))
    editor = again(editor, desk)
    assert 'value="uncontested"' in editor.open(OTHER)
    assert editor.send("/desk/no-poll", {"state": "", "reason": "x"}).status_code == 422
    editor.send("/desk/no-poll", {"state": "uncontested", "reason": "Nobody else stands."})
    assert "Uncontested" in element(editor.open("/desk"), "desk-row-elsewhere")


def alone(night: Definition) -> Definition:
    contests = tuple(replace(one, candidates=one.candidates[:1]) for one in night.contests)
    return replace(night, contests=contests)


def again(editor: Phone, desk: Desk) -> Phone:
    """The desk of a night that was begun anew."""
    editor.sign_in(desk.invite("desk", name="Ann Ray"))
    return editor


def test_figures_that_no_longer_account_for_the_papers_need_somebody(editor: Phone, officer: Phone, desk: Desk) -> None:
    officer.declare()
    desk.submit(ReachStage(id="again", by="RO", ballot=rochester.BALLOT, stage="verified", papers=46671))
    page = editor.open("/desk")
    assert "6,558 fewer than the papers verified" in element(page, "desk-needs")
    assert "does not account for 6,558 papers" in element(page, "desk-row-rochester-and-strood")


def test_what_cannot_go_out_after_a_hold_is_told_with_its_refusal(editor: Phone, officer: Phone, desk: Desk) -> None:
    officer.key()
    desk.hold()
    officer.send("/count/declare")
    desk.release()
    votes = rochester.VOTES | {"1": 53, "2": 23}
    other: Declare = replace(declaration("another"), votes=votes)
    desk.submit(other)
    needs = element(editor.open("/desk"), "desk-needs")
    assert (
        "Not sent Rochester and Strood did not go out, from Jane Smith: the declaration, UKIP gain from Con. " in needs
    )
    assert "already declared" in needs


def test_one_sheet_and_nobody_for_the_other_needs_somebody(editor: Phone, officer: Phone, desk: Desk) -> None:
    desk.choose_entry("double")
    officer.key()
    assert "nobody is invited as second officer" in element(editor.open("/desk"), "desk-needs")
    desk.invite("second officer", name="Bob Lee")
    assert "Rochester" not in element(editor.open("/desk"), "desk-needs"), "there is time yet"
    sheet = next(act for act in reversed(desk.acts()) if hasattr(act, "replaces"))
    early = replace(sheet, **stamp("early", sheet.invitation, sheet.by, datetime.now(UTC) - timedelta(minutes=11)))
    desk.record(replace(early, replaces=sheet.seq))
    assert "the second officer has keyed nothing yet" in element(editor.open("/desk"), "desk-needs")


def test_the_list_can_be_narrowed_without_script(editor: Phone) -> None:
    page = editor.open("/desk?q=ELSE")
    assert re.search(r'id="desk-row-rochester-and-strood" [^>]*hidden>', page)
    assert re.search(r'id="desk-row-elsewhere" class="[^"]*">', page)
    assert "1 of 2 contests" in page


def test_a_contest_that_is_none_is_not_found(editor: Phone) -> None:
    assert editor.client.get("/desk/contests/parl.nowhere").status_code == 404
    assert editor.send("/desk/expected", {"contest": f"{rochester.NIGHT}/parl.nowhere"}).status_code == 404


def test_a_stage_reported_by_mistake_is_taken_back_at_the_desk(editor: Phone, officer: Phone, desk: Desk) -> None:
    officer.key()
    officer.send("/count/stage", {"stage": "counting"})
    page = editor.open(CONTEST)
    assert "Take back “Counting”" in page
    assert editor.send("/desk/stage/back", {"reason": ""}).status_code == 422
    editor.open(CONTEST)
    for _ in range(2):
        assert editor.send("/desk/stage/back", {"reason": "It was another seat."}).headers["location"] == CONTEST
    assert "Taken back, Counting: It was another seat." in text(editor.open(CONTEST))
    assert "Ballot papers verified" in element(editor.open("/desk"), "desk-row-rochester-and-strood")
