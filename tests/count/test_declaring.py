"""From the read-back to the receipt, and back again: corrections, withdrawals, and a night that is held."""

import re
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace
from starlette.testclient import TestClient

from server.election.commands import Correct, ReachStage, RecordNoPoll
from server.election.contests import Candidate
from server.election.counting.acts import Asked, CorrectionBegun, SheetKeyed
from server.election.counting.entry import spoken
from server.election.events import Corrected, Declared, NightReleased, StageReached, Withdrawn
from server.election.methods.figures import Rejected
from server.stream.events import EventStream
from server.stream.record import written
from server.stream.submit import Submitter
from tests.count import rochester
from tests.count.conftest import Desk, Phone, declaration, once_it_says, signed_in, stamp, value_of
from tests.count.rochester import texts

SHEET, DECLARE, RECEIPT = "/count/sheet", "/count/declare", "/count/receipt"
CONTEST = f"/nights/{rochester.NIGHT}/contests/{rochester.BALLOT}"
ONE_FOR_ANOTHER = rochester.VOTES | {"1": 53, "2": 23}
REJECTED = Rejected(48, **rochester.HEADS)
SLIP = "The first two were read from each other's line."


def corrected(desk: Desk) -> list[Corrected]:
    return [event for event in desk.events() if isinstance(event, Corrected)]


def test_the_read_back_is_the_declaration_in_the_order_of_the_law(phone: Phone, desk: Desk) -> None:
    page = phone.key(texts() | {"votes.11": "16 867"})
    order = ["Mike Barker", "16,867", "13,947", "is elected as", "official mark", ">30<", ">48<", "UKIP gain from Con"]
    places = [page.index(text) for text in order]
    assert places == sorted(places)
    assert "<b>Mark Reckless</b>" in page
    assert "Majority 2,920" in page
    assert "turnout 50.7%" in page
    assert desk.declared() == [], "reading back declares nothing"


def test_declaring_leads_to_a_receipt_with_its_number(phone: Phone, desk: Desk) -> None:
    response = phone.declare()
    assert response.status_code == 303
    assert response.headers["location"] == RECEIPT
    (event,) = desk.declared()
    assert (event.votes, event.by) == (rochester.VOTES, "officer")
    assert event.rejected == REJECTED
    receipt = phone.open(RECEIPT)
    assert f"Declared. Receipt {event.seq}" in receipt
    assert f'href="{CONTEST}"' in receipt
    assert str(phone.client.get("/count").url).endswith(RECEIPT)


def test_the_receipt_says_on_air_once_the_event_came_round(phone: Phone) -> None:
    phone.declare()
    once_it_says(phone, RECEIPT, 'data-state="on-air"')
    assert "UKIP gain from Con" in phone.client.get(CONTEST).text


def test_a_second_tap_shows_the_same_receipt_and_declares_nothing_more(phone: Phone, desk: Desk) -> None:
    first = phone.declare()
    answers = [first, *(phone.send(DECLARE) for _ in range(3))]
    places = [str(phone.client.get(answer.headers["location"]).url) for answer in answers]
    assert {place.partition("/count")[2] for place in places} == {"/receipt"}
    assert len(desk.declared()) == 1


def test_the_returning_officer_declares_what_the_officer_keyed_and_both_at_once_is_once(
    phone: Phone, client: TestClient, desk: Desk
) -> None:
    returning = signed_in(client, desk, "returning officer", name="Ann Lee")
    phone.key()
    assert "is elected as" in returning.open()
    assert returning.send(DECLARE).headers["location"] == RECEIPT
    phone.send(DECLARE)
    assert [event.by for event in desk.declared()] == ["returning officer"]


def test_nobody_who_watches_reads_the_name_of_an_officer_and_the_desk_does(
    phone: Phone, client: TestClient, desk: Desk
) -> None:
    returning = signed_in(client, desk, "returning officer", name="Ann Lee")
    phone.declare()
    returning.open(RECEIPT)
    returning.send("/count/withdrawal", {"reason": "A box was found."})
    record = b"".join(written(desk.events())).decode()
    assert record.count("Jane Smith") + record.count("Ann Lee") == 0
    assert record.count('"by":"officer"') == 2 and record.count('"by":"returning officer"') == 1
    log = signed_in(client, desk, "desk", name="Dora").open(f"/desk/contests/{rochester.BALLOT}")
    assert "Jane Smith" in log and "Ann Lee" in log


def test_an_invitation_says_who_reads_the_name(client: TestClient, desk: Desk) -> None:
    page = client.get(desk.invite(name="Jane Smith")).text
    assert "on record under your name, which those who run the night read." in page
    assert "The public record says only “officer”." in page


