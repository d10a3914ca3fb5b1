"""Councils of a night: the table of all, the list, the page of each, and control that becomes certain."""

import html
import re

import pytest

from server.election.commands import Correct, Withdraw
from server.election.events import NoPollTaken
from server.election.nights import Night, fold
from server.html.languages import language, languages
from server.html.templates import environment, has_a_meaning
from server.live.channel import Channel
from server.live.renderer import NIGHT
from server.nights import archive
from server.pages.analysis import views
from server.pages.newsroom import screens
from server.pages.render import PageRenderer
from tests.election.wards import CON, GREEN, LAB, LD, declared, kent, mayor, opened, ward
from tests.election.wards import after as after_command

CODES = [one.code for one in languages()]
WARDS = tuple(ward(CON, LAB, LD, seats=1, name=f"w{n}", before={CON: 1}) for n in range(5))


def words(page: str) -> str:
    """What is read of a piece, without its elements."""
    text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
    return re.sub(r" ([,.:;)])", r"\1", text)


def night(control: str | None = CON, **more: object) -> Night:
    """A council of five wards of one seat, all of them Conservative before; nothing is declared."""
    return opened(*WARDS, bodies=(kent(*WARDS, control=control, **more),), live=False)  # type: ignore[arg-type]


def after(one: Night, *winners: str) -> Night:
    """After the next wards are won by these parties."""
    for winner in winners:
        number = sum(count.result is not None for count in one.counts.values())
        one = declared(one, f"w{number}", *(500 if party == winner else 100 for party in (CON, LAB, LD)))
    return one


def shown(one: Night, fragment: str, code: str = "en") -> str:
    """A piece as an edition has it."""
    return PageRenderer(language(code)).render(one, fragment)


def test_control_is_a_banner_an_entry_and_a_row_once_it_is_certain() -> None:
    open_yet = after(night(), LAB, LAB)
    assert "Lab, 1 to go" in words(shown(open_yet, "council-local-kent"))
    assert "LAB GAIN w1 from Conservative" in words(shown(open_yet, "banner"))
    made = after(open_yet, LAB)
    assert "LAB GAIN Kent from Conservative" in words(shown(made, "banner"))
    assert "Labour 3 of 5 seats 3 of 5 declared" in words(shown(made, "banner"))
    assert "Kent: Lab gain from Con" in words(shown(made, "latest"))
    assert "Kent Lab gain from Con" in words(shown(made, "council-local-kent"))
    assert "LAB GAIN Kent from Conservative" in words(shown(made, "control-local-kent"))
    queued = "".join(text for _, _, text in screens.parts(made, 3, language("en")))
    assert queued.count("<li") >= 2 and "LAB GAIN Kent from Conservative" in words(queued)
    later = after(made, CON)
    assert "CON HOLD w3" in words(shown(later, "banner")), "the next declaration is the news"


def test_no_overall_control_is_told_when_nothing_else_is_possible() -> None:
    one = after(night(), LAB, LAB, CON, CON)
    assert "Lab, 1 to go" in words(shown(one, "council-local-kent")) or "Con, 1 to go" in words(
        shown(one, "council-local-kent")
    )
    hung = after(one, LD)
    assert "NOC gain from Con" in words(shown(hung, "council-local-kent"))
    assert "NOC GAIN Kent from Conservative" in words(shown(hung, "banner"))
    assert "No party can reach 3 seats any more" in words(shown(hung, "banner"))


def test_a_correction_that_brings_control_tells_of_it_and_a_withdrawal_that_takes_it_away() -> None:
    hung = after(night(), LAB, LAB, CON, CON, LD)
    votes = {"1": 100, "2": 500, "3": 100}
    ballot = WARDS[4].ballot
    made = after_command(hung, Correct(id="c", by="desk", ballot=ballot, votes=votes, reason="Exchanged."))
    assert "LAB GAIN Kent from Conservative" in words(shown(made, "banner"))
    assert words(shown(made, "latest")).count("Kent: Lab gain from Con") == 1
    assert "Kent: NOC gain" not in words(shown(made, "latest"))
    assert "LAB GAIN Kent from Conservative" in words(news(made))
    open_again = after_command(made, Withdraw(id="w", by="desk", ballot=ballot, reason="Another ward’s."))
    for piece in (shown(open_again, "banner"), shown(open_again, "latest"), news(open_again)):
        assert "Kent: control is open again" in words(piece)
    assert "Lab gain" not in words(shown(open_again, "control-local-kent"))
    assert "Kent: mae’r rheolaeth yn agored eto" in words(shown(open_again, "banner", "cy"))


