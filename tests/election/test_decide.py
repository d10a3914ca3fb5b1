"""A night by commands in, events out."""

from datetime import datetime, timedelta
from itertools import count

import pytest
from msgspec.structs import replace

from server.election.commands import (
    AnyCommand,
    Correct,
    Declare,
    ExpectDeclaration,
    HoldNight,
    OpenNight,
    PostNote,
    ReachStage,
    RecordNoPoll,
    ReleaseNight,
    Withdraw,
)
from server.election.contests import Definition, Previous
from server.election.deciding.decide import decide
from server.election.events import (
    Corrected,
    Declared,
    NightHeld,
    NightReleased,
    NoPollState,
    NoPollTaken,
    Stage,
    StageReached,
)
from server.election.methods.figures import Rejected
from server.election.nights import GapInNight, Night, apply
from server.election.refusals import Refused
from server.election.results.tally import add_up
from tests.nights_by_hand import START, ballot, definition, with_one_candidate


class Desk:
    """Gives a night commands, a minute after each other, and keeps what comes of them."""

    def __init__(self, night: Definition) -> None:
        self.night: Night | None = None
        self._numbers = count(1)
        self.says(OpenNight(id="open", by="desk", night=night))

    def says(self, command: AnyCommand, at: datetime | None = None) -> Night:
        now = at or START + timedelta(minutes=next(self._numbers))
        self.night = apply(self.night, decide(self.night, command, now))
        return self.night

    def declares(self, seat: int, con: int, lab: int) -> Night:
        papers, votes = con + lab, {"1": con, "2": lab}
        command_id = f"d{next(self._numbers)}"
        return self.says(declare(id=command_id, ballot=ballot(seat), votes=votes, rejected=Rejected(0), papers=papers))

    def reaches(self, stage: Stage, papers: int | None = None) -> Night:
        return self.says(reach(stage, papers))


@pytest.fixture
def desk() -> Desk:
    return Desk(definition())


@pytest.fixture
def past() -> Desk:
    """A night of which nobody counts anything any more."""
    return Desk(replace(definition(), times="recorded"))


BALLOT = ballot(0)
VERIFIED = ReachStage(id="verified", by="o", ballot=BALLOT, stage="verified", papers=12)


def refused(desk: Desk, command: AnyCommand) -> Refused:
    """The refusal of a command, which has changed nothing."""
    before = desk.night
    with pytest.raises(Refused) as caught:
        desk.says(command)
    assert desk.night is before
    assert caught.value.sentence.endswith(".")
    return caught.value


def declare(**more: object) -> Declare:
    """A declaration in which 12 papers are accounted for."""
    fields: dict[str, object] = {"id": "x", "by": "o", "ballot": BALLOT, "votes": {"1": 5, "2": 4}, "papers": 12}
    return Declare(**{**fields, "rejected": Rejected(3), **more})  # type: ignore[arg-type]


def correct(**more: object) -> Correct:
    """A correction in which the same 12 papers are accounted for."""
    fields: dict[str, object] = {"id": "c", "by": "desk", "ballot": BALLOT, "votes": {"1": 4, "2": 5}}
    return Correct(**{**fields, "rejected": Rejected(3), "reason": "Rows swapped.", **more})  # type: ignore[arg-type]


def withdraw(command: str = "w", reason: str = "A box was left out.") -> Withdraw:
    return Withdraw(id=command, by="d", ballot=BALLOT, reason=reason)


def reach(stage: Stage, papers: int | None = None, command: str = "") -> ReachStage:
    return ReachStage(id=command or f"{stage}/{papers}", by="o", ballot=BALLOT, stage=stage, papers=papers)


def no_poll(state: NoPollState, reason: str = "A candidate died.") -> RecordNoPoll:
    return RecordNoPoll(id="np", by="d", ballot=BALLOT, state=state, reason=reason)


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
        ({"votes": {"1": 5, "2": 5}, "papers": 13}, "tie-without-lot", "lot"),
        ({"votes": {"1": 5, "2": 5}, "papers": 13, "lot": "3"}, "tie-without-lot", "lot"),
        ({"lot": "1"}, "lot-without-tie", "lot"),
        ({"papers": 8}, "votes-above-papers", "votes"),
        ({"papers": 11}, "votes-above-papers", "votes"),
        ({"papers": 13}, "votes-below-papers", "votes"),
        ({"papers": 1001}, "papers-above-electorate", "papers"),
        ({"papers": -1}, "papers-negative", "papers"),
        ({"papers": None}, "papers-missing", "papers"),
        ({"rejected": None}, "rejected-missing", "rejected"),
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


