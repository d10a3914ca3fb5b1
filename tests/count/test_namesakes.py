"""Two candidates of one name and party: whoever enters, reads aloud or looks on can tell them apart."""

import re

from msgspec.structs import replace

from server.election.contests import Contest, Definition
from tests.count import rochester
from tests.count.conftest import Desk, Phone

NAME, FIRST, SECOND = "Mark Reckless", rochester.RECKLESS, rochester.TOLHURST
EACH = 15407  # as many as both had together, halved


def night() -> Definition:
    """Rochester, where a second Mark Reckless stands for UKIP in the place of Kelly Tolhurst."""
    known = rochester.night()
    candidates = list(known.contests[0].candidates)
    candidates[int(SECOND) - 1] = replace(candidates[int(FIRST) - 1], id=SECOND, description="Independence")
    return replace(known, contests=(replace(known.contests[0], candidates=tuple(candidates)), *known.contests[1:]))


def test_a_candidate_is_told_with_the_place_on_the_paper_only_where_another_has_the_name() -> None:
    contest: Contest = night().contests[0]
    assert [contest.told(one) for one in ("1", FIRST, SECOND)] == ["Mike Barker", f"{NAME} (11)", f"{NAME} (13)"]


def test_namesakes_are_told_apart_from_the_sheet_to_every_page(phone: Phone, desk: Desk) -> None:
    desk.open_night(night())
    phone.sign_in(desk.invite())
    phone.open()
    phone.verify()
    tied = rochester.texts() | {f"votes.{one}": f"{EACH:,}" for one in (FIRST, SECOND)}
    sheet = phone.send("/count/sheet", tied).text
    assert f"{NAME} (11) and {NAME} (13) have the same number of votes" in sheet
    lots = re.findall(r'name="lot" value="(\d+)"[^>]*> ([^<]+)</label>', sheet)
    told = dict(lots)
    assert told[FIRST] == f"{NAME} (UK Independence Party, number 11 on the ballot paper)"
    assert told[SECOND] == f"{NAME} (Independence, number 13 on the ballot paper)"
    assert sheet.count(f"{NAME} (11) <small>") == sheet.count(f"{NAME} (13) <small>") == 1

    phone.page = sheet
    assert phone.send("/count/sheet", tied | {"lot": SECOND}).status_code == 303
    assert f"the lot fell on {told[SECOND]}" in phone.look_again(tied)
    assert phone.send("/count/declare").status_code == 303
    (declared,) = desk.declared()
    assert declared.lot == SECOND

    at = f"/nights/{rochester.NIGHT}/contests/{rochester.BALLOT}"
    page = phone.open(at)
    assert f"{NAME} (13) elected by lot" in page and page.count(f"{NAME} (11)</span>") == 1
    assert "<q>Independence</q>" in page
    notice = phone.open(f"{at}/notice")
    assert f"{NAME} (11)" in notice and f"{NAME} (13) is elected" in notice
    data = phone.client.get(f"/api{at}").json()
    assert data["winner"]["candidate"] == SECOND and data["winner"]["name"] == NAME
    assert [one["id"] for one in data["candidates"][:2]] == [SECOND, FIRST]