def test_what_was_read_back_is_what_goes_out_or_nothing(phone: Phone, client: TestClient, desk: Desk) -> None:
    returning = signed_in(client, desk, "returning officer", name="Ann Lee")
    phone.key()
    returning.open()
    phone.open("/count?change=1")
    phone.send(SHEET, texts(ONE_FOR_ANOTHER))
    stale = returning.send(DECLARE)
    assert stale.status_code == 409
    assert "Read it again before you declare" in stale.text
    assert ">53<" in stale.text
    assert desk.declared() == []
    returning.page = stale.text
    returning.send(DECLARE)
    assert [event.votes for event in desk.declared()] == [ONE_FOR_ANOTHER]


def test_figures_that_no_longer_account_for_the_papers_are_not_declared(phone: Phone, desk: Desk) -> None:
    phone.key()
    desk.submit(ReachStage(id="p", by="desk", ballot=rochester.BALLOT, stage="verified", papers=46671))
    assert phone.send(DECLARE).status_code == 303
    page = phone.open()
    assert "Read aloud" not in page, "nothing that does not add up is read out"
    assert "6,558 fewer than the 46,671 ballot papers verified" in page
    assert 'name="votes.11" value="16,867"' in page, "what was keyed is not lost"
    assert desk.declared() == []


def test_other_figures_after_the_declaration_are_not_taken_for_it(phone: Phone, desk: Desk) -> None:
    phone.verify()
    left_open = Phone(phone.client, phone.page)
    phone.declare()
    again = left_open.send(SHEET, texts(ONE_FOR_ANOTHER))
    assert again.headers["location"] == f"{RECEIPT}?sent=no"
    page = phone.client.get(again.headers["location"]).text
    assert "Your last figures were not sent" in page
    assert "data-done" not in page, "what was typed stays on the phone"
    assert len(desk.declared()) == 1


def test_a_slip_is_put_right_from_the_phone_and_everyone_sees_before_and_after(phone: Phone, desk: Desk) -> None:
    phone.declare()
    phone.open(RECEIPT)
    for _ in range(2):  # a second tap begins nothing more
        assert phone.send("/count/correction", {"reason": SLIP}).headers["location"] == "/count"
    (begun,) = (act for act in desk.acts() if isinstance(act, CorrectionBegun))
    assert (begun.slip, begun.reason, begun.by) == (True, SLIP, "Jane Smith")
    form = phone.open()
    assert (value_of(form, "votes.11"), value_of(form, "rejected.more_than_one")) == ("16,867", "17")
    assert "stays on air until the new figures go out" in form
    phone.send(SHEET, texts(ONE_FOR_ANOTHER))
    assert "A slip in the declaration is put right" in phone.look_again(texts(ONE_FOR_ANOTHER))
    assert corrected(desk) == []
    assert phone.send(DECLARE).headers["location"] == RECEIPT
    phone.send(DECLARE)
    (event,) = corrected(desk)
    assert (event.slip, event.reason, event.votes, event.by) == (True, SLIP, ONE_FOR_ANOTHER, "officer")
    assert f"Corrected. Receipt {event.seq}" in phone.open(RECEIPT)
    page = once_it_says(phone, CONTEST, "A slip put right")
    assert re.search("Mike Barker <del>54</del>.*<ins>53</ins>.*Christopher Challis <del>22</del>.*<ins>23</ins>", page)
    assert SLIP.replace("'", "&#39;") in page


def test_a_correction_can_be_left(phone: Phone, desk: Desk) -> None:
    phone.declare()
    phone.open(RECEIPT)
    phone.send("/count/correction", {"reason": SLIP})
    phone.open()
    left_open = Phone(phone.client, phone.page)
    for _ in range(2):
        phone.send("/count/correction/drop")
    assert "Declared. Receipt" in phone.open()
    assert left_open.send(SHEET, texts(ONE_FOR_ANOTHER)).headers["location"] == f"{RECEIPT}?sent=no"
    assert left_open.send(DECLARE).status_code == 303
    assert corrected(desk) == []


def test_a_form_of_a_correction_that_was_left_is_told_in_the_next_one(phone: Phone, desk: Desk) -> None:
    phone.declare()
    phone.open(RECEIPT)
    phone.send("/count/correction", {"reason": SLIP})
    phone.key(texts(ONE_FOR_ANOTHER))
    phone.open("/count?change=1")
    left_open = Phone(phone.client, phone.page)
    phone.send("/count/correction/drop")
    phone.open(RECEIPT)
    phone.send("/count/correction", {"reason": "The first two, after all."})
    refused = left_open.send(SHEET, texts(rochester.VOTES | {"1": 52, "2": 24}))
    assert refused.status_code == 409
    assert "The count has moved on" in refused.text
    assert "Putting a slip right" in phone.open()


