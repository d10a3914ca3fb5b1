"""Several past nights as one: the by-elections of one date, and those of a Parliament. Pure; the nights stay as they
are, and whatever adds results up counts them, never these.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from server.election.contests import Contest, Definition
from server.election.events import NightOpened
from server.election.parties import Party
from server.nights.past import PastNight
from server.nights.written.lines import Summary


class Group(Struct, frozen=True):
    """Nights that are shown together: ``summary`` is what they are as one, ``nights`` their ids in order of the polls,
    ``last`` the date of the last poll; ``season`` says they are a whole Parliament's."""

    summary: Summary
    nights: tuple[str, ...]
    last: date
    season: bool


def groups(listed: Iterable[Summary]) -> tuple[Group, ...]:
    """The seasons, each followed by its dates with several by-elections, the newest first: of each Parliament whose
    general election is among these nights, the newest of which may not have ended."""
    nights = sorted(listed, key=lambda one: (one.date, one.title))
    found: list[Group] = []
    elections = [one.date for one in nights if one.seats]
    for before, after in zip(elections, [*elections[1:], None], strict=True):
        polls = [one for one in nights if not one.seats and before < one.date and (after is None or one.date < after)]
        for _, same in groupby(polls, key=lambda one: one.date):
            _add(found, list(same), None)
        _add(found, polls, (before.year, after.year if after else None))
    return tuple(reversed(found))


def together(group: Group, nights: Sequence[PastNight]) -> PastNight:
    """These nights, in the order of the group, as one: their contests one after another, their events in order of
    time and numbered anew."""
    one = group.summary
    definitions = [night.definition for night in nights]
    parties = {party.id: party for each in definitions for party in each.parties}
    definition = Definition(
        id=one.id,
        title=one.title,
        date=one.date,
        polls_close=one.polls_close,
        baseline=one.baseline,
        parties=tuple(parties.values()),
        contests=tuple(_as_named(contest, each, parties) for each in definitions for contest in each.contests),
        times=one.times,
        attribution=one.attribution,
    )
    events = [event for night in nights for event in night.events if not isinstance(event, NightOpened)]
    events.sort(key=lambda event: event.at)  # stable: of one minute, in the order of the contests
    return PastNight(
        definition=definition,
        events=(
            replace(nights[0].events[0], night=definition, command_id=f"{one.id}/1"),
            *(replace(event, seq=seq, command_id=f"{one.id}/{seq}") for seq, event in enumerate(events, start=2)),
        ),
        published={ballot: found for night in nights for ballot, found in night.published.items()},
        expected={ballot: found for night in nights for ballot, found in night.expected.items()},
    )


def _as_named(contest: Contest, night: Definition, parties: Mapping[str, Party]) -> Contest:
    """A contest of one of the nights; a candidate whose party has another name on the whole keeps the name of then."""
    names = {party.id: party.name for party in night.parties if party.name != parties[party.id].name}
    if names.keys().isdisjoint(one.party for one in contest.candidates):
        return contest
    candidates = (
        replace(one, description=names[one.party]) if one.party in names and not one.description else one
        for one in contest.candidates
    )
    return replace(contest, candidates=tuple(candidates))


def _add(found: list[Group], nights: Sequence[Summary], years: tuple[int, int | None] | None) -> None:
    """Of one night nothing is made, nor of nights that are counted from different elections."""
    if len(nights) < 2 or len({night.baseline for night in nights}) > 1:
        return
    first = nights[0]
    id, title = f"parl.by.{first.date}", f"By-elections of {first.date.day} {first.date:%B %Y}"
    if years:  # an address that stays as it is while the Parliament lasts
        id, title = (
            f"parl.by.{years[0]}-{years[1] or 'now'}",
            f"By-elections of the Parliament {years[0]}–{years[1] or ''}",
        )
    summary = Summary(
        id=id,
        title=title,
        date=first.date,
        polls_close=first.polls_close,
        baseline=first.baseline,
        seats=0,
        times="assumed" if any(night.times == "assumed" for night in nights) else "recorded",
        contests=sum(night.contests for night in nights),
        attribution="; ".join(dict.fromkeys(night.attribution for night in nights)),
    )
    found.append(Group(summary, tuple(night.id for night in nights), nights[-1].date, years is not None))
