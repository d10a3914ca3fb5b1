"""Candidates and agents before a declaration: the provisional result, and what was said to them, on record."""

import pytest
from starlette.testclient import TestClient

from server.election.counting.acts.agent_acts import AgentsConsulted, RecountRequested, RejectedNoted
from server.election.limits import LONGEST_TEXT
from tests.count.conftest import Desk, Phone, signed_in
from tests.count.rochester import BALLOT, NIGHT, texts

AGENTS, PAPER = "/count/agents", "/count/provisional"
RECOUNT, REJECTED = f"{AGENTS}/recount", f"{AGENTS}/rejected"
WHO = "Mark Reckless, and the agent of Kelly Tolhurst"


@pytest.fixture
def ready(phone: Phone) -> Phone:
    """An officer whose figures are confirmed and not declared, at the page for agents."""
    assert "/count/agents" in phone.key()
    phone.open(AGENTS)
    return phone


def test_the_provisional_result_has_all_figures_and_declares_nobody(ready: Phone) -> None:
    ready.send(REJECTED, {"note.more_than_one": "Two crosses, 3 of them disputed by UKIP."})
    page = ready.open(PAPER)
    assert "This is not a declaration" in page
    assert "16,867" in page and "13,947" in page
    assert "Between the first and the second: 2,920 votes" in page
    assert "Two crosses, 3 of them disputed by UKIP." in page
    assert "40,113" in page and "50.7%" in page
    lower = page.lower()
    assert "i declare" not in lower and "elected" not in lower.replace("this is not a declaration", "")
    assert "Canlyniad dros dro" in ready.open(f"{PAPER}?lang=cy")
    assert "Vorläufiges Ergebnis" in ready.open(f"{PAPER}?lang=de")


def test_who_was_consulted_and_who_asked_for_a_recount_is_on_record_and_private(
    ready: Phone, client: TestClient, desk: Desk
) -> None:
    for _ in range(2):  # a second tap is the same
        assert ready.send(AGENTS, {"who": WHO}).headers["location"] == AGENTS
    asked = {
        "asker": "Tolhurst’s agent",
        "of": "bundles 3 to 9",
        "why": "The majority is wide.",
        "granted": "no",
    }
    assert ready.send(RECOUNT, asked).headers["location"] == AGENTS
    assert ready.send(REJECTED, {"note.identifiable": "A signature."}).status_code == 303
    page = ready.open(AGENTS)
    assert f"Shown to {WHO}" in page
    assert "Tolhurst’s agent (bundles 3 to 9): <b>refused</b>. The majority is wide." in page
    said = [act for act in desk.acts() if isinstance(act, AgentsConsulted | RecountRequested | RejectedNoted)]
    assert [type(act) for act in said] == [AgentsConsulted, RecountRequested, RejectedNoted]
    assert isinstance(said[1], RecountRequested) and not said[1].granted

    editor = signed_in(client, desk, "desk", name="Dora Lee")
    page = editor.open(f"/desk/contests/{BALLOT}")
    assert f"Provisional result shown to {WHO}" in page
    assert "bundles 3 to 9" in page and "A signature." in page
    ready.open()
    ready.send("/count/declare")
    assert len(desk.declared()) == 1
    for address in (f"/nights/{NIGHT}/contests/{BALLOT}", f"/api/nights/{NIGHT}/events"):
        public = client.get(address).text
        assert "Tolhurst’s agent" not in public and "bundles 3" not in public and "A signature" not in public


def test_what_is_missing_or_too_long_is_told_at_its_field_and_comes_back(ready: Phone, desk: Desk) -> None:
    assert "Say who was shown the figures." in ready.send(AGENTS, {"who": " "}).text
    refused = ready.send(RECOUNT, {"asker": "UKIP", "why": "", "granted": "yes"})
    assert refused.status_code == 422
    assert "Say why it is granted, or refused." in refused.text
    assert ">UKIP</textarea>" in refused.text
    long = ready.send(REJECTED, {"note.identifiable": "x" * (LONGEST_TEXT + 1)})
    assert "501 characters are too many: say it in 500." in long.text
    assert not [act for act in desk.acts() if isinstance(act, AgentsConsulted | RecountRequested | RejectedNoted)]


def test_only_figures_confirmed_and_not_declared_are_shown(phone: Phone, client: TestClient, desk: Desk) -> None:
    phone.verify()
    for address in (AGENTS, PAPER):
        assert client.get(address, follow_redirects=False).headers["location"] == "/count"
    phone.key()
    phone.open(AGENTS)
    behind = Phone(client, phone.page)
    phone.open("/count?change=1")
    assert phone.send("/count/sheet", texts()).status_code == 303
    assert behind.send(AGENTS, {"who": WHO}).status_code == 409, "another sheet than the one that was shown"
    phone.open()
    phone.send("/count/declare")
    assert behind.send(AGENTS, {"who": WHO}).status_code == 409, "and not the one that is declared"
    assert client.get(PAPER, follow_redirects=False).headers["location"] == "/count"
    assert len(desk.declared()) == 1


def test_what_was_written_down_without_a_signal_is_recorded_after_the_declaration(ready: Phone, desk: Desk) -> None:
    page = ready.page
    ready.open()
    ready.send("/count/declare")
    late = Phone(ready.client, page)
    assert late.send(AGENTS, {"who": WHO}).headers["location"] == AGENTS
    assert [act.who for act in desk.acts() if isinstance(act, AgentsConsulted)] == [WHO]
    assert "The result is declared." in late.open(AGENTS)
    late.open("/count/receipt")
    late.send("/count/correction", {"reason": "Two lines."})
    assert Phone(ready.client, page).send(AGENTS, {"who": "Others"}).headers["location"] == "/count"


def test_who_notes_second_is_shown_what_the_first_has_noted(ready: Phone, desk: Desk) -> None:
    other = Phone(ready.client, ready.page)
    assert ready.send(REJECTED, {"note.identifiable": "A signature."}).status_code == 303
    both = {"note.unmarked_or_void": "Three doubtful."}
    refused = other.send(REJECTED, both)
    assert refused.status_code == 409
    assert "Jane Smith noted at " in refused.text and "“A signature.”" in refused.text
    assert ">Three doubtful.</textarea>" in refused.text
    other.page = refused.text
    assert other.send(REJECTED, both | {"note.identifiable": "A signature."}).status_code == 303
    noted = [act.notes for act in desk.acts() if isinstance(act, RejectedNoted)]
    assert noted[-1] == {"identifiable": "A signature.", "unmarked_or_void": "Three doubtful."}