def test_a_past_night_need_not_say_how_many_papers_there_were(past: Desk) -> None:
    assert refused(past, declare(papers=None, votes={"1": 900, "2": 101})).code == "votes-above-electorate"
    night = past.says(declare(papers=None, rejected=None))
    assert night.counts[BALLOT].status == "declared"
    past.says(correct(rejected=None))
    past.says(withdraw())
    past.says(reach("verified"))
    assert refused(past, declare(papers=8, id="y")).code == "votes-above-papers", "but what it says must add up"


def test_papers_verified_before_bind_the_declaration_whatever_it_says_itself(desk: Desk) -> None:
    desk.says(reach("verified", papers=8))
    for papers in (None, 12):
        refusal = refused(desk, declare(papers=papers))
        assert refusal.code == "votes-above-papers"
        assert "4 more than the 8" in refusal.sentence
    desk.says(declare(papers=None, rejected=Rejected(0), votes={"1": 5, "2": 3}))


def test_a_tie_with_its_lot_is_a_result(desk: Desk) -> None:
    night = desk.says(declare(votes={"1": 5, "2": 5}, papers=13, lot="1"))
    result = night.counts[BALLOT].result
    assert result is not None
    assert result.by_lot


def test_a_declared_contest_is_not_declared_again(desk: Desk) -> None:
    desk.says(declare())
    assert refused(desk, declare(id="y")).code == "already-declared"
    assert refused(desk, reach("recount")).code == "already-declared"


@pytest.mark.parametrize(
    ("stages", "wrong"),
    [
        ((), "provisional"),
        ((), "recount"),
        (("boxes in",), "boxes in"),
        (("boxes in",), "provisional"),
        (("verified",), "boxes in"),
        (("counting",), "counting"),
        (("counting",), "verified"),
        (("counting",), "boxes in"),
        (("counting", "provisional"), "provisional"),
        (("counting", "provisional"), "counting"),
        (("counting", "recount"), "counting"),
        (("counting", "recount"), "verified"),
    ],
)
def test_a_stage_that_comes_out_of_order_or_twice_is_refused(
    past: Desk, stages: tuple[Stage, ...], wrong: Stage
) -> None:
    for stage in stages:
        past.reaches(stage)
    assert refused(past, reach(wrong)).code == "stage-order"


def test_a_count_goes_from_boxes_to_provisional_and_through_recounts(desk: Desk) -> None:
    for stage in ("boxes in", "verified", "counting", "provisional", "recount", "recount", "provisional", "recount"):
        papers = 12 if stage == "verified" else None
        night = desk.says(reach(stage, papers, command=f"{desk.night and desk.night.seq}"))
    assert (night.counts[BALLOT].status, night.counts[BALLOT].papers) == ("recount", 12)
    recounts = [event.recount for event in night.feed if isinstance(event, StageReached) and event.recount]
    assert recounts == [1, 2, 3]
    assert night.counts[BALLOT].recount == 3


def test_a_live_verification_says_how_many_papers(desk: Desk) -> None:
    assert refused(desk, reach("verified")).code == "papers-missing"
    assert refused(desk, reach("verified", papers=1001)).code == "papers-above-electorate"
    assert refused(desk, reach("verified", papers=-1)).code == "papers-negative"


def test_a_second_number_of_papers_keeps_the_stage_and_the_round(desk: Desk) -> None:
    desk.reaches("verified", 12)
    desk.reaches("counting")
    night = desk.reaches("verified", 13)
    count = night.counts[BALLOT]
    assert (count.stage, count.papers, count.round) == ("counting", 13, 0)
    assert refused(desk, declare(papers=None)).code == "votes-below-papers"
    night = desk.reaches("recount")
    night = desk.reaches("verified", 12)
    assert (night.counts[BALLOT].stage, night.counts[BALLOT].recount) == ("recount", 1)


def test_papers_that_come_with_another_stage_are_that_stage(desk: Desk) -> None:
    desk.reaches("verified", 12)
    desk.reaches("counting")
    night = desk.reaches("recount", 13)
    count = night.counts[BALLOT]
    assert (count.stage, count.recount, count.round, count.papers) == ("recount", 1, 1, 13)
    assert refused(desk, reach("boxes in", 14)).code == "stage-order"


def test_papers_can_be_found_to_be_others_after_the_declaration(desk: Desk) -> None:
    desk.says(declare())
    night = desk.reaches("verified", 13)
    count = night.counts[BALLOT]
    assert (count.status, count.papers, count.stage) == ("declared", 13, None)
    assert refused(desk, correct()).code == "votes-below-papers"
    night = desk.says(correct(votes={"1": 5, "2": 5}, lot="2"))
    assert night.counts[BALLOT].result is not None


