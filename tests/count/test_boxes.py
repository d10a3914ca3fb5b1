"""Verification by ballot box over HTTP: listed, counted, explained, checked, announced; and what it blocks."""

import re

from starlette.testclient import TestClient

from server.election.counting.acts.box_acts import BoxChecked, BoxCounted, BoxesListed
from server.election.events import StageReached
from tests.count import rochester
from tests.count.conftest import Desk, Phone, signed_in

BOXES, BOX = "/count/boxes", "/count/box"
PARTS = {"b1": 20000, "b2": 15000, "b3": 5113}


def list_them(phone: Phone) -> None:
    phone.open(BOXES)
    names = {"boxes": "St Mary's Hall\nThe Library\n", "postal_boxes": "Postal 1"}
    assert phone.send(BOXES, names).status_code == 303


def count_them(phone: Phone, *boxes: str) -> None:
    for box in boxes or PARTS:
        phone.open(f"{BOX}?box={box}")
        assert phone.send(BOX, {"expected": str(PARTS[box]), "papers": f"{PARTS[box]:,}"}).status_code == 303


def announce(phone: Phone) -> None:
    phone.open(BOXES)
    assert phone.send("/count/boxes/announcement").status_code == 303


def test_boxes_add_themselves_and_their_total_goes_on_air_when_all_are_accounted_for(phone: Phone, desk: Desk) -> None:
    list_them(phone)
    count_them(phone, "b1", "b2")
    page = phone.open()
    assert "2 of 3 boxes accounted for" in page
    assert "35,000 counted" in page
    assert "/count/boxes/announcement" not in page
    count_them(phone, "b3")
    announce(phone)
    assert [event.papers for event in desk.events() if isinstance(event, StageReached)] == [40113]
    assert "/count/sheet" in phone.open()


def test_who_has_only_a_total_enters_only_a_total(phone: Phone) -> None:
    assert "Ballot papers expected" in phone.open()
    phone.verify()
    assert "/count/sheet" in phone.page


def test_a_difference_wants_its_explanation(phone: Phone, desk: Desk) -> None:
    list_them(phone)
    phone.open(f"{BOX}?box=b1")
    refused = phone.send(BOX, {"expected": "20,003", "papers": "20,000"})
    assert refused.status_code == 422
    assert "20,000 are 3 fewer than the 20,003 expected. Say why." in refused.text
    assert 'value="20,003"' in refused.text, "what was typed is still there"
    sent = {"expected": "20,003", "papers": "20,000", "explanation": "Three were taken home."}
    assert phone.send(BOX, sent).status_code == 303
    assert phone.send(BOX, sent).status_code == 303, "a second tap"
    (act,) = [act for act in desk.acts() if isinstance(act, BoxCounted)]
    assert (act.expected, act.papers, act.explanation) == (20003, 20000, "Three were taken home.")


def test_what_cannot_be_read_or_is_missing_is_said_at_its_field(phone: Phone) -> None:
    list_them(phone)
    phone.open(f"{BOX}?box=b1")
    refused = phone.send(BOX, {"expected": "1.200", "papers": ""})
    assert refused.status_code == 422
    assert "A full stop can mean thousands or a fraction." in refused.text
    assert "Enter the ballot papers counted; 0 if the box is empty." in refused.text
    above = phone.send(BOX, {"expected": "999,999", "papers": "999,999"})
    assert "more than the" in above.text


def test_a_postal_box_that_turns_up_late_blocks_the_declaration_by_its_name(phone: Phone, desk: Desk) -> None:
    list_them(phone)
    count_them(phone)
    announce(phone)
    phone.key()
    read_back = phone.open()
    assert "/count/declare" in read_back
    phone.open(BOXES)
    assert phone.send(BOXES, {"postal_boxes": "Postal 2, found in the van"}).status_code == 303
    phone.page = read_back
    phone.send("/count/declare")
    assert desk.declared() == []
    assert "Postal 2, found in the van" in phone.open()
    phone.open(f"{BOX}?box=b4")
    phone.send(BOX, {"expected": "0", "papers": "0"})
    assert phone.open() == read_back or "/count/declare" in phone.open(), "an empty box changes nothing"
    phone.send("/count/declare")
    assert len(desk.declared()) == 1


def test_a_box_found_while_the_night_is_held_stops_what_waits(phone: Phone, desk: Desk) -> None:
    list_them(phone)
    count_them(phone)
    announce(phone)
    phone.key()
    desk.hold()
    phone.send("/count/declare")
    phone.open(BOXES)
    assert phone.send(BOXES, {"postal_boxes": "Postal 2"}).status_code == 303
    desk.release()
    page = phone.open()
    assert desk.declared() == []
    assert "Postal 2" in page


