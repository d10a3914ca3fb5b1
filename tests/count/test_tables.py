"""Count tables over HTTP: chosen at the desk, keyed by each, added up by the form; and what they block by name."""

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from server.count.visit.inviting import choose_entry
from server.election.counting.acts import SheetKeyed
from server.election.counting.acts.table_acts import TableKeyed, TablesChosen
from server.election.methods.figures import MoreFigures
from server.stream.submit import Submitter
from tests.count import rochester, wards
from tests.count.conftest import Desk, Phone, signed_in

TABLES, TABLE = "/count/tables", "/count/table"
NAMES = ("Table 1", "Table 2", "The gallery")
PAPERS = 40113


def part_of(place: int) -> dict[str, str]:
    """A third of the papers of Rochester and Strood, as the form of a table has them."""

    def third(number: int) -> int:
        return number // 3 + (place < number % 3)

    votes = {f"votes.{one}": third(number) for one, number in rochester.VOTES.items()}
    texts = rochester.texts()
    heads = {name: third(int(text)) for name, text in texts.items() if name.startswith("rejected.")}
    given = sum(votes.values()) + sum(heads.values())
    return {name: f"{number:,}" for name, number in (votes | heads | {"given": given}).items()}


@pytest.fixture
def dora(client: TestClient, desk: Desk) -> Phone:
    """The desk, which has chosen three tables."""
    dora = signed_in(client, desk, "desk", name="Dora Lee")
    choose(dora, "\n".join(NAMES))
    return dora


def choose(dora: Phone, tables: str, bundle: str = "") -> int:
    dora.open(f"/desk/contests/{rochester.BALLOT}/tables")
    return dora.send("/desk/tables", {"tables": tables, "bundle": bundle}).status_code


def key_tables(phone: Phone, *names: str) -> None:
    for name in names or NAMES:
        phone.open(f"{TABLE}?table={name}")
        answer = phone.send(TABLE, part_of(NAMES.index(name)))
        assert answer.status_code == 303, answer.text


def add_up(phone: Phone, texts: dict[str, str] | None = None) -> str:
    phone.open(TABLES)
    answer = phone.send(TABLES, texts)
    assert answer.status_code == 303, answer.text
    return phone.look_again()


def test_the_sheet_of_the_contest_is_the_sum_of_its_tables(phone: Phone, desk: Desk, dora: Phone) -> None:
    phone.verify()
    key_tables(phone, "Table 1", "Table 2")
    page = phone.open()
    assert "2 of 3 tables entered" in page
    assert "These are the contest" not in page, "a table is missing"
    key_tables(phone, "The gallery")
    assert "/count/declare" in add_up(phone)
    phone.send("/count/declare")
    (declared,) = desk.declared()
    assert declared.votes == rochester.VOTES
    (sheet,) = [act for act in desk.acts() if isinstance(act, SheetKeyed)]
    keyed = {act.table: act.seq for act in desk.acts() if isinstance(act, TableKeyed)}
    assert sheet.tables == keyed


