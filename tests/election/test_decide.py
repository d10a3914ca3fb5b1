"""A night by commands in, events out."""

from datetime import timedelta
from itertools import count

import pytest

from server.election.commands import (
    AnyCommand,
    Correct,
    Declare,
    OpenNight,
    PostNote,
    ReachStage,
    Withdraw,
)
from server.election.contests import Definition
from server.election.decide import Refused, decide
from server.election.events import Corrected, Declared, Rejected, StageReached
from server.election.nights import GapInNight, Night, apply
from server.election.tally import add_up
from tests.nights_by_hand import START, ballot, definition


class Desk:
    """Gives a night commands and keeps what comes of them."""

    def __init__(self, night: Definition) -> None:
        self.night: Night | None = None
        self._numbers = count(1)
        self.says(OpenNight(id="open", by="desk", night=night))

    def says(self, command: AnyCommand) -> Night:
        at = START + timedelta(minutes=next(self._numbers))
        self.night = apply(self.night, decide(self.night, command, at))
        return self.night

    def declares(self, seat: int, con: int, lab: int) -> Night:
        return self.says(declare(id=f"d{next(self._numbers)}", ballot=ballot(seat), votes={"1": con, "2": lab}))


@pytest.fixture
def desk() -> Desk:
    return Desk(definition())


BALLOT = ballot(0)


def refused(desk: Desk, command: AnyCommand) -> Refused:
    with pytest.raises(Refused) as caught:
        desk.says(command)
    return caught.value


def declare(**more: object) -> Declare:
    fields: dict[str, object] = {"id": "x", "by": "o", "ballot": BALLOT, "votes": {"1": 5, "2": 4}, **more}
    return Declare(**fields)  # type: ignore[arg-type]


def test_a_declaration_becomes_the_next_event_with_its_command(desk: Desk) -> None:
    night = desk.says(declare(rejected=Rejected(3)))
    event = night.feed[-1]
    assert isinstance(event, Declared)
    assert (event.seq, event.command_id, event.by) == (2, "x", "o")
    assert night.receipts["x"] == 2
    assert night.counts[BALLOT].status == "declared"


@pytest.mark.parametrize(
    ("figures", "code", "field"),
    [
        ({"votes": {"1": 5}}, "votes-missing", "votes.2"),
        ({"votes": {"1": 5, "2": -1}}, "votes-negative", "votes.2"),
        ({"votes": {"1": 5, "2": 4, "3": 1}}, "candidate-unknown", "votes.3"),
        ({"votes": {"1": 0, "2": 0}}, "votes-none", "votes"),
        ({"votes": {"1": 5, "2": 5}}, "tie-without-lot", "lot"),
        ({"votes": {"1": 5, "2": 5}, "lot": "3"}, "tie-without-lot", "lot"),
        ({"lot": "1"}, "lot-without-tie", "lot"),
        ({"papers": 8}, "votes-above-papers", "votes"),
        ({"papers": 11, "rejected": Rejected(3)}, "votes-above-papers", "votes"),
        ({"papers": 13, "rejected": Rejected(3)}, "votes-below-papers", "votes"),
        ({"papers": 1001}, "papers-above-electorate", "papers"),
        ({"papers": -1}, "papers-negative", "papers"),
        ({"votes": {"1": 900, "2": 101}}, "votes-above-electorate", "votes"),
        ({"rejected": Rejected(-1)}, "rejected-negative", "rejected"),
        ({"rejected": Rejected(3, 1, 1, 1, 1)}, "rejected-heads", "rejected"),
        ({"rejected": Rejected(0, 1, -1, 0, 0)}, "rejected-negative", "rejected.more_than_one"),
    ],
)
def test_figures_that_cannot_be_are_refused_by_code_and_field(
    desk: Desk, figures: dict[str, object], code: str, field: str
) -> None:
    refusal = refused(desk, declare(**figures))
    assert (refusal.findings[0].code, refusal.findings[0].field) == (code, field)
    assert refusal.sentence.endswith(".")
    assert desk.night is not None and desk.night.seq == 1


def test_papers_verified_before_bind_the_declaration(desk: Desk) -> None:
    desk.says(ReachStage(id="v", by="o", ballot=BALLOT, stage="verified", papers=8))
    refusal = refused(desk, declare())
    assert refusal.code == "votes-above-papers"
    assert "1 more than the 8" in refusal.sentence


def test_a_tie_with_its_lot_is_a_result(desk: Desk) -> None:
    night = desk.says(declare(votes={"1": 5, "2": 5}, lot="1"))
    result = night.counts[BALLOT].result
    assert result is not None and result.by_lot