def test_a_correction_turns_winner_and_totals_round(desk: Desk) -> None:
    desk.says(declare())
    assert desk.night is not None
    assert add_up(desk.night).parties[0].party == "PP52"
    night = desk.says(correct())
    assert isinstance(night.feed[-1], Corrected)
    tally = add_up(night)
    assert [(one.party, one.seats, one.net) for one in tally.parties] == [("PP53", 1, 0), ("PP52", 0, 0)]


def test_a_correction_accounts_for_the_papers_that_the_declaration_did(desk: Desk) -> None:
    desk.says(declare())
    assert refused(desk, correct(votes={"1": 4, "2": 6})).code == "votes-above-papers"
    assert refused(desk, correct(rejected=Rejected(2))).code == "votes-below-papers"
    assert refused(desk, correct(rejected=None)).code == "rejected-missing"
    desk.says(correct(votes={"1": 5, "2": 5}, rejected=Rejected(2), lot="2"))


def test_a_correction_or_withdrawal_needs_a_declaration_and_a_reason(desk: Desk) -> None:
    assert refused(desk, withdraw()).code == "not-declared"
    assert refused(desk, correct()).code == "not-declared"
    desk.says(declare())
    assert refused(desk, withdraw(reason=" ")).code == "reason-missing"
    assert refused(desk, correct(reason="")).code == "reason-missing"


def test_a_withdrawn_contest_elects_nobody_and_can_be_declared_again(desk: Desk) -> None:
    desk.says(declare())
    night = desk.says(withdraw(reason="6,558 papers were left out."))
    assert night.counts[BALLOT].status == "withdrawn"
    assert add_up(night).parties == ()
    night = desk.says(declare(id="again"))
    assert night.counts[BALLOT].status == "declared"
    assert len(night.counts[BALLOT].history) == 3


def test_figures_of_an_earlier_round_of_the_count_do_not_go_out(desk: Desk) -> None:
    desk.says(VERIFIED)
    desk.reaches("counting")
    desk.reaches("recount")
    assert refused(desk, declare(papers=None, round=0)).code == "count-moved-on"
    desk.says(declare(papers=None, round=1))
    assert refused(desk, correct(round=1)).code == "count-moved-on"
    desk.says(correct(round=2))
    desk.says(withdraw())
    assert refused(desk, declare(id="again", papers=None, round=3)).code == "count-moved-on"
    desk.says(declare(id="again", papers=None, round=4))


def test_only_stages_that_are_no_recount_leave_the_round_as_it_is(desk: Desk) -> None:
    for stage in ("boxes in", "verified", "counting", "provisional"):
        night = desk.says(reach(stage, 12 if stage == "verified" else None))
        assert night.counts[BALLOT].round == 0
    for command in (reach("recount"), declare(papers=None), correct(), withdraw(), no_poll("postponed")):
        before = night.counts[BALLOT].round
        night = desk.says(command)
        assert night.counts[BALLOT].round == before + 1


def test_while_a_night_is_held_nothing_goes_out_not_even_a_note(desk: Desk) -> None:
    desk.says(declare())
    night = desk.says(HoldNight(id="h", by="d"))
    assert night.held
    assert isinstance(night.feed[-1], NightHeld)
    waiting: list[AnyCommand] = [
        declare(id="y", ballot=ballot(1)),
        correct(),
        withdraw(),
        reach("verified", 12),
        no_poll("postponed"),
        ExpectDeclaration(id="e", by="o", ballot=BALLOT, expected=START),
        PostNote(id="n", by="d", text="Wait."),
        HoldNight(id="h2", by="d"),
    ]
    for command in waiting:
        assert refused(desk, command).code == "held"
    night = desk.says(ReleaseNight(id="r", by="d"))
    assert not night.held
    assert isinstance(night.feed[-1], NightReleased)
    assert refused(desk, ReleaseNight(id="r2", by="d")).code == "not-held"
    desk.says(PostNote(id="n", by="d", text="On we go."))


def test_the_only_candidate_is_elected_without_a_poll_and_counts_as_a_seat() -> None:
    desk = Desk(with_one_candidate(definition()))
    night = desk.says(no_poll("uncontested", "Nobody else stood."))
    count = night.counts[BALLOT]
    assert (count.status, night.declared) == ("uncontested", 1)
    assert count.result is not None
    assert count.result.unopposed
    assert count.result.winner.candidate.name == "Ann Abel"
    assert count.result.verdict.text(night.parties) == "Con gain from Lab"
    assert count.declared_at == night.at
    totals = {one.party: (one.seats, one.gained, one.lost, one.votes) for one in add_up(night).parties}
    assert totals == {"PP52": (1, 1, 0, 0), "PP53": (0, 0, 1, 0)}


