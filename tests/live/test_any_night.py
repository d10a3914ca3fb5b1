"""Any night at all: whatever is commanded, in whatever order, totals add up and every page agrees."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from server.election.commands import AnyCommand, Correct, Declare, OpenNight, PostNote, ReachStage, Withdraw
from server.election.decide import Refused, decide
from server.election.events import AnyEvent
from server.election.nights import Night, apply, fold
from server.election.tally import add_up
from server.live.channel import Channel
from server.pages.render import PageRenderer
from tests.nights_by_hand import START, ballot, definition

_SEATS = 4
_seats = st.integers(0, _SEATS - 1).map(ballot)
_votes = st.fixed_dictionaries({"1": st.integers(0, 600), "2": st.integers(0, 600)})
_stages = st.sampled_from(("boxes in", "verified", "counting", "provisional", "recount"))
_lots = st.none() | st.sampled_from("12")
_reasons = st.sampled_from(("", "A slip of the tongue."))

_acts = st.one_of(
    st.builds(Declare, id=st.uuids().map(str), by=st.just("o"), ballot=_seats, votes=_votes, lot=_lots),
    st.builds(
        Correct, id=st.uuids().map(str), by=st.just("d"), ballot=_seats, votes=_votes, reason=_reasons, lot=_lots
    ),
    st.builds(Withdraw, id=st.uuids().map(str), by=st.just("d"), ballot=_seats, reason=_reasons),
    st.builds(ReachStage, id=st.uuids().map(str), by=st.just("o"), ballot=_seats, stage=_stages),
    st.builds(PostNote, id=st.uuids().map(str), by=st.just("d"), text=st.text(max_size=9), ballot=st.none() | _seats),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_acts, max_size=25))
def test_totals_add_up_and_a_page_kept_up_to_date_is_a_page_made_anew(acts: list[AnyCommand]) -> None:
    events: list[AnyEvent] = []
    sentences: list[str] = []
    night: Night | None = None
    live, kept = Channel(PageRenderer()), dict[str, str]()
    opening = OpenNight(id="open", by="desk", night=definition(contests=_SEATS, seats=_SEATS))
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
    assert all(sentence.endswith(".") for sentence in sentences)
    tally = add_up(night)
    declared = [count.result for count in night.counts.values() if count.result]
    assert sum(total.seats for total in tally.parties) == len(declared) == tally.declared
    assert sum(total.votes for total in tally.parties) == sum(result.valid for result in declared)
    assert sum(total.net for total in tally.parties) == 0

    anew = Channel(PageRenderer())
    anew.advance(events)
    assert kept == {name: anew.text(name) for name in anew.fragments}
