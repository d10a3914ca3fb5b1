"""Who controls a council, and from which ward on: the 230 councils of 2023 as published, and small ones by hand."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from server.election.bodies import NO_OVERALL_CONTROL, Body
from server.election.commands import AmendBallotPaper, Correct, RecordNoPoll, Withdraw
from server.election.contests import Candidate, Contest
from server.election.events import NoPollState
from server.election.nights import Night
from server.election.parties import Party
from server.election.results.councils.control import Control, control_of
from server.election.results.councils.council import Council, council
from server.election.results.councils.together import councils
from server.election.results.feed import feed_of
from tests.election.wards import CON, GREEN, IND, LAB, LD, PARTIES, after, declared, kent, opened, ward

COUNCILS_2023 = Path(__file__).parent / "data" / "councils-2023.txt"
NAMES = ("CON", "LAB", "LD", "UKIP", "GRN", "OTH")
SHORT = {name: Party(name, name, name) for name in (*NAMES, "IND")}
# Where those who are "others" are told apart, the others of 2023 say more: one registered party has the majority in
# Boston; in Castle Point and Tandridge nobody has it alone.
OTHERS = {
    "Boston": {"IND": 18, "OTH": 6},
    "Castle Point": {"IND": 17, "OTH": 15},
    "Tandridge": {"IND": 18, "OTH": 4},
}


def published() -> list[tuple[str, dict[str, int], int, str, str, str]]:
    """Council, seats by party after the election of 2023, all seats, control before and after, the verdict."""
    found: list[tuple[str, dict[str, int], int, str, str, str]] = []
    for line in COUNCILS_2023.read_text().splitlines()[1:]:
        name, seats, total, before, control, verdict = line.split("|")
        numbers: dict[str, int] = dict(zip(NAMES, map(int, seats.split()), strict=True))
        found.append((name, numbers, int(total), before, control, verdict))
    return found


def control(seats: dict[str, int], total: int, before: str) -> Control:
    """Control of a council of which no seat is open."""
    was = NO_OVERALL_CONTROL if before == "NOC" else before
    found, _ = control_of(Body("local.somewhere", "Somewhere", "council", total, seats, was), ())
    assert found is not None
    return found


def test_control_of_227_of_230_councils_of_2023_follows_from_seats_and_the_others_from_their_parties() -> None:
    different: list[str] = []
    assert len(published()) == 230
    for name, seats, total, before, expected, verdict in published():
        if (control(seats, total, before).party or "NOC") != expected:
            different.append(name)
            seats = {party: number for party, number in seats.items() if party != "OTH"} | OTHERS[name]
        found = control(seats, total, before)
        assert (found.party or "NOC") == expected, name
        changed = verdict != "No change"
        assert found.kind in (("gain", "loss") if changed else ("hold",)), name
        if changed and expected != "NOC":
            assert found.text(SHORT) == verdict, name
        elif changed:
            assert found.text(SHORT) == f"{before} loss to NOC", name
            assert verdict == f"NOC gain from {before}"
    assert different == ["Boston", "Castle Point", "Tandridge"]


def test_half_of_the_seats_are_no_control() -> None:
    assert control({"CON": 21, "LAB": 18, "LD": 3}, 42, "LAB").text(SHORT) == "LAB loss to NOC", "Slough 2023"
    assert control({"CON": 22, "LAB": 17, "LD": 3}, 42, "NOC").text(SHORT) == "CON gain from NOC"


@pytest.mark.parametrize(
    ("party", "before", "text"),
    [
        (LAB, LAB, "Lab hold"),
        (LAB, CON, "Lab gain from Con"),
        (LAB, NO_OVERALL_CONTROL, "Lab gain from NOC"),
        (NO_OVERALL_CONTROL, CON, "Con loss to NOC"),
        (NO_OVERALL_CONTROL, NO_OVERALL_CONTROL, "NOC, no change"),
        (LAB, None, "Lab control"),
        (NO_OVERALL_CONTROL, None, "NOC"),
    ],
)
def test_control_in_words(party: str, before: str | None, text: str) -> None:
    assert Control(party, before, 1, None).text(PARTIES) == text


WARDS = tuple(ward(LAB, LAB, CON, CON, seats=2, name=name, before={CON: 2}) for name in "abcd")


def a_council(*wards: Contest, **known: object) -> tuple[Night, Body]:
    body = kent(*wards, **known)  # type: ignore[arg-type]
    return opened(*wards, bodies=(body,), live=False), body


def lab(night: Night, name: str) -> Night:
    return declared(night, name, 90, 80, 70, 60)


def split(night: Night, name: str) -> Night:
    return declared(night, name, 90, 60, 80, 50)


def test_control_is_told_at_the_ward_that_makes_it_certain() -> None:
    night, body = a_council(*WARDS, control=CON)
    assert council(night, body).control is None
    night = lab(lab(night, "a"), "b")
    stands = council(night, body)
    assert stands.seats == {LAB: 4}
    assert (stands.line, stands.to_line(LAB), stands.open, stands.lead) == (5, 1, 4, LAB)
    assert stands.control is None, "4 of 8 are not more than half"
    third = split(night, "c")
    decided = council(third, body).control
    assert decided == Control(LAB, CON, third.seq, third.at)
    assert decided is not None
    assert decided.text(PARTIES) == "Lab gain from Con"
    later = council(split(third, "d"), body)
    assert later.control == decided, "it stays with the ward that made it certain"
    assert (later.seats, later.open, later.declared) == ({LAB: 6, CON: 2}, 0, 4)
    assert (later.gained, later.lost) == ({LAB: 6}, {CON: 6})


def test_no_overall_control_is_told_once_nobody_can_reach_the_line_any_more() -> None:
    night, body = a_council(*WARDS, control=CON)
    night = split(lab(night, "a"), "b")
    night = declared(night, "c", 60, 50, 90, 80)
    assert council(night, body).control is None, "Labour 3, the Conservatives 3, two open: either can have 5"
    night = split(night, "d")
    found = council(night, body).control
    assert found is not None
    assert (found.party, found.seq, found.text(PARTIES)) == (NO_OVERALL_CONTROL, night.seq, "Con loss to NOC")


def test_a_party_can_win_no_more_seats_than_it_has_candidates() -> None:
    last = ward(LAB, CON, LD, GREEN, seats=2, name="d")
    night, body = a_council(*WARDS[:3], last)
    night = lab(split(night, "a"), "b")
    assert council(night, body).control is None
    night = declared(night, "c", 60, 50, 90, 80)
    found = council(night, body).control
    assert found is not None, "each has 3, and 1 candidate in the last ward: 4 of 8 are no control"
    assert (found.party, found.seq) == (NO_OVERALL_CONTROL, night.seq)


def test_the_seats_that_are_not_up_count_and_may_decide_alone() -> None:
    night, body = a_council(WARDS[0], not_up={LAB: 4, CON: 1}, control=LAB)
    assert body.seats == 7
    stands = council(night, body)
    assert stands.seats == {LAB: 4, CON: 1}
    assert stands.control == Control(LAB, LAB, 0, None)
    vacant, body = a_council(WARDS[0], not_up={LAB: 4, CON: 1}, seats=12, control=LAB)
    found = council(vacant, body).control
    assert found is not None
    assert found.party == NO_OVERALL_CONTROL, "the line is of all seats, the vacant ones too"


def test_independents_hold_nothing_together() -> None:
    wards = tuple(ward(IND, IND, CON, CON, seats=2, name=name) for name in "ab")
    night, body = a_council(*wards, control=CON)
    night = declared(declared(night, "a", 9, 8, 1, 0), "b", 9, 8, 1, 0)
    stands = council(night, body)
    assert stands.seats == {IND: 4}
    assert stands.lead is None
    assert stands.control is not None
    assert stands.control.party == NO_OVERALL_CONTROL
    assert stands.control.seq == night.seq - 1, "after the first ward the Conservatives could have 2 of 4 at most"


def test_vacancies_and_polls_that_are_off_leave_seats_to_nobody() -> None:
    short = ward(LAB, seats=2, name="e")
    night, body = a_council(*WARDS[:2], short, control=CON)
    night = lab(night, "a")

    def off(now: Night, name: str, state: NoPollState) -> Night:
        ballot = f"local.kent.{name}.2025-05-01"
        return after(now, RecordNoPoll(id=name, by="desk", ballot=ballot, state=state, reason=state))

    night = off(night, "e", "uncontested")
    stands = council(night, body)
    assert (stands.seats, stands.vacant, stands.open) == ({LAB: 3}, 1, 2)
    night = off(night, "b", "countermanded")
    stands = council(night, body)
    assert (stands.seats, stands.vacant, stands.open) == ({LAB: 3}, 3, 0)
    assert stands.control is None, "Labour has 3 of 6, and anybody can win the others on another day"
    without, body = a_council(*WARDS[:2], short, not_up={LD: 5}, control=CON)
    assert council(without, body).control is None, "the seat for which nobody stands can give the others 6 of 11"
    without, body = a_council(*WARDS[:3], not_up={LD: 6}, control=CON)
    found = council(without, body).control
    assert found is not None, "nobody stands who could have 7 of 12, and no seat is left"
    assert (found.party, found.seq) == (NO_OVERALL_CONTROL, 0)
    without = off(lab(without, "a"), "b", "postponed")
    assert council(without, body).control is None, "on another day the Liberal Democrats may stand, who have 6"


def test_a_correction_can_take_control_away() -> None:
    night, body = a_council(*WARDS)
    night = lab(lab(split(night, "a"), "b"), "c")
    assert council(night, body).control is not None
    votes = {"1": 60, "2": 50, "3": 90, "4": 80}
    figures = Correct(
        id="c", by="desk", ballot="local.kent.c.2025-05-01", votes=votes, reason="Two rows were exchanged."
    )
    now = after(night, figures)
    assert (council(now, body).control, council(now, body).opened) == (None, now.seq)


def test_control_that_a_correction_brings_or_takes_away_is_news_of_that_correction() -> None:
    night, body = a_council(*WARDS, control=CON)
    night = split(lab(split(split(night, "a"), "b"), "c"), "d")
    first = council(night, body).control
    assert first and (first.text(PARTIES), first.seq) == ("Lab gain from Con", night.seq)

    def corrected(now: Night, *votes: int) -> Night:
        figures = {str(place): number for place, number in enumerate(votes, start=1)}
        ballot = "local.kent.a.2025-05-01"
        return after(now, Correct(id=f"{now.seq}", by="desk", ballot=ballot, votes=figures, reason="Read wrongly."))

    hung = corrected(night, 60, 50, 90, 80)
    found = council(hung, body).control
    assert found and (found.text(PARTIES), found.seq, found.at) == ("Con loss to NOC", hung.seq, hung.at)
    same = corrected(hung, 61, 50, 90, 80)
    assert council(same, body).control == found, "nobody else has a seat: that is no news of control"
    again = corrected(same, 90, 50, 60, 40)
    back = council(again, body).control
    assert back and (back.text(PARTIES), back.seq) == ("Lab gain from Con", again.seq)
    taken = after(again, Withdraw(id="w", by="desk", ballot="local.kent.c.2025-05-01", reason="Another ward's."))
    assert (council(taken, body).control, council(taken, body).opened) == (None, taken.seq)
    redeclared = lab(taken, "c")
    last = council(redeclared, body)
    assert last.control and (last.control.party, last.control.seq, last.opened) == (LAB, redeclared.seq, 0)


def test_all_councils_of_a_night_together_and_a_mayor_beside_them() -> None:
    kent_ward, sussex_ward = WARDS[0], replace(WARDS[1], body="local.sussex")
    mayor = replace(ward(LD, CON, seats=1, name="mayor"), ballot="mayor.x.2025-05-01", body="mayor.x")
    bodies = (
        kent(kent_ward, control=CON),
        replace(kent(sussex_ward, not_up={CON: 3}, control=CON), id="local.sussex"),
        Body("mayor.x", "Mayor", "office"),
    )
    night = opened(kent_ward, sussex_ward, mayor, bodies=bodies, live=False)
    night = declared(split(lab(night, "a"), "b"), "mayor", 9, 1)
    found = councils(night)
    assert [one.control.text(PARTIES) for one in found.councils if one.control] == ["Lab gain from Con", "Con hold"]
    assert [
        (one.party, one.councillors, one.net, one.councils, one.took, one.gave, one.net_councils)
        for one in found.parties
    ] == [(LAB, 3, 3, 1, 1, 0, 1), (CON, 1, -3, 1, 0, 1, -1)], "the mayor is no councillor"
    assert (found.decided, found.complete) == (2, 2)


def test_a_declaration_is_worked_out_for_its_own_council_alone() -> None:
    wards = [
        replace(ward(LAB, LAB, CON, CON, seats=2, name=f"{body}-{place}"), body=f"local.{body}")
        for body in range(30)
        for place in range(4)
    ]
    bodies = [Body(f"local.{body}", f"Council {body}", "council", 8) for body in range(30)]
    night = opened(*wards, bodies=bodies, live=False)
    before = councils(night).councils
    now = councils(lab(night, "7-2")).councils
    same = [place for place, (one, other) in enumerate(zip(before, now, strict=True)) if one is other]
    assert same == [place for place in range(30) if place != 7]


def test_a_council_is_the_same_whatever_was_asked_before() -> None:
    night, body = a_council(*WARDS, control=CON)
    states = [night, night := lab(night, "a"), night := split(night, "c"), night := lab(night, "b"), lab(night, "d")]
    fresh: list[Council] = []
    for one in states:
        fresh.append(council(replace(one, definition=replace(one.definition)), body))
    for place in (4, 0, 3, 1, 2, 2, 4):
        assert council(replace(states[place]), body) == fresh[place]


def test_an_uncontested_ward_whose_paper_gets_another_candidate_is_open_and_its_night_still_read() -> None:
    short = ward(LAB, CON, seats=2, name="e")
    night, body = a_council(short, *WARDS[:2])
    night = after(night, RecordNoPoll(id="n", by="desk", ballot=short.ballot, state="uncontested", reason="Only two."))
    night = after(night, Withdraw(id="w", by="desk", ballot=short.ballot, reason="A third was left out."))
    paper = replace(short, candidates=(*short.candidates, Candidate("3", "Third", LD)))
    night = after(night, AmendBallotPaper(id="a", by="desk", ballot=short.ballot, contest=paper, reason="Left out."))
    assert council(night, body).open == 6
    assert [item.kind for item in feed_of(night)] == ["amended", "withdrawn", "no-poll"]
