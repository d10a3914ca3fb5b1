"""The public notice of a result: what the law wants on it, from public figures only."""

import re

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from server.election.commands import Correct, RecordNoPoll, Withdraw
from tests.count import rochester
from tests.count.conftest import Desk, Phone, declaration, in_the_end
from tests.count.desk.conftest import text

NOTICE = f"/nights/{rochester.NIGHT}/contests/{rochester.BALLOT}/notice"


def notice(client: TestClient, holding: str) -> str:
    """The notice once it says this."""
    return in_the_end(lambda: client.get(NOTICE).text, lambda page: holding in page)


def test_before_the_declaration_it_says_so_and_has_no_figures(client: TestClient, phone: Phone) -> None:
    phone.key()
    page = notice(client, "No result has been declared for Rochester and Strood yet.")
    assert "16,867" not in page and "40,113" not in page and "Elected" not in page
    assert re.findall(r'<th scope="row">([^<]*)</th>', page)[0] == "Mike Barker"


def test_a_declaration_is_on_it_in_the_order_of_the_ballot_paper_with_every_head(
    client: TestClient, phone: Phone
) -> None:
    phone.declare()
    page = text(notice(client, "is elected as"))
    told = [
        "Declaration of result of poll",
        "Rochester and Strood",
        "20 November 2014",
        "Mike Barker Independent 54",
        "Mark Reckless Elected UK Independence Party 16,867",
        "Kelly Tolhurst Conservative 13,947",
        "Mark Reckless is elected as the Member of Parliament for Rochester and Strood.",
        "Want of an official mark 0",
        "Voting for more candidates than one 17",
        "could be identified 1",
        "void for uncertainty 30",
        "Total 48",
        "Electorate 79,163",
        "Ballot papers verified 40,113",
        "Turnout 50.7%",
    ]
    places = [page.index(one) for one in told]
    assert places == sorted(places)
    assert page.count("Elected") == 1
    assert "Corrected" not in page


def test_a_correction_says_when_and_why_and_a_withdrawal_takes_the_figures_off(client: TestClient, desk: Desk) -> None:
    desk.submit(declaration())
    votes = rochester.VOTES | {"1": 44, "2": 32}
    said = declaration()
    desk.submit(
        Correct(
            id="c", by="RO", ballot=said.ballot, votes=votes, rejected=said.rejected, reason="A bundle <b>twice</b>."
        )
    )
    page = notice(client, "Corrected at")
    assert "A bundle &lt;b&gt;twice&lt;/b&gt;." in page
    assert "Mike Barker Independent 44" in text(page)
    desk.submit(Withdraw(id="w", by="RO", ballot=said.ballot, reason="A box was found."))
    page = notice(client, "was withdrawn at")
    assert "A box was found." in page
    assert "16,867" not in page and "Elected" not in page
    desk.submit(replace(declaration("anew")))
    assert "Corrected at" not in notice(client, "is elected as"), "that was about figures that were withdrawn"


def test_a_poll_that_is_not_taken_is_told(client: TestClient, desk: Desk) -> None:
    command = RecordNoPoll(id="n", by="RO", ballot=rochester.BALLOT, state="countermanded", reason="A candidate died.")
    desk.submit(command)
    assert "the poll is countermanded. A candidate died." in text(notice(client, "countermanded"))


@pytest.mark.parametrize(
    ("night", "told"),
    [("parl.rochester-and-strood.by.2014-11-20", 200), ("parl.2019-12-12", 404), ("nowhere", 404)],
)
def test_there_is_one_for_every_contest_of_every_night(client: TestClient, night: str, told: int) -> None:
    answer = client.get(f"/nights/{night}/contests/{rochester.BALLOT}/notice")
    assert answer.status_code == told
    past = client.get("/nights/parl.2019-12-12/contests/parl.aldershot.2019-12-12/notice")
    assert "Leo Docherty is elected as the Member of Parliament for Aldershot." in text(past.text)