def test_what_was_replaced_since_is_not_told_as_declared_just_now() -> None:
    votes = {"1": 500, "2": 100, "3": 100}
    one = after(night(), LAB, LAB)
    for number, also in ((1, "LAB GAIN w0"), (0, "LAB GAIN w1")):
        again = Correct(id="c", by="desk", ballot=WARDS[number].ballot, votes=votes, reason="Exchanged.")
        piece = words(shown(after_command(one, again), "banner"))
        assert f"CON HOLD w{number}" in piece and piece.endswith(f"Also just declared: {also}")


def news(one: Night) -> str:
    """What an overlay is sent of the newest event."""
    return "".join(text for target, _, text in screens.parts(one, one.seq - 1, language("en")) if target == "arrived")


@pytest.mark.parametrize(
    ("before", "text"),
    [(LAB, "Lab hold"), ("", "Lab gain from NOC"), (None, "Lab control"), (CON, "Lab gain from Con")],
)
def test_what_control_is_compared_with(before: str | None, text: str) -> None:
    assert text in words(shown(after(night(before), LAB, LAB, LAB), "council-local-kent"))


def test_seats_that_are_not_up_count_towards_control() -> None:
    one = after(night(not_up={LAB: 6, LD: 1}), LAB)
    piece = words(shown(one, "control-local-kent"))
    assert "7 of 12 make control" in piece and "LAB GAIN Kent from Conservative" in piece
    assert "Labour 7 6 1 +1" in piece


def test_the_table_of_the_night_has_councillors_and_councils_and_names_both_baselines() -> None:
    piece = words(shown(after(night(), LAB, LAB, LAB, CON), "score"))
    assert "Labour Lab 3 +3 1 +1 57.1" in piece and "Conservative Con 1 −3 0 −1 28.6" in piece
    assert "Control is certain" in piece
    assert "Seats are compared with: when the seats were last fought." in piece
    assert "Control is compared with: the eve of the poll." in piece
    assert "each party’s best candidate" in piece


def test_a_declaration_reaches_the_pages_of_its_ward_its_council_and_the_night_alone() -> None:
    wards = tuple(
        ward(CON, LAB, seats=1, name=f"x{n}", before={CON: 1}, body=f"local.{'kent' if n % 2 else 'essex'}")
        for n in range(80)
    )
    kent_body = kent(*wards[:40])
    essex = type(kent_body)("local.essex", "Essex", "council", 40)
    boss = mayor(LAB, CON, GREEN)
    one = opened(*wards, boss, bodies=(kent_body, essex), live=False)
    channel, renderer = Channel(PageRenderer()), PageRenderer()
    then = declared(one, "x1", 10, 20)
    event = then.counts[wards[1].ballot].history[-1]
    changed = list(renderer.changed(then, event))
    assert not [name for name in changed if name.startswith(("council-", "control-")) and "essex" in name]
    assert len(changed) < 20
    topics = {name: renderer.topics(then, name) for name in changed}
    assert NIGHT not in topics["row-kent-x1"] and "council/local.kent" in topics["row-kent-x1"]
    assert NIGHT in topics["council-local-kent"] and NIGHT not in topics["control-local-kent"]
    assert NIGHT in renderer.topics(then, "row-mayor-london"), "a mayor is listed on the night's page"
    assert renderer.has(then, "council/local.kent") and not renderer.has(then, "council/local.surrey")
    assert channel.on_air


@pytest.mark.parametrize("code", CODES)
def test_every_piece_is_made_in_every_language(code: str) -> None:
    for one in (night(), after(night(), LAB), after(night(), LAB, LAB, LAB), after(night(""), LD, LAB)):
        for fragment in ("score", "banner", "latest", "council-local-kent", "control-local-kent"):
            assert shown(one, fragment, code)


@pytest.mark.parametrize(
    ("code", "wards", "seats"),
    [
        ("en", "Contests, All 3 contests", "Contests, All 3 contests"),
        ("cy", "Gornestau, Pob un o’r 3 gornest", "Etholaethau, Pob un o’r 3 etholaeth"),
        ("de", "Wahlen, Alle 3 Wahlen", "Wahlkreise, Alle 3 Wahlkreise"),
    ],
)
def test_the_contests_of_councils_are_no_constituencies(code: str, wards: str, seats: str) -> None:
    told = environment(language(code)).from_string(
        "{% import 'fragments/macros.html' as m %}{{ m.contests(d) }}, {{ m.all_contests(d, 3) }}"
    )
    assert told.render(d=night().definition) == wards
    assert told.render(d=archive.load("parl.2017-06-08").definition) == seats


