"""What the pages say of a night on which not everything is a declaration: no poll, a hold, a time, a correction."""

import html
import re
from collections.abc import Sequence
from datetime import timedelta

import pytest

from server.election.commands import (
    AnyCommand,
    ExpectDeclaration,
    HoldNight,
    OpenNight,
    RecordNoPoll,
    ReleaseNight,
    Withdraw,
)
from server.election.contests import Definition
from server.election.deciding.decide import decide
from server.election.events import NoPollState
from server.html.languages import ENGLISH, Language, language
from server.live.channel import Channel
from server.live.renderer import NIGHT
from server.pages.find import table
from server.pages.newsroom import screens
from server.pages.render import PageRenderer
from tests.election import wards
from tests.nights_by_hand import START, ballot, correct, declare, definition, with_one_candidate

SEAT = ballot(0)


WAS = " · Lab seat by 50.0%"  # what a row says of a seat that waits


class Shown:
    """A night's fragments as they are after some commands, a minute after each other."""

    def __init__(self, night: Definition, commands: Sequence[AnyCommand] = (), spoken: Language = ENGLISH) -> None:
        self.channel = Channel(PageRenderer(spoken))
        self.after(OpenNight(id="open", by="desk", night=night), *commands)

    def after(self, *commands: AnyCommand) -> "Shown":
        for command in commands:
            now = self.channel.night
            at = now.at + timedelta(minutes=1) if now else START
            self.channel.advance([decide(now, command, at)])
        return self

    def __getitem__(self, fragment: str) -> str:
        """A fragment's text, without its elements."""
        text = re.sub(r"<[^>]+>", " ", self.channel.text(fragment))
        return re.sub(r" ([,.:])", r"\1", " ".join(html.unescape(text).split()))


def no_poll(state: NoPollState, reason: str) -> RecordNoPoll:
    return RecordNoPoll(id="no-poll", by="desk", ballot=SEAT, state=state, reason=reason)


def withdraw(reason: str) -> Withdraw:
    return Withdraw(id="withdraw", by="desk", ballot=SEAT, reason=reason)


def test_an_uncontested_seat_is_won_everywhere_and_has_no_figures_anywhere() -> None:
    shown = Shown(with_one_candidate(definition()), [no_poll("uncontested", "Nobody else stood.")])
    assert shown["row-seat-0"] == "Seat 0 Con gain from Lab unopposed"
    assert "CON GAIN Seat 0 from Labour Ann Abel elected unopposed" in shown["banner"]
    assert shown["status"].startswith("1 of 3 declared")
    contest = shown["contest-seat-0"]
    assert "CON GAIN Seat 0 from Labour Ann Abel elected unopposed" in contest
    assert "Uncontested: Nobody else stood." in contest
    assert not any(word in contest for word in ("Majority", "Turnout", "valid votes", "lost deposit"))
    assert "CON GAIN Uncontested: Seat 0, Ann Abel elected unopposed Nobody else stood." in shown["latest"]
    assert "Conservative Con 1 +1 0" in shown["score"]


@pytest.mark.parametrize("state", ["postponed", "countermanded"])
def test_a_poll_that_is_put_off_is_said_with_its_reason_and_nobody_is_elected(state: NoPollState) -> None:
    shown = Shown(definition(), [no_poll(state, "A candidate died.")])
    assert shown["row-seat-0"] == f"Seat 0 {state}"
    assert f"Seat 0: {state} A candidate died." in shown["banner"]
    assert f"The poll is {state} A candidate died." in shown["contest-seat-0"]
    assert f"{state.capitalize()}: Seat 0 A candidate died." in shown["latest"]
    assert shown["status"].startswith(f"0 of 2 declared, 1 {state} ·")


def test_a_poll_that_goes_ahead_after_all_is_a_contest_again() -> None:
    shown = Shown(definition(), [no_poll("postponed", "Snow."), withdraw("It thawed.")])
    assert "Seat 0: the poll goes ahead It thawed." in shown["banner"]
    assert shown["row-seat-0"] == f"Seat 0 awaiting{WAS}"
    assert "Waiting for the count" in shown["contest-seat-0"]
    shown.after(declare(0))
    assert shown["row-seat-0"] == "Seat 0 Con gain from Lab 1"


def test_what_was_said_of_an_uncontested_seat_stays_as_it_was_said() -> None:
    shown = Shown(with_one_candidate(definition()), [no_poll("uncontested", "Nobody else stood.")])
    said = "CON GAIN Uncontested: Seat 0, Ann Abel elected unopposed Nobody else stood."
    shown.after(withdraw("Somebody else stands."))
    assert said in shown["latest"]
    assert "WITHDRAWN Seat 0, declared as Con gain from Lab Somebody else stands." in shown["latest"]


def test_a_withdrawal_names_what_it_took_back_and_not_what_was_taken_back_before() -> None:
    again = Withdraw(id="again", by="desk", ballot=SEAT, reason="It thawed.")
    shown = Shown(definition(), [declare(0), withdraw("A flood."), no_poll("postponed", "Snow."), again])
    newest, first = shown["latest"].split("WITHDRAWN")[1:]
    assert newest.startswith(" Seat 0 It thawed.")
    assert first.startswith(" Seat 0, declared as Con gain from Lab A flood.")