def test_an_uncontested_seat_can_be_a_hold() -> None:
    desk = Desk(with_one_candidate(definition(), party="PP53"))
    night = desk.says(no_poll("uncontested", "Nobody else stood."))
    result = night.counts[BALLOT].result
    assert result is not None
    assert result.verdict.text(night.parties) == "Lab hold"
    assert [(one.party, one.seats, one.net) for one in add_up(night).parties] == [("PP53", 1, 0)]


def test_where_nobody_voted_no_share_changes() -> None:
    alone, *others = with_one_candidate(definition()).contests
    alone = replace(alone, previous=Previous("PP53", {"PP52": 10, "PP53": 900}))
    desk = Desk(replace(definition(), contests=(alone, *others)))
    before = {one.party: one.change for one in add_up(desk.declares(1, 60, 40)).parties}
    night = desk.says(no_poll("uncontested", "Nobody else stood."))
    assert {one.party: one.change for one in add_up(night).parties} == before


def test_a_majority_can_be_reached_by_an_uncontested_seat() -> None:
    desk = Desk(with_one_candidate(definition(contests=3, seats=3)))
    desk.declares(1, 60, 40)
    night = desk.says(no_poll("uncontested", "Nobody else stood."))
    majority = add_up(night).majority
    assert majority is not None
    assert (majority.party, majority.seq) == ("PP52", night.seq)


@pytest.mark.parametrize("state", ["postponed", "countermanded"])
def test_a_poll_that_is_put_off_has_no_result_and_no_count(desk: Desk, state: NoPollState) -> None:
    night = desk.says(no_poll(state))
    count = night.counts[BALLOT]
    assert (count.status, count.result, count.declared_at, night.declared) == (state, None, None, 0)
    assert isinstance(night.feed[-1], NoPollTaken)
    assert add_up(night).parties == ()
    for command in (declare(), correct(), reach("boxes in"), no_poll("postponed")):
        assert refused(desk, command).code == ("not-declared" if isinstance(command, Correct) else "no-poll")


def test_a_contest_with_two_candidates_is_not_uncontested(desk: Desk) -> None:
    assert refused(desk, no_poll("uncontested")).code == "contested"
    assert refused(desk, no_poll("postponed", reason=" ")).code == "reason-missing"
    desk.says(declare())
    assert refused(desk, no_poll("postponed")).code == "already-declared"


def test_that_there_is_no_poll_can_be_taken_back() -> None:
    desk = Desk(with_one_candidate(definition()))
    desk.says(no_poll("uncontested", "Nobody else stood."))
    assert refused(desk, correct()).code == "no-poll"
    night = desk.says(withdraw(reason="Somebody else stands."))
    count = night.counts[BALLOT]
    assert (count.status, count.result, count.no_poll, count.declared_at) == ("awaiting", None, None, None)
    assert add_up(night).parties == ()
    night = desk.says(declare(votes={"1": 9}))
    assert night.counts[BALLOT].status == "declared"


def test_when_a_declaration_is_expected_is_kept_and_is_no_news(desk: Desk) -> None:
    expected = START + timedelta(hours=4)
    before = desk.night
    night = desk.says(ExpectDeclaration(id="e", by="o", ballot=BALLOT, expected=expected))
    assert night.counts[BALLOT].expected == expected
    assert (night.counts[BALLOT].status, night.counts[BALLOT].round) == ("awaiting", 0)
    assert before is not None
    assert night.feed == before.feed
    night = desk.says(ExpectDeclaration(id="e2", by="o", ballot=BALLOT, expected=None))
    assert night.counts[BALLOT].expected is None
    unknown = ExpectDeclaration(id="e3", by="o", ballot="parl.elsewhere.2019-12-12", expected=None)
    assert refused(desk, unknown).code == "ballot-unknown"


def test_a_nights_clock_never_goes_back(desk: Desk) -> None:
    later, earlier = START + timedelta(hours=2), START + timedelta(hours=1)
    desk.says(declare(), at=later)
    night = desk.says(correct(), at=earlier)
    assert night.at == later
    assert night.feed[-1].at == later
    assert desk.says(withdraw(), at=later + timedelta(minutes=1)).at == later + timedelta(minutes=1)


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