def test_a_ward_of_three_seats_is_counted_by_tables(client: TestClient, desk: Desk) -> None:
    """Its papers are valid or rejected at each table, whatever the votes come to; a lot decides the last two places."""
    desk.open_night(wards.night())
    dora = signed_in(client, desk, "desk", name="Dora Lee")
    dora.open(f"/desk/contests/{wards.ABBEY.ballot}/tables")
    refused = dora.send("/desk/tables", {"tables": "North\nSouth", "bundle": "50"})
    assert "A paper has several votes here" in refused.text and ">North\nSouth</textarea>" in refused.text
    dora.open(f"/desk/contests/{wards.ABBEY.ballot}/tables")
    assert dora.send("/desk/tables", {"tables": "North\nSouth", "bundle": ""}).status_code == 303
    desk.do(lambda stream: choose_entry(Submitter(stream), rochester.NIGHT, "single", apart=True))
    phone = signed_in(client, desk, "officer", wards.ABBEY.ballot, name="Jane Smith")
    phone.verify(str(wards.PAPERS), str(wards.PAPERS))
    votes = wards.VOTES | {"1": 880}
    whole = wards.papers() | {f"votes.{one}": str(number) for one, number in votes.items()}
    north = {name: str(int(text.replace(",", "")) // 2) for name, text in whole.items()}
    south = {name: str(int(text.replace(",", "")) - int(north[name])) for name, text in whole.items()}

    def given(table: dict[str, str]) -> int:
        papers = [text for name, text in table.items() if name.startswith("rejected.") or name == "valid_papers"]
        return sum(map(int, papers))

    assert "<small>Labour</small>" in phone.open(f"{TABLE}?table=North")
    for wrong, sentence in (
        ({"given": str(given(north) + 1)}, "1 fewer than the 1,000 given"),
        ({"votes.2": "991"}, "991 votes are more than the 990 valid papers"),
        ({"valid_papers": ""}, "Enter the valid ballot papers of this table."),
        ({"in_part": "-1"}, "cannot be fewer than 0"),
    ):
        refused = phone.send(TABLE, north | {"given": str(given(north))} | wrong)
        assert (refused.status_code, sentence in unescape(refused.text)) == (422, True), refused.text
    for name, table in (("North", north), ("South", south)):
        phone.open(f"{TABLE}?table={name}")
        assert phone.send(TABLE, table | {"given": str(given(table))}).status_code == 303
    page = phone.open(TABLES)
    assert "<dt>Valid ballot papers</dt><dd>1,981</dd>" in page
    assert re.findall('<input type="checkbox" name="([^"]+)"', page) == ["lot.1", "lot.7"]
    assert "whose lots were drawn" in phone.send(TABLES).text
    assert phone.send(TABLES, {"lot.7": "1"}).status_code == 303
    page = phone.look_again(whole)
    assert "/count/declare" in page, page
    phone.send("/count/declare")
    (declared,) = desk.declared()
    assert (declared.votes, declared.lot, declared.more) == (votes, "7", MoreFigures(wards.VALID, 14))


def test_a_table_that_does_not_add_up_is_refused_and_what_was_typed_stays(
    phone: Phone, desk: Desk, dora: Phone
) -> None:
    phone.verify()
    phone.open(f"{TABLE}?table=Table 1")
    wrong = part_of(0) | {f"votes.{rochester.RECKLESS}": "5,550"}
    refused = phone.send(TABLE, wrong)
    assert refused.status_code == 422
    assert re.search(r"Votes and rejected papers are 13,\d+: \d+ (more|fewer) than the 13,\d+ given", refused.text)
    assert 'value="5,550"' in refused.text
    assert phone.send(TABLE, part_of(0)).status_code == 303
    assert phone.send(TABLE, part_of(0)).status_code == 303, "a second tap"
    assert len([act for act in desk.acts() if isinstance(act, TableKeyed)]) == 1


def test_what_is_missing_or_cannot_be_read_is_said_at_its_field(phone: Phone, dora: Phone) -> None:
    phone.verify()
    phone.open(f"{TABLE}?table=Table 1")
    nothing = {f"votes.{rochester.TOLHURST}": "", "rejected.identifiable": ""}
    refused = phone.send(TABLE, part_of(0) | nothing | {"given": "", f"votes.{rochester.RECKLESS}": "1.200"})
    assert "Enter the votes for Kelly Tolhurst; 0 if there are none." in refused.text
    assert "Enter the papers rejected; 0 if there are none." in refused.text
    assert "Enter the papers that this table was given." in refused.text
    assert "A full stop can mean thousands or a fraction." in refused.text


def test_papers_that_no_table_was_given_block_as_in_putney(phone: Phone, desk: Desk, dora: Phone) -> None:
    choose(dora, "Table 1\nTable 2")
    phone.verify()
    key_tables(phone, "Table 1", "Table 2")
    phone.open(TABLES)
    refused = phone.send(TABLES)
    assert refused.status_code == 422
    assert re.search(r"The tables were given 26,\d+ papers: 13,\d+ fewer than the 40,113 verified", refused.text)
    assert not any(isinstance(act, SheetKeyed) for act in desk.acts())


def test_bundles_are_added_and_their_size_is_checked(phone: Phone, desk: Desk, dora: Phone) -> None:
    assert choose(dora, "Table 1", "50") == 303
    phone.verify()
    page = phone.open(f"{TABLE}?table=Table 1")
    assert "Bundles of 50" in page
    texts = {"given": "40,113"}
    for one, number in rochester.VOTES.items():
        texts |= {f"bundles.{one}": str(number // 50), f"loose.{one}": str(number % 50)}
    texts |= {name: text for name, text in rochester.texts().items() if name.startswith("rejected.")}
    (number, reckless) = (rochester.VOTES[rochester.RECKLESS], rochester.RECKLESS)
    assert "Enter the bundles of Mark Reckless" in phone.send(TABLE, texts | {f"bundles.{reckless}": ""}).text
    one_more = {f"bundles.{reckless}": str(number // 50 - 1), f"loose.{reckless}": str(number % 50 + 50)}
    refused = phone.send(TABLE, texts | one_more)
    assert refused.status_code == 422
    assert f"so at most one fewer is loose: {number % 50 + 50} cannot be." in refused.text
    assert phone.send(TABLE, texts).status_code == 303
    (act,) = [act for act in desk.acts() if isinstance(act, TableKeyed)]
    assert act.votes == rochester.VOTES
    assert f'value="{number // 50}"' in phone.open(f"{TABLE}?table=Table 1"), "bundles come back as bundles"
    assert f'value="{number:,}"' in phone.open(f"{TABLE}?table=Table 1&plain=1")


def test_two_people_key_each_table_blind_and_those_that_differ_are_named(
    phone: Phone, desk: Desk, dora: Phone, client: TestClient
) -> None:
    desk.choose_entry("double")
    phone.verify()
    key_tables(phone)
    assert "Not keyed by the other person" in phone.send(TABLES).text or "These are the" not in phone.open(TABLES)
    omar = signed_in(client, desk, "second officer", name="Omar Khan")
    assert part_of(0)["given"] not in omar.open(TABLES), "nobody sees the other's figures"
    key_tables(omar, "Table 1", "The gallery")
    swapped = part_of(1)
    first, second = (f"votes.{one}" for one in list(rochester.VOTES)[:2])
    swapped[first], swapped[second] = swapped[second], swapped[first]
    omar.open(f"{TABLE}?table=Table 2")
    assert omar.send(TABLE, swapped).status_code == 303
    for one in (omar, phone):
        page = one.open()
        assert "Keyed differently by two people: Table 2." in page
        assert "These are the contest" not in page
    assert "keyed differently" in dora.open(f"/desk/contests/{rochester.BALLOT}")
    omar.open(f"{TABLE}?table=Table 2")
    omar.send(TABLE, part_of(1))
    assert "Your tables are added up" in add_up(omar)
    assert "/count/declare" in add_up(phone)
    phone.send("/count/declare")
    assert len(desk.declared()) == 1


def test_one_person_keys_no_table_twice(phone: Phone, desk: Desk, dora: Phone, client: TestClient) -> None:
    desk.choose_entry("double")
    phone.verify()
    key_tables(phone, "Table 1")
    same = signed_in(client, desk, "second officer", name="Jane Smith")
    same.open(f"{TABLE}?table=Table 1")
    refused = same.send(TABLE, part_of(0))
    assert refused.status_code == 409
    assert "a different person must key this one" in refused.text


def test_a_table_that_is_keyed_again_takes_back_what_was_ready(phone: Phone, desk: Desk, dora: Phone) -> None:
    phone.verify()
    key_tables(phone)
    ready = add_up(phone)
    phone.open(f"{TABLE}?table=Table 2")
    changed = part_of(1)
    first, second = (f"votes.{one}" for one in list(rochester.VOTES)[:2])
    changed[first], changed[second] = changed[second], changed[first]
    assert phone.send(TABLE, changed).status_code == 303
    phone.page = ready
    phone.send("/count/declare")
    assert desk.declared() == []
    assert "These are the contest" in phone.open()
    assert "not the sum of the tables as they are now" in dora.open("/desk")


def test_a_whole_sheet_and_a_programs_figures_are_refused_where_there_are_tables(
    phone: Phone, desk: Desk, dora: Phone, client: TestClient
) -> None:
    choose(dora, "")
    phone.verify()
    left_open = phone.open()
    choose(dora, "\n".join(NAMES))
    phone.page = left_open
    refused = phone.send("/count/sheet", rochester.texts())
    assert refused.status_code == 422
    assert "Whether this contest is counted by tables has changed" in refused.text
    token = desk.invite("returning officer", name="A Program").rpartition("/")[2]
    answer = client.post(
        f"/api/nights/{rochester.NIGHT}/contests/{rochester.BALLOT}/declaration",
        json={"votes": rochester.VOTES, "rejected": {"total": 48}, "papers": PAPERS},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "one"},
    )
    assert answer.status_code == 409
    assert answer.json()["code"] == "counted-by-tables"
    assert desk.declared() == []


def test_a_correction_begins_from_the_tables_as_they_stand(phone: Phone, desk: Desk, dora: Phone) -> None:
    phone.verify()
    key_tables(phone)
    add_up(phone)
    phone.send("/count/declare")
    phone.open("/count/receipt")
    assert phone.send("/count/correction", {"reason": "A slip of the tongue."}).status_code == 303
    page = phone.open()
    assert "3 of 3 tables entered" in page
    assert "/count/declare" in add_up(phone), "figures that are the same can be spoken again"


def test_tables_at_the_desk_are_refused_in_a_sentence_and_come_back_as_typed(desk: Desk, dora: Phone) -> None:
    dora.open(f"/desk/contests/{rochester.BALLOT}/tables")
    refused = dora.send("/desk/tables", {"tables": "Table 1\ntable 1", "bundle": "50"})
    assert refused.status_code == 422
    assert "table 1 is there already" in refused.text
    assert "Table 1\ntable 1</textarea>" in refused.text
    assert "A bundle has from 2 to 1,000 papers." in dora.send("/desk/tables", {"tables": "One", "bundle": "1"}).text
    assert len([act for act in desk.acts() if isinstance(act, TablesChosen)]) == 1
    for bundle, status in (("\u202e", 303), ("fifty", 422)):
        assert dora.send("/desk/tables", {"tables": "One", "bundle": bundle}).status_code == status


def test_pages_of_tables_are_in_the_visitors_language(phone: Phone, dora: Phone) -> None:
    phone.verify()
    key_tables(phone, "Table 1")
    welsh = phone.client.get(TABLES, headers={"Accept-Language": "cy"}).text
    assert "Byrddau cyfrif" in welsh
    assert not re.search(r"\bCount tables\b", welsh)
    german = phone.client.get(f"{TABLE}?table=Table 2&lang=de").text
    assert "Stimmzettel für diesen Tisch" in german