def test_a_slip_wants_a_reason(phone: Phone, desk: Desk) -> None:
    phone.declare()
    phone.open(RECEIPT)
    refused = phone.send("/count/correction", {"reason": " "})
    assert refused.status_code == 422
    assert re.search('name="reason"[^>]*aria-describedby="slip-wrong"', refused.text)
    assert 'id="slip-wrong" role="alert">Give the reason' in refused.text
    assert not any(isinstance(act, CorrectionBegun) for act in desk.acts())


def test_after_half_an_hour_it_is_no_slip_of_the_tongue(phone: Phone, desk: Desk) -> None:
    desk.submit(declaration(), at=datetime.now(UTC) - timedelta(minutes=31))
    phone.open(RECEIPT)
    refused = phone.send("/count/correction", {"reason": SLIP})
    assert refused.status_code == 422
    assert "too late for a slip of the tongue" in refused.text
    assert "Declared. Receipt" in phone.open()


def test_a_correction_of_figures_that_have_changed_since_is_refused(phone: Phone, desk: Desk) -> None:
    phone.declare()
    phone.open(RECEIPT)
    desk.submit(
        Correct(id="c", by="desk", ballot=rochester.BALLOT, votes=ONE_FOR_ANOTHER, reason=SLIP, rejected=REJECTED)
    )
    refused = phone.send("/count/correction", {"reason": SLIP})
    assert refused.status_code == 422
    assert "have changed since this page was opened" in refused.text


def test_a_revision_by_the_desk_is_shown_as_one_on_the_receipt(phone: Phone, desk: Desk) -> None:
    phone.declare()
    reason = "A bundle was counted twice."
    desk.submit(
        Correct(id="c", by="desk", ballot=rochester.BALLOT, votes=ONE_FOR_ANOTHER, reason=reason, rejected=REJECTED)
    )
    page = phone.open(RECEIPT)
    assert "The figures were revised at" in page
    assert reason in page
    assert ">53<" in page


def test_the_returning_officer_withdraws_and_the_officer_cannot(phone: Phone, client: TestClient, desk: Desk) -> None:
    returning = signed_in(client, desk, "returning officer", name="Ann Lee")
    phone.declare()
    assert "/count/withdrawal" not in phone.open(RECEIPT)
    assert phone.send("/count/withdrawal", {"reason": "A box was found."}).status_code == 403
    returning.open(RECEIPT)
    assert returning.send("/count/withdrawal", {"reason": " "}).status_code == 422
    for _ in range(2):
        assert returning.send("/count/withdrawal", {"reason": "A box was found."}).status_code == 303
    (event,) = (event for event in desk.events() if isinstance(event, Withdrawn))
    assert (event.reason, event.by) == ("A box was found.", "returning officer")
    assert "Our report of the declaration was withdrawn" in phone.open()
    assert phone.declare().headers["location"] == RECEIPT, "it is keyed and declared anew"
    assert len(desk.declared()) == 2


def test_a_slip_in_a_result_without_verified_papers_must_account_for_its_own(phone: Phone, desk: Desk) -> None:
    desk.submit(declaration(), at=datetime.now(UTC))
    phone.open(RECEIPT)
    phone.send("/count/correction", {"reason": SLIP})
    phone.open()
    assert "1 fewer than the 40,113" in phone.send(SHEET, texts(rochester.VOTES | {"1": 53})).text
    phone.send(SHEET, texts(ONE_FOR_ANOTHER))
    phone.look_again(texts(ONE_FOR_ANOTHER))
    phone.send(DECLARE)
    assert len(corrected(desk)) == 1


def test_an_uncontested_seat_is_declared_without_a_count(phone: Phone, desk: Desk) -> None:
    night = rochester.night()
    alone = replace(night.contests[0], candidates=(Candidate("1", "Mark Reckless", "PP85"),))
    desk.open_night(replace(night, contests=(alone, *night.contests[1:])))
    phone.sign_in(desk.invite())
    desk.submit(RecordNoPoll(id="n", by="desk", ballot=rochester.BALLOT, state="uncontested", reason="One nomination."))
    page = phone.open()
    assert "Nothing to count: uncontested" in page
    assert "One nomination." in page
    assert phone.client.get(RECEIPT).url.path == "/count"