def test_a_declared_contest_is_not_declared_again(desk: Desk) -> None:
    desk.says(declare())
    assert refused(desk, declare(id="y")).code == "already-declared"
    assert refused(desk, ReachStage(id="z", by="o", ballot=BALLOT, stage="recount")).code == "already-declared"


def test_recounts_are_numbered(desk: Desk) -> None:
    for n in (1, 2):
        night = desk.says(ReachStage(id=f"r{n}", by="o", ballot=BALLOT, stage="recount"))
    assert night.counts[BALLOT].recount == 2
    assert [event.recount for event in night.feed if isinstance(event, StageReached)] == [1, 2]


def test_a_correction_turns_winner_and_totals_round(desk: Desk) -> None:
    desk.says(declare())
    assert desk.night is not None and add_up(desk.night).parties[0].party == "PP52"
    night = desk.says(Correct(id="c", by="desk", ballot=BALLOT, votes={"1": 4, "2": 5}, reason="Rows swapped."))
    assert isinstance(night.feed[-1], Corrected)
    tally = add_up(night)
    assert [(one.party, one.seats, one.net) for one in tally.parties] == [("PP53", 1, 0), ("PP52", 0, 0)]


def test_a_correction_or_withdrawal_needs_a_declaration_and_a_reason(desk: Desk) -> None:
    votes = {"1": 4, "2": 5}
    assert refused(desk, Withdraw(id="w", by="d", ballot=BALLOT, reason="x")).code == "not-declared"
    assert refused(desk, Correct(id="w", by="d", ballot=BALLOT, votes=votes, reason="x")).code == "not-declared"
    desk.says(declare())
    assert refused(desk, Withdraw(id="w", by="d", ballot=BALLOT, reason=" ")).code == "reason-missing"
    assert refused(desk, Correct(id="w", by="d", ballot=BALLOT, votes=votes, reason="")).code == "reason-missing"


def test_a_withdrawn_contest_elects_nobody_and_can_be_declared_again(desk: Desk) -> None:
    desk.says(declare())
    night = desk.says(Withdraw(id="w", by="d", ballot=BALLOT, reason="6,558 papers were left out."))
    assert night.counts[BALLOT].status == "withdrawn"
    assert add_up(night).parties == ()
    night = desk.says(declare(id="again"))
    assert night.counts[BALLOT].status == "declared"
    assert len(night.counts[BALLOT].history) == 3


def test_unknown_ballots_empty_notes_and_second_openings_are_refused(desk: Desk) -> None:
    assert refused(desk, declare(ballot="parl.elsewhere.2019-12-12")).code == "ballot-unknown"
    assert refused(desk, PostNote(id="n", by="d", text="  ")).code == "note-empty"
    assert refused(desk, PostNote(id="n", by="d", text="x", ballot="no")).code == "ballot-unknown"
    assert refused(desk, OpenNight(id="o", by="d", night=definition())).code == "night-exists"
    with pytest.raises(Refused):
        decide(None, declare(), START)


def test_a_gap_or_a_repeated_event_is_not_folded(desk: Desk) -> None:
    night = desk.says(declare())
    with pytest.raises(GapInNight):
        apply(night, night.feed[-1])
    with pytest.raises(GapInNight):
        apply(None, night.feed[-1])


def test_totals_count_gains_losses_and_change_on_the_same_seats() -> None:
    desk = Desk(definition(contests=5, seats=5))
    desk.declares(0, 60, 40)
    night = desk.declares(1, 40, 60)
    con, lab = sorted(add_up(night).parties, key=lambda one: one.party)
    assert (con.seats, con.gained, con.lost, con.net, con.votes) == (1, 1, 0, 1, 100)
    assert (lab.seats, lab.gained, lab.lost, lab.net, lab.votes) == (1, 0, 1, -1, 100)
    assert con.change is not None and float(con.change) == 0.25


def test_a_majority_is_reached_by_the_declaration_that_crosses_the_line() -> None:
    desk = Desk(definition(contests=5, seats=5))
    desk.declares(0, 60, 40)
    night = desk.declares(1, 60, 40)
    assert add_up(night).line == 3
    assert add_up(night).majority is None
    night = desk.declares(2, 60, 40)
    majority = add_up(night).majority
    assert majority is not None and (majority.party, majority.seq) == ("PP52", night.seq)
    night = desk.declares(3, 60, 40)
    assert add_up(night).majority == majority
    night = desk.says(Withdraw(id="w", by="d", ballot=ballot(3), reason="recount"))
    assert add_up(night).majority == majority
    night = desk.says(Withdraw(id="w2", by="d", ballot=ballot(2), reason="recount"))
    assert add_up(night).majority is None
