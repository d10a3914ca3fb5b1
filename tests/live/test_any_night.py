"""Any night at all: whatever is commanded, in any order, the totals add up and every page agrees with them."""

from datetime import timedelta
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
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
from server.election.deciding.decide import decide
from server.election.events import AnyEvent
from server.election.methods.figures import Rejected
from server.election.nights import Night, apply, fold
from server.election.refusals import Refused
from server.election.results.tally import add_up
from server.live.channel import Channel
from server.pages.render import PageRenderer
from tests.nights_by_hand import START, ballot, definition, on_the_map, with_one_candidate

_SEATS = 4
_PAPERS = 510  # of which ten are rejected, mostly
_ids = st.uuids().map(str)
_seats = st.integers(0, _SEATS - 1).map(ballot)
_adding_up = st.integers(0, 500).map(lambda con: {"1": con, "2": 500 - con}) | st.just({"1": 250, "2": 250})
_votes = _adding_up | _adding_up | st.fixed_dictionaries({"1": st.integers(0, 600), "2": st.integers(0, 600)})
_rejected = st.just(Rejected(10)) | st.just(Rejected(10)) | st.none() | st.integers(0, 20).map(Rejected)
_papers = st.just(_PAPERS) | st.none()
_stages = st.sampled_from(("boxes in", "verified", "counting", "provisional", "recount"))
_lots = st.none() | st.sampled_from("12")
_reasons = st.sampled_from(("", "A slip of the tongue."))
_states = st.sampled_from(("uncontested", "uncontested", "postponed", "countermanded"))
_texts = st.text(max_size=9)
_moments = st.none() | st.just(START + timedelta(hours=4))
_by = {"by": st.just("somebody")}
_figures = {"id": _ids, "ballot": _seats, "votes": _votes, "rejected": _rejected, "lot": _lots, **_by}

_acts = st.one_of(
    st.builds(Declare, papers=_papers, **_figures),
    st.builds(Declare, papers=_papers, **_figures),
    st.builds(Correct, reason=_reasons, slip=st.booleans(), **_figures),
    st.builds(Withdraw, id=_ids, ballot=_seats, reason=_reasons, **_by),
    st.builds(ReachStage, id=_ids, ballot=_seats, stage=_stages, papers=_papers, **_by),
    st.builds(RecordNoPoll, id=_ids, ballot=_seats, state=_states, reason=_reasons, **_by),
    st.builds(ExpectDeclaration, id=_ids, ballot=_seats, expected=_moments, **_by),
    st.builds(PostNote, id=_ids, text=_texts, ballot=st.none() | _seats, **_by),
    st.builds(HoldNight, id=_ids, **_by)
    | st.builds(ReleaseNight, id=_ids, **_by)
    | st.builds(ReleaseNight, id=_ids, **_by),
)


@pytest.mark.parametrize("times", ["live", "recorded"])
@settings(max_examples=40, deadline=None)
@given(acts=st.lists(_acts, max_size=30))
def test_totals_add_up_and_a_page_kept_up_to_date_is_a_page_made_anew(
    times: Literal["live", "recorded"], acts: list[AnyCommand]
) -> None:
    events: list[AnyEvent] = []
    sentences: list[str] = []
    night: Night | None = None
    live, kept = Channel(PageRenderer()), dict[str, str]()
    defined = replace(on_the_map(with_one_candidate(definition(contests=_SEATS, seats=_SEATS))), times=times)
    opening = OpenNight(id="open", by="desk", night=defined)
    for minute, act in enumerate([opening, *acts]):
        try:
            event = decide(night, act, START + timedelta(minutes=minute))
        except Refused as refusal:
            sentences.append(refusal.sentence)
            continue
        night = apply(night, event)
        events.append(event)
        live.advance([event])
        kept = {name: live.text(name) for name in live.fragments}

    assert night is not None and night.seq == len(events)
    assert fold(events) == night
    assert all(sentence.endswith((".", "?")) for sentence in sentences)
    tally = add_up(night)
    declared = [count.result for count in night.counts.values() if count.result]
    assert sum(total.seats for total in tally.parties) == len(declared) == tally.declared
    assert sum(total.votes for total in tally.parties) == sum(result.valid for result in declared)
    assert sum(total.net for total in tally.parties) == 0

    anew = Channel(PageRenderer())
    anew.advance(events)
    assert kept == {name: anew.text(name) for name in anew.fragments}
