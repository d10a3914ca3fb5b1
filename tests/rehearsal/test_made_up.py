"""Results made up for a rehearsal: plausible, the same for the same seed, and only where there are none."""

import pytest
from msgspec.structs import replace

from server.election.contests import practised
from server.election.deciding.checks import check_figures
from server.election.events import Declared, NoPollTaken
from server.election.nights import fold
from server.election.refusals import Refused
from server.nights import archive
from server.nights.past import PastNight
from server.rehearsal.made_up import completed
from server.rehearsal.script import script_of

GENERAL = "parl.2019-12-12"


def without_results(night: str) -> PastNight:
    past = archive.load(night)
    return replace(past, events=past.events[:1])


def test_a_whole_general_election_is_made_up_and_could_be_declared() -> None:
    past, number = completed(without_results(GENERAL), seed=1)
    night = fold(past.events)
    assert number == 650 == night.declared == len({event.seq for event in past.events}) - 1
    for event in past.events[1:]:
        assert isinstance(event, Declared) and event.rejected
        contest = night.counts[event.ballot].contest
        papers = sum(event.votes.values()) + event.rejected.total
        findings = check_figures(contest, event.votes, event.rejected, papers, event.lot, must_reconcile=True)
        assert not findings and 0.5 < papers / contest.electorate < 0.72
    held = sum(count.result.verdict.kind == "hold" for count in night.counts.values() if count.result)
    assert held > 400, "shares move, but not as if nothing had been before"
    assert list(past.events) == sorted(past.events, key=lambda event: event.at)


def test_the_same_seed_makes_up_the_same_and_another_something_else() -> None:
    bare = without_results("parl.clacton.by.2026-08-13")
    assert completed(bare, 7) == completed(bare, 7) != completed(bare, 8)


def test_results_that_are_there_stay_and_a_poll_that_was_not_taken_is_not_made_up() -> None:
    past = archive.load("parl.clacton.by.2026-08-13")
    assert completed(past, 1) == (past, 0)
    opened = past.events[0]
    none = NoPollTaken(
        seq=2,
        at=opened.at,
        by="x",
        command_id="x",
        ballot=past.definition.contests[0].ballot,
        state="countermanded",
        reason="A candidate has died.",
    )
    cancelled = replace(past, events=(opened, none))
    assert completed(cancelled, 1) == (cancelled, 0)
    with pytest.raises(Refused) as refused:
        script_of(cancelled, practised(past.definition), 60, 5, frozenset(), 0, programs=True)
    assert "has no contest to count: there is nothing to rehearse" in refused.value.sentence


def test_without_a_baseline_or_an_electorate_there_is_still_a_winner() -> None:
    past = without_results("parl.clacton.by.2014-10-09")
    (contest,) = past.definition.contests
    definition = replace(past.definition, contests=(replace(contest, electorate=0, previous=None),))
    opened = replace(past.events[0], night=definition)  # pyright: ignore[reportCallIssue]
    made, _ = completed(replace(past, definition=definition, events=(opened,)), 1)
    (count,) = fold(made.events).counts.values()
    assert count.result and count.result.majority > 0 and not count.result.by_lot