def test_the_total_alone_is_not_announced_where_boxes_are_listed(phone: Phone, desk: Desk) -> None:
    left_open = phone.open()
    list_them(phone)
    phone.page = left_open
    refused = phone.send("/count/verification", {"issued": "40,113", "papers": "40,113"})
    assert refused.status_code == 422
    assert "Not accounted for: St Mary" in refused.text
    count_them(phone)
    phone.page = left_open
    refused = phone.send("/count/verification", {"issued": "40,114", "papers": "40,114"})
    assert "The boxes hold 40,113 ballot papers" in refused.text
    assert not any(isinstance(event, StageReached) for event in desk.events())


def test_two_phones_that_count_one_box_at_once_are_told_of_each_other(
    phone: Phone, desk: Desk, client: TestClient
) -> None:
    list_them(phone)
    other = signed_in(client, desk, "returning officer", name="Rita Hall")
    other.open(f"{BOX}?box=b1")
    count_them(phone, "b1")
    late = other.send(BOX, {"expected": "19,000", "papers": "19,000"})
    assert late.status_code == 409
    assert "Other figures of this box were sent meanwhile" in late.text
    assert "20,000 counted, 20,000 expected" in late.text
    assert 'value="19,000"' in late.text, "and what was typed here is kept"


def test_a_second_person_checks_each_box_where_the_night_asks_for_two(
    phone: Phone, desk: Desk, client: TestClient
) -> None:
    desk.choose_entry("double")
    list_them(phone)
    count_them(phone)
    assert "0 of 3 boxes accounted for" in phone.open()
    own = phone.open(f"{BOX}?box=b1")
    assert "/count/box/check" not in own, "nobody checks their own figures"
    second = signed_in(client, desk, "second officer", name="Omar Khan")
    for box in PARTS:
        second.open(f"{BOX}?box={box}")
        assert second.send("/count/box/check").status_code == 303
    assert "all 3 boxes accounted for" in second.open(BOXES)
    assert len([act for act in desk.acts() if isinstance(act, BoxChecked)]) == 3
    phone.open(f"{BOX}?box=b2")
    phone.send(BOX, {"expected": "15,000", "papers": "14,999", "explanation": "One went astray."})
    assert "2 of 3 boxes accounted for" in phone.open(), "changed figures are checked again"


def test_the_statement_prints_and_is_copied_as_text(phone: Phone) -> None:
    list_them(phone)
    count_them(phone, "b1", "b3")
    page = phone.open("/count/statement")
    assert "<h1>Statement of verification</h1>" in page
    assert "Not accounted for:" in page
    text = phone.client.get("/count/statement.txt").text
    assert "St Mary's Hall\t20,000\t20,000" in text
    assert "Postal 1 (postal votes)\t5,113\t5,113" in text
    assert "All boxes together\t25,113\t25,113" in text
    assert "Not accounted for: The Library" in text


def test_the_desk_lists_boxes_beforehand_and_strikes_one_off_for_a_reason(
    phone: Phone, desk: Desk, client: TestClient
) -> None:
    at_the_desk = signed_in(client, desk, "desk", name="Dora Lee")
    address = f"/desk/contests/{rochester.BALLOT}/boxes"
    at_the_desk.open(address)
    listed = {"boxes": "St Mary's Hall\nThe Library\nListed twice", "postal_boxes": "Postal 1"}
    assert at_the_desk.send("/desk/boxes", listed).status_code == 303
    again = at_the_desk.send("/desk/boxes", {"boxes": "the library"})
    assert again.status_code == 422
    assert "the library is listed already" in again.text
    at_the_desk.open(address)
    refused = at_the_desk.send("/desk/boxes/strike", {"box": "b3", "reason": ""})
    assert "Give the reason: it is on record." in refused.text
    assert at_the_desk.send("/desk/boxes/strike", {"box": "b3", "reason": "It was there twice."}).status_code == 303
    assert "Listed twice" not in phone.open(BOXES)
    contest = at_the_desk.open(f"/desk/contests/{rochester.BALLOT}")
    assert "0 of 3" in contest
    assert "Took Listed twice off the list of boxes: It was there twice." in contest
    assert len([act for act in desk.acts() if isinstance(act, BoxesListed)]) == 1


def test_pages_of_boxes_are_in_the_visitors_language(phone: Phone) -> None:
    list_them(phone)
    german = phone.open(f"{BOXES}?lang=de")
    assert '<html lang="de">' in german
    assert "Wahlurnen" in german
    phone.client.cookies.delete("lang")
    welsh = phone.client.get(BOXES, headers={"Accept-Language": "cy"}).text
    assert "Blychau pleidleisio" in welsh
    assert not re.search(r"\bBallot boxes\b", welsh)
