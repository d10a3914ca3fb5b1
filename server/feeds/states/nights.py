"""A night, and the list of all nights, as data: totals put into the public shapes. No HTTP, no rules of its own."""

from collections.abc import Iterable

import msgspec
from msgspec import UNSET

from server.election.nights import Night
from server.election.results.councils.council import Council, contests_of
from server.election.results.councils.together import councils
from server.election.results.tally import PartyTotal, Tally, add_up
from server.election.shares import percent
from server.feeds.states.contests import contest_state, contest_summary
from server.feeds.states.shapes import (
    CouncilInFull,
    CouncilState,
    Listed,
    Nights,
    NightState,
    OverallMajority,
    PartyFigures,
    State,
)
from server.live.channel import Channel
from server.nights.kept import KeptNight
from server.nights.written.lines import Summary


def all_nights(channels: Iterable[Channel], past: Iterable[Summary | KeptNight]) -> Nights:
    """The nights on air, then replays that have reached their end and the past nights, except a past night whose id is
    that of a night on air."""
    on_air = [_on_air(channel, channel.night) for channel in channels if channel.night]
    on_air.sort(key=lambda listed: (listed.state == "past", -listed.date.toordinal(), listed.title))
    known = {listed.night for listed in on_air}
    newest_first = sorted(past, key=lambda summary: (-summary.date.toordinal(), summary.title))
    return Nights((*on_air, *(_past(summary) for summary in newest_first if summary.id not in known)))


def night_state(channel: Channel, night: Night, whole: Channel) -> NightState:
    """A night as a channel has it, which may be a moment of the ``whole`` one. Its contests are in short; the contest
    of a night that has only one is in full.

    The 650 contests of a general election in full would be four times the bytes, made anew at every declaration.
    """
    definition, tally = night.definition, _tally(channel, night)
    contest = contest_state if len(night.counts) == 1 else contest_summary
    majority = tally.majority
    return NightState(
        night=definition.id,
        title=definition.title,
        date=definition.date,
        state=_state(whole, night),
        replay_of=definition.replay_of,
        rehearsal=bool(definition.rehearsal),
        seq=night.seq,
        head=channel.head,
        at=night.at,
        times=definition.times,
        declared=tally.declared,
        contests_total=tally.contests,
        baseline=definition.baseline,
        majority_line=tally.line or None,
        overall_majority=OverallMajority(majority.party, majority.at, majority.seq) if majority else None,
        parties=tuple(party_figures(night, total) for total in tally.parties),
        contests=tuple(contest(night, count) for count in night.counts.values()),
        attribution=definition.attribution,
        councils=tuple(map(council_short, councils(night).councils)) if definition.councils else UNSET,
        control_baseline=definition.control_baseline if definition.councils else UNSET,
    )


def council_state(night: Night, one: Council) -> CouncilInFull:
    """A council as it stands, with its contests in short."""
    contests = contests_of(night.definition).get(one.body.id, ())
    return CouncilInFull(
        **msgspec.structs.asdict(council_short(one)),
        night=night.definition.id,
        rehearsal=bool(night.definition.rehearsal),
        seq=night.seq,
        at=night.at,
        baseline=night.definition.baseline,
        control_baseline=night.definition.control_baseline or "",
        contests=tuple(contest_summary(night, night.counts[ballot]) for ballot in contests),
        attribution=night.definition.attribution,
    )


def council_short(one: Council) -> CouncilState:
    control = one.control
    return CouncilState(
        body=one.body.id,
        name=one.body.name,
        gss=one.body.gss,
        of=one.body.seats,
        seats=one.seats,
        not_up=one.body.not_up,
        won=one.won,
        gained=one.gained,
        lost=one.lost,
        open=one.open,
        vacant=one.vacant,
        line=one.line,
        declared=one.declared,
        contests_total=one.contests,
        certain=control is not None,
        control=control.party if control else None,
        control_before=one.body.control,
        change=control.kind if control else None,
        certain_at=control.at if control else None,
    )


def _state(whole: Channel, night: Night) -> State:
    if not whole.on_air or (whole.night and whole.night.is_played):
        return "past"
    return "held" if night.held else "on air"


def _tally(channel: Channel, night: Night) -> Tally:
    return channel.cached("feeds: tally", lambda: add_up(night))


def _on_air(channel: Channel, night: Night) -> Listed:
    definition = night.definition
    return Listed(
        night=definition.id,
        title=definition.title,
        date=definition.date,
        state=_state(channel, night),
        replay_of=definition.replay_of,
        rehearsal=bool(definition.rehearsal),
        seq=night.seq,
        declared=night.declared,
        contests_total=len(night.counts),
    )


def _past(summary: Summary | KeptNight) -> Listed:
    kept = summary if isinstance(summary, KeptNight) else None
    return Listed(
        night=summary.id,
        title=summary.title,
        date=summary.date,
        state="past",
        replay_of=kept and kept.replay_of,
        rehearsal=kept is not None and kept.rehearsal,
        seq=None,
        declared=kept.declared if kept else summary.contests,
        contests_total=summary.contests,
    )


def party_figures(night: Night, total: PartyTotal) -> PartyFigures:
    party = night.parties[total.party]
    return PartyFigures(
        id=party.id,
        name=party.name,
        short=party.short,
        seats=total.seats,
        gained=total.gained,
        lost=total.lost,
        net=total.net,
        votes=total.votes,
        share=float(total.share * 100),
        change=percent(total.change),
    )