def test_a_held_night_says_so_until_it_is_released() -> None:
    shown = Shown(definition(), [declare(0), HoldNight(id="hold", by="desk")])
    assert shown["status"].endswith("Results wait while something is checked")
    assert "Held. Results wait while something is checked." in shown["latest"]
    assert "CON GAIN" in shown["banner"], "what is on air stays there"
    assert shown["air"] == "Held by the desk"
    shown.after(ReleaseNight(id="release", by="desk"))
    assert "Held" not in shown["status"]
    assert shown["air"] == "On air"
    assert "Released. Results go out again." in shown["latest"]


def test_every_page_of_a_held_night_hears_that_it_is_held() -> None:
    channel = Shown(definition(), [declare(0), HoldNight(id="hold", by="desk")]).channel
    views = ("areas", "swing/PP52/PP53", "battlegrounds/PP53", "records")
    assert channel.night is not None
    for topic in (NIGHT, SEAT, table.TOPIC, *screens.TOPICS, screens.ADDRESSES, *views):
        assert channel.has(topic), topic
        message = channel.missed(topic, 2)
        assert message and b"Held by the desk" in message.payload, topic


@pytest.mark.parametrize(
    ("code", "house", "ward", "held"),
    [
        (
            "en",
            "awaiting · Lab seat by 50.0%",
            "awaiting · before: Con 2, Lab 1",
            "Results wait while something is checked",
        ),
        (
            "cy",
            "i ddod · sedd Llaf o 50.0%",
            "i ddod · cynt: Ceid 2, Llaf 1",
            "Mae’r canlyniadau’n aros tra bo rhywbeth",
        ),
        ("de", "ausstehend · bisher Lab mit 50,0 %", "ausstehend · zuvor: Kons 2, Lab 1", "Ergebnisse warten, während"),
    ],
)
def test_what_waits_says_whose_it_is_and_a_held_night_why_in_each_language(
    code: str, house: str, ward: str, held: str
) -> None:
    of_several = wards.definition(
        wards.ward("PP52", "PP53", before={"PP52": 2, "PP53": 1}), wards.ward("PP52", name="b")
    )
    for night, slug, says in ((definition(), "seat-0", house), (of_several, "kent-abbey", ward)):
        shown = Shown(night, [HoldNight(id="hold", by="desk")], language(code))
        assert says in shown[f"row-{slug}"].replace("\xa0", " ") and says.split(" · ")[1] in shown[f"seat-{slug}"]
        assert held in shown["status"] and held in shown["latest"]


def test_when_a_declaration_is_expected_is_said_until_it_is_there() -> None:
    expect = ExpectDeclaration(id="expect", by="desk", ballot=SEAT, expected=START + timedelta(hours=4, minutes=30))
    shown = Shown(definition(), [expect])
    assert shown["row-seat-0"] == f"Seat 0 awaiting · expected 02:30{WAS}"
    assert "declaration expected about 02:30" in shown["contest-seat-0"]
    assert "02:30" not in shown["latest"]
    shown.after(declare(0))
    assert "expected" not in shown["row-seat-0"]
    assert "expected" not in shown["contest-seat-0"]
    shown.after(withdraw("The wrong winner was read out."))
    assert shown["row-seat-0"] == f"Seat 0 report withdrawn, being checked{WAS}", "that was of what is taken back now"
    assert "expected" not in shown["contest-seat-0"]
    later = START + timedelta(hours=7)
    shown.after(ExpectDeclaration(id="again", by="desk", ballot=SEAT, expected=later))
    assert shown["row-seat-0"] == f"Seat 0 report withdrawn, being checked · expected 05:00{WAS}"


def test_a_poll_that_goes_ahead_is_expected_when_it_was_before_it_was_put_off() -> None:
    expect = ExpectDeclaration(id="expect", by="desk", ballot=SEAT, expected=START + timedelta(hours=4, minutes=30))
    shown = Shown(definition(), [expect, no_poll("postponed", "Snow."), withdraw("It thawed.")])
    assert shown["row-seat-0"] == f"Seat 0 awaiting · expected 02:30{WAS}"


@pytest.mark.parametrize("contests", [1, 3])
def test_a_correction_shows_each_figure_before_and_after_and_what_it_turned(contests: int) -> None:
    shown = Shown(definition(contests=contests), [declare(0, con=5, lab=4), correct(0, turn=5)])
    latest, contest = shown["latest"], shown["contest-seat-0"]
    for text in (latest, contest):
        assert "Ann Abel 5 now 4, Ben Bond 4 now 5" in text
        assert "Figures revised: Recounted." in text
    assert "Con gain from Lab Lab hold" in latest, "the verdict that was, and the one that is"
    assert "<del>Con gain from Lab</del> <ins>Lab hold</ins>" in shown.channel.text("latest")
    assert "figures revised at 22:02" in contest
    if contests > 1:
        assert "Figures revised at 22:02" in shown["banner"]
        assert shown["row-seat-0"] == "Seat 0 Lab hold 1"