def test_on_a_held_night_it_waits_and_goes_out_after_the_release_exactly_once(phone: Phone, desk: Desk) -> None:
    phone.key()
    desk.hold()
    assert "The desk holds this night" in phone.open()
    for _ in range(2):
        phone.send(DECLARE)
    receipt = phone.open(RECEIPT)
    assert "Sent, and safely kept" in receipt
    assert "Not on air: the desk holds the night" in receipt
    assert desk.declared() == []
    desk.release()
    assert desk.declared() == [], "the process that released it died"
    for _ in range(2):
        assert "Declared. Receipt" in phone.open(RECEIPT)
    assert len(desk.declared()) == 1
    assert phone.send(DECLARE).status_code == 303
    assert len(desk.declared()) == 1


def test_while_it_waits_nothing_else_can_be_keyed_or_declared(phone: Phone, desk: Desk) -> None:
    phone.key()
    phone.open("/count?change=1")
    left_open = Phone(phone.client, phone.page)
    phone.open()
    desk.hold()
    phone.send(DECLARE)
    assert left_open.send(SHEET, texts(ONE_FOR_ANOTHER)).headers["location"] == f"{RECEIPT}?sent=no"
    assert "Your last figures were not sent" in phone.open(f"{RECEIPT}?sent=no")
    assert len([act for act in desk.acts() if isinstance(act, SheetKeyed)]) == 1
    desk.release()
    phone.open()
    assert [event.votes for event in desk.declared()] == [rochester.VOTES]


def test_papers_of_a_held_night_wait_too_and_are_said_to(phone: Phone, desk: Desk) -> None:
    desk.hold()
    before = desk.events()
    word = phone.client.get("/count/state").json()
    phone.verify()
    assert desk.events() == before
    assert "Ballot papers verified (40,113): sent, and kept until then." in phone.page
    assert phone.client.get("/count/state").json() != word
    desk.release()
    assert "<b>Ballot papers verified</b>" in phone.open()


def test_a_withdrawal_from_a_held_night_waits_and_is_said_to(phone: Phone, client: TestClient, desk: Desk) -> None:
    returning = signed_in(client, desk, "returning officer", name="Ann Lee")
    phone.declare()
    desk.hold()
    returning.open(RECEIPT)
    returning.send("/count/withdrawal", {"reason": "A box was found."})
    assert "The withdrawal is sent, and kept until then." in returning.open()
    desk.release()
    assert "Our report of the declaration was withdrawn" in phone.open()


def test_what_a_process_put_on_record_before_it_died_goes_out_once(phone: Phone, desk: Desk) -> None:
    phone.key()
    asked = only_asked(desk)
    assert desk.declared() == []
    for _ in range(2):
        assert "Declared. Receipt" in phone.open()
    assert [event.command_id for event in desk.declared()] == [asked.command.id]
    assert phone.send(DECLARE).status_code == 303
    assert len(desk.declared()) == 1


def test_a_tap_repeated_after_the_process_died_is_that_declaration(phone: Phone, desk: Desk) -> None:
    phone.key()
    only_asked(desk)
    assert phone.send(DECLARE).status_code == 303
    assert len(desk.declared()) == 1


def only_asked(desk: Desk) -> Asked:
    """Put the confirmed figures on record as a process does that dies then."""

    async def asked(stream: EventStream) -> Asked:
        submitter = Submitter(stream)
        stands = await submitter.look(rochester.NIGHT)
        night, known = stands.night, stands.desk
        assert night is not None
        command = spoken(night, known, rochester.BALLOT, "Jane Smith")
        assert command is not None
        act = replace(Asked(**stamp(f"ask/{command.id}"), command=command, reasons={}), seq=known.seq + 1)
        await stream.append(rochester.NIGHT, act, stands.position)
        return act

    return desk.do(asked)


def test_a_reason_can_be_read_and_printed(phone: Phone, desk: Desk) -> None:
    phone.declare()
    phone.open(RECEIPT)
    assert "too many" in phone.send("/count/correction", {"reason": "x" * 501}).text
    assert phone.send("/count/correction", {"reason": "Rows\x00 were  swapped."}).status_code == 303
    phone.open()
    phone.send(SHEET, texts(ONE_FOR_ANOTHER))
    phone.look_again(texts(ONE_FOR_ANOTHER))
    phone.send(DECLARE)
    last = desk.events()[-1]
    assert isinstance(last, Corrected)
    assert last.reason == "Rows were swapped."


def test_a_hold_stops_no_count(phone: Phone, desk: Desk) -> None:
    desk.hold()
    phone.key()
    assert "Read aloud" in phone.open()
    assert phone.send(DECLARE).headers["location"] == RECEIPT
    assert "the desk holds the night" in phone.open(RECEIPT)
    kinds = [type(event) for event in desk.events()]
    desk.release()
    phone.open(RECEIPT)
    assert [type(event) for event in desk.events()][len(kinds) :] == [NightReleased, StageReached, Declared]