def test_the_councils_of_a_night_are_on_a_map_in_the_colour_of_who_controls_them() -> None:
    channel = Channel(PageRenderer(), on_air=False)
    channel.advance(archive.load("local.2025-05-01").events)
    piece = channel.text("shapes")
    assert piece.count("<title>") == 23
    assert re.search(r'<path class="gain" data-party="PP7931" d="[^"]+"><title>Kent: RUK gain from Con', piece)
    assert re.search(r'<path class="none" d="[^"]+"><title>Cornwall: NOC gain from Con', piece)


def test_the_strip_has_councillors_and_tells_of_mayors_apart() -> None:
    boss = mayor(LAB, CON, GREEN)
    one = declared(opened(*WARDS, boss, bodies=(kent(*WARDS, control=CON),), live=False), "w0", 100, 500, 50)
    strip = words(screens.state(one, language("en")))
    assert "Lab 1 +1" in strip and "Mayors and others: London" in strip


def test_the_table_of_contests_has_no_column_for_a_swing_where_none_has_a_meaning() -> None:
    several = ward(CON, CON, LAB, seats=2, name="two", before={CON: 2})
    definition = opened(several, bodies=(kent(several),), live=False).definition
    assert not has_a_meaning(definition, "swing")
    assert has_a_meaning(archive.load("parl.2019-12-12").definition, "swing")


def test_the_map_of_councils_in_a_frame_follows_the_councils() -> None:
    one, renderer = archive.load("local.2025-05-01").definition, PageRenderer()
    night = fold(archive.load("local.2025-05-01").events[:2])
    assert night.definition is one
    for fragment in ("shapes", "council-local-kent", "status"):
        assert screens.MAP in renderer.topics(night, fragment), fragment
    ramsgate = next(contest for contest in one.contests if contest.ballot.startswith("local.kent.ramsgate"))
    assert screens.MAP not in renderer.topics(night, f"row-{ramsgate.slug}")


def test_battlegrounds_begin_with_what_a_party_needs_to_control_each_council() -> None:
    def control(one: Night) -> str:
        page = views.html(one, f"battlegrounds/{LAB}")
        return words(page[page.index('id="control"') : page.index("</table>")])

    assert has_a_meaning(night().definition, "battlegrounds"), "though nobody knows the votes of last time"
    whole = words(views.html(night(), f"battlegrounds/{LAB}"))
    assert "5 seats have no rank: their votes when they were last fought are not known." in whole
    assert "did not stand" not in whole
    assert "Kent Con 0 of 5 3 Nothing declared yet" in control(night())
    assert "Kent Con 2 of 5 1 Lab, 1 to go" in control(after(night(), LAB, LAB))
    assert "Kent Con 3 of 5 0 Lab gain from Con" in control(after(night(), LAB, LAB, LAB))
    assert 'id="control"' not in views.html(fold(archive.load("parl.2017-06-08").events), f"battlegrounds/{LAB}")


def test_where_nothing_can_be_compared_it_is_said_why() -> None:
    of_2025, london = (fold(archive.load(name).events) for name in ("local.2025-05-01", "mayor.london.2021-05-06"))
    why = "655 of the 1,401 contests have nothing to be compared with, as where boundaries are new"
    dash = "Where one of these is declared, shares have no change: a dash."
    areas = words(views.html(of_2025, "areas"))
    assert why in areas and dash in areas and why in words(views.html(of_2025, f"swing/{CON}/{LAB}"))
    assert f"No contest here has anything to be compared with. {dash}" in words(views.html(london, "areas"))
    assert "Nothing here is a target or a defence: no earlier figures" in words(
        views.html(london, f"battlegrounds/{LAB}")
    )
    house = words(views.html(fold(archive.load("parl.2017-06-08").events), "areas"))
    assert "to be compared with" not in house and dash not in house


def test_records_name_the_council_of_a_ward_and_who_was_elected_without_a_poll() -> None:
    wards = (*WARDS, ward(CON, seats=1, name="Alone", before={CON: 1}))
    one = after(opened(*wards, bodies=(kent(*wards, control=CON),), live=False), LAB)
    off = NoPollTaken(
        seq=one.seq + 1,
        at=one.at,
        by="desk",
        command_id="off",
        ballot=one.definition.contests[-1].ballot,
        state="uncontested",
        reason="Nobody else stood.",
    )
    shown = words(views.html(fold([off], one), "records"))
    assert "Elected unopposed Alone (Kent)" in shown
    assert "Largest majority 400 votes w0 (Kent)" in shown
    assert "Elected unopposed" not in words(views.html(one, "records"))
