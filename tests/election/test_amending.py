"""A ballot paper put right: when it may be, what it does to what is declared or keyed, and what the record keeps."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from server.election.commands import (
    AmendBallotPaper,
    AmendNight,
    AnyCommand,
    Declare,
    ExpectDeclaration,
    OpenNight,
    PostNote,
    ReachStage,
    RecordNoPoll,
    Withdraw,
)
from server.election.contests import Candidate, Contest, Previous, practised
from server.election.deciding.decide import decide
from server.election.events import AnyEvent, BallotPaperAmended, Declared
from server.election.methods.figures import Rejected
from server.election.nights import Night, apply, fold
from server.election.parties import Party
from server.election.refusals import Refused
from server.election.results.amendments import ids_used, in_words
from server.election.results.known import as_known
from server.nights.fit import why_unfit
from server.replay.commands import commands
from server.stream.codec import decode, encode
from server.stream.record import added_up, read, written
from tests.nights_by_hand import START, ballot, declare, definition

SEAT = ballot(0)
UKIP = Party("PP85", "UK Independence Party", "UKIP")


class Told:
    """A night to which commands are given, and all its events."""

    def __init__(self, contests: int = 1) -> None:
        self.events: list[AnyEvent] = []
        self.night: Night | None = None
        self.give(OpenNight(id="open", by="the desk", night=definition(contests=contests)))

    @property
    def contest(self) -> Contest:
        assert self.night
        return self.night.counts[SEAT].contest

    def give(self, *commands: AnyCommand) -> None:
        for command in commands:
            event = decide(self.night, command, START + timedelta(seconds=len(self.events)))
            self.night = apply(self.night, event)
            self.events.append(event)

    def amend(self, contest: Contest | None = None, reason: str = "", **changes: Any) -> AnyEvent:
        made_from, parties = changes.pop("made_from", None), changes.pop("parties", ())
        contest = replace(contest or self.contest, **changes)
        id = f"amend-{len(self.events)}"
        self.give(
            AmendBallotPaper(
                id=id, by="Dora", ballot=SEAT, contest=contest, parties=parties, reason=reason, made_from=made_from
            )
        )
        return self.events[-1]

    def refused(self, *args: Any, **changes: Any) -> str:
        with pytest.raises(Refused) as refused:
            self.amend(*args, **changes)
        return refused.value.sentence

    def candidates(self, **changes: dict[str, Any]) -> tuple[Candidate, ...]:
        """Ann and Ben, changed as said: ``ann={"name": …}``."""
        ann, ben = self.contest.candidates
        return replace(ann, **changes.get("ann", {})), replace(ben, **changes.get("ben", {}))

    @property
    def verdict(self) -> str:
        assert self.night
        result = self.night.counts[SEAT].result
        return result.verdict.text(self.night.parties) if result else ""


def verified(papers: int = 9) -> ReachStage:
    return ReachStage(id=f"verified-{papers}", by="officer", ballot=SEAT, stage="verified", papers=papers)


def test_before_the_first_figure_anything_is_put_right_without_a_reason_and_without_news() -> None:
    told = Told()
    event = told.amend(electorate=1200, name="Seat Nought", candidates=told.candidates(ann={"name": "Anne Abel"}))
    assert told.night and isinstance(event, BallotPaperAmended)
    assert told.night.definition.contests[0] == told.contest == event.contest
    assert (told.contest.electorate, told.contest.candidates[0].name) == (1200, "Anne Abel")
    assert told.night.feed == () and told.night.amended == event.seq
    assert (
        in_words(told.night, event)
        == "name Seat Nought, not Seat 0; electorate 1,200, not 1,000; Ann Abel is Anne Abel"
    )


def test_with_figures_a_reason_is_required_and_everybody_is_told() -> None:
    told = Told()
    told.give(verified())
    assert told.refused(electorate=1200).startswith("Give the reason")
    event = told.amend(electorate=1200, reason="A misprint.")
    assert told.night and told.night.feed[-1] == event


def test_a_declared_result_is_judged_again_by_the_party_and_the_electorate_put_right() -> None:
    told = Told()
    told.give(verified(), declare(0))
    assert told.verdict == "Con gain from Lab"
    told.amend(
        electorate=18, candidates=told.candidates(ann={"party": "PP85"}), parties=(UKIP,), reason="She is of UKIP."
    )
    assert told.verdict == "UKIP gain from Lab"
    assert told.night and (result := told.night.counts[SEAT].result) and result.turnout_papers == 1 / 2
    told.amend(previous=Previous("PP85", {"PP85": 5}), reason="It was held by UKIP.")
    assert told.verdict == "UKIP hold"


@pytest.mark.parametrize("fate", ["withdrew", "died"])
def test_nobody_comes_or_goes_once_votes_are_declared_until_the_declaration_is_withdrawn(fate: str) -> None:
    told = Told()
    told.give(declare(0))
    more = Candidate("3", "Cy Cole", "PP53")
    for candidates in (told.candidates(ann={"fate": fate}), (*told.contest.candidates, more)):
        assert told.refused(candidates=candidates, reason="So it is.").endswith(
            "Withdraw the report of the declaration first."
        )
    assert "cannot go from the paper" in told.refused(candidates=told.contest.candidates[:1], reason="So it is.")
    assert told.refused(electorate=8, reason="So it is.").startswith("9 ballot papers are declared: more than")
    told.give(Withdraw(id="withdraw", by="Rita", ballot=SEAT, reason="Miscounted."))
    told.amend(candidates=(*told.candidates(ann={"fate": "withdrew"}), more), reason="So it is.")
    assert "cannot go from the paper" in told.refused(candidates=told.contest.candidates[1:], reason="So it is.")
    told.give(Declare(id="anew", by="officer", ballot=SEAT, votes={"2": 4, "3": 6}, rejected=Rejected(0), papers=10))
    assert told.verdict == "Lab hold"


def test_there_are_no_votes_for_who_withdrew() -> None:
    told = Told()
    told.amend(candidates=told.candidates(ann={"fate": "withdrew"}))
    with pytest.raises(Refused) as refused:
        told.give(declare(0))
    assert [one.code for one in refused.value.findings] == ["candidate-withdrew"]
    assert "The desk can put that right under “The ballot paper”." in refused.value.sentence


def test_a_partys_candidate_who_died_stops_the_count_and_an_independent_does_not() -> None:
    told = Told()
    told.amend(candidates=told.candidates(ann={"fate": "died"}))
    with pytest.raises(Refused, match="countermanded") as refused:
        told.give(declare(0))
    assert "party-candidate-died" in [one.code for one in refused.value.findings]
    told = Told()
    independent = Party("ynmp-party:2", "Independent", "Ind")
    told.amend(candidates=told.candidates(ann={"fate": "died", "party": independent.id}), parties=(independent,))
    with pytest.raises(Refused, match="nobody is returned"):
        told.give(declare(0))
    told.give(declare(0, con=4, lab=4, command="equal"))  # the dead are ignored in a tie, and no lot is drawn
    assert told.verdict == "Lab hold"
    assert told.night and (result := told.night.counts[SEAT].result) and not result.by_lot


def test_an_id_is_not_used_again_for_somebody_else() -> None:
    told = Told()
    told.amend(candidates=(*told.contest.candidates, Candidate("3", "Cy Cole", "PP53")))
    told.amend(candidates=told.contest.candidates[:2])
    assert told.night and ids_used(told.night, SEAT) == {"1", "2", "3"}


def test_who_amends_what_somebody_else_has_amended_meanwhile_is_told_so() -> None:
    told = Told()
    told.amend(electorate=1100, made_from=0)
    assert told.refused(electorate=1200, made_from=0).startswith("This was put right at 22:00")
    told.amend(electorate=1200, made_from=1)
    assert told.refused(electorate=1300, made_from=3).startswith("What this was made from did not go out")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "Say what the contest is called."),
        ({"electorate": -1}, "A number from 0"),
        ({"candidates": ()}, "Nobody is left"),
        ({"candidates": (Candidate("1", "Ann", "PP1"),)}, "no party that this night names"),
        ({"candidates": (Candidate("1", "", "PP52"),)}, "Say who stands."),
        ({"candidates": (Candidate("1", "Ann", "PP52"), Candidate("1", "Ben", "PP53"))}, "the same id"),
        ({"candidates": (Candidate("1", "Ann\u202e", "PP52"),)}, "cannot be printed"),
        ({"previous": Previous("PP1", {})}, "held the seat"),
        ({"ballot": ballot(1)}, "another contest"),
        ({}, "Nothing is changed"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(changes: dict[str, Any], sentence: str) -> None:
    assert sentence in Told().refused(**changes)


def test_the_nights_own_words_are_put_right_and_the_poll_closes_on_its_day() -> None:
    told = Told()
    later = AmendNight(id="a", by="Dora", title="The night", polls_close=START + timedelta(hours=1), baseline="2015")
    told.give(later)
    assert told.night and told.night.definition.title == "The night"
    assert told.night.definition.polls_close == later.polls_close
    with pytest.raises(Refused, match="The poll is on 12 December 2019"):
        told.give(replace(later, id="b", polls_close=START + timedelta(days=1)))
    with pytest.raises(Refused, match="Nothing is changed"):
        told.give(replace(later, id="c"))
    told.give(AmendNight(id="back", by="Dora", title="A night", polls_close=START, baseline="2015"), verified())
    with pytest.raises(Refused, match="Give the reason"):
        told.give(replace(later, id="d", polls_close=START))


def amended() -> Told:
    told = Told(contests=2)
    told.amend(electorate=1200)
    told.give(verified(), declare(0))
    told.amend(candidates=told.candidates(ann={"name": "Anne Abel", "description": "For Seat"}), reason="A misprint.")
    told.give(
        Withdraw(id="w", by="Rita", ballot=SEAT, reason="A bundle more."),
        AmendNight(id="n", by="Dora", title="The night", polls_close=START, baseline="2017", reason="Better."),
    )
    more = Candidate("3", "Cy Cole", "PP85", fate="withdrew")
    told.amend(candidates=(more, *told.contest.candidates), parties=(UKIP,), reason="Cy withdrew.")
    told.give(declare(0, con=6, lab=3, command="again"))
    return told


def test_the_poll_is_not_said_to_close_after_what_was_counted_went_out() -> None:
    told = Told()
    later = AmendNight(id="a", by="Dora", title="A night", polls_close=START + timedelta(hours=1), baseline="2015")
    told.give(later, replace(later, id="b", polls_close=START), verified())
    with pytest.raises(Refused, match="The first news of a count went out at 22:00, from Seat 0: the poll"):
        told.give(replace(later, id="c", reason="It is open for longer."))
    told.give(replace(later, id="d", polls_close=START - timedelta(hours=1), reason="It closed earlier."))
    practice = Told()
    assert practice.night
    practice.night = replace(practice.night, definition=practised(practice.night.definition, "practice"))
    practice.give(verified(), replace(later, reason="To practise."))


def test_a_record_with_amendments_is_read_checked_and_kept() -> None:
    told = amended()
    events, _ = read(b"".join(written(told.events)))
    night, tally = added_up(events)
    assert (night, events) == (told.night, told.events)
    assert [one.seats for one in tally.parties if one.party == "PP52"] == [1]
    assert why_unfit(night, events) is None
    assert [decode(encode(event)) for event in told.events] == told.events


def test_a_record_whose_amendment_names_no_party_is_not_kept() -> None:
    told = Told()
    event = told.amend(electorate=1200)
    assert isinstance(event, BallotPaperAmended)
    for contest, why in (
        (replace(event.contest, candidates=(Candidate("1", "Ann", "PP1"),)), "does not name the party PP1"),
        (replace(event.contest, candidates=()), "nobody who stands"),
        (replace(event.contest, ballot=ballot(7)), "than it says"),
    ):
        events = [told.events[0], replace(event, contest=contest)]
        assert why in (why_unfit(fold(events), events) or "")


def test_a_replay_of_a_night_with_amendments_ends_as_the_night_did() -> None:
    told, again = amended(), None
    for at, command in commands(told.events, "again"):
        again = apply(again, decide(again, command, at))
    assert again and told.night and again.counts.keys() == told.night.counts.keys()
    assert [one.result for one in again.counts.values()] == [one.result for one in told.night.counts.values()]
    assert again.definition.contests == told.night.definition.contests


def test_as_it_is_known_now_the_ballot_paper_was_right_from_the_first() -> None:
    told = amended()
    known = as_known(told.events)
    night = fold(known)
    assert told.night and night.definition == told.night.definition
    assert night.amended == 0 and len([one for one in known if isinstance(one, Declared)]) == 1


def test_a_record_from_before_ballot_papers_could_be_put_right_has_the_heads_it_had() -> None:
    candidate = Candidate("1", "Ann Abel", "PP52")
    assert encode(Told().events[0]).count(b'"id":"1","name":"Ann Abel","party":"PP52","sitting":false}') == 1
    assert replace(candidate, fate="died").fate == "died"


OPEN = START - timedelta(minutes=1)
BEFORE_CLOSE = [verified(), declare(0), ReachStage(id="b", by="o", ballot=SEAT, stage="boxes in")]


@pytest.mark.parametrize("command", BEFORE_CLOSE, ids=lambda command: type(command).__name__)
def test_nothing_that_counts_goes_out_before_the_poll_closes(command: AnyCommand) -> None:
    night = fold(Told().events)
    with pytest.raises(Refused) as refused:
        decide(night, command, OPEN)
    assert refused.value.code == "poll-open"
    assert refused.value.sentence == "The poll closes at 22:00: nothing is published before that."
    decide(night, command, START)


def test_the_day_of_the_close_is_named_where_it_is_not_today() -> None:
    with pytest.raises(Refused, match="The poll closes on 12 December at 22:00"):
        decide(fold(Told().events), verified(), START - timedelta(days=3))
    with pytest.raises(Refused, match="The poll closes on 12 December 2019 at 22:00"):
        decide(fold(Told().events), verified(), START - timedelta(days=400))


def test_a_rehearsal_and_a_replay_are_not_bound_by_the_close_of_poll() -> None:
    for opened in (practised(definition()), replace(definition(), replay_of="night", times="recorded")):
        night = apply(None, decide(None, OpenNight(id="open", by="desk", night=opened), OPEN))
        assert decide(night, verified(), OPEN).at == OPEN


def test_what_is_no_figure_goes_out_before_the_poll_closes() -> None:
    night = fold(Told().events)
    assert night.at > OPEN  # it was opened later than this moment; a night's clock never goes back
    for command in (
        PostNote(id="n", by="Dora", text="Good evening."),
        ExpectDeclaration(id="e", by="Dora", ballot=SEAT, expected=START),
        RecordNoPoll(id="p", by="Dora", ballot=SEAT, state="postponed", reason="Snow."),
        AmendBallotPaper(id="a", by="Dora", ballot=SEAT, contest=replace(night.definition.contests[0], electorate=2)),
    ):
        decide(night, command, OPEN)
