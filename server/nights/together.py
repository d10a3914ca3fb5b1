"""Several past nights as one: the by-elections of one date, and those of a Parliament. Pure; the nights stay as they
are, and whatever adds results up counts them, never these.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby, pairwise

from msgspec import Struct
from msgspec.structs import replace

from server.election.contests import Definition
from server.election.events import NightOpened
from server.nights.format import Summary
from server.nights.past import PastNight


class Group(Struct, frozen=True):
    """Nights that are shown together: ``summary`` is what they are as one, ``nights`` their ids in order of the polls,
    ``last`` the date of the last poll; ``season`` says they are a whole Parliament's."""

    summary: Summary
    nights: tuple[str, ...]
    last: date
    season: bool


def groups(listed: Iterable[Summary]) -> tuple[Group, ...]:
    """The seasons, each followed by its dates with several by-elections, the newest first: of the Parliaments whose
    two general elections are among these nights."""
    nights = sorted(listed, key=lambda one: (one.date, one.title))
    found: list[Group] = []
    for before, after in pairwise(night.date for night in nights if night.seats):
        polls = [night for night in nights if not night.seats and before < night.date < after]
        for _, same in groupby(polls, key=lambda poll: poll.date):
            _add(found, list(same), None)
        _add(found, polls, f"{before.year}-{after.year}")
    return tuple(reversed(found))


def together(group: Group, nights: Sequence[PastNight]) -> PastNight:
    """These nights, in the order of the group, as one: their contests one after another, their events in order of
    time and numbered anew."""
    one = group.summary
    definitions = [night.definition for night in nights]
    definition = Definition(
        id=one.id,
        title=one.title,
        date=one.date,
        polls_close=one.polls_close,
        baseline=one.baseline,
        parties=tuple({party.id: party for each in definitions for party in each.parties}.values()),
        contests=tuple(contest for each in definitions for contest in each.contests),
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


def _add(found: list[Group], nights: Sequence[Summary], years: str | None) -> None:
    """Of one night nothing is made, nor of nights that are counted from different elections."""
    if len(nights) < 2 or len({night.baseline for night in nights}) > 1:
        return
    first = nights[0]
    day = f"{first.date.day} {first.date:%B %Y}"
    summary = Summary(
        id=f"parl.by.{years or first.date}",
        title=f"By-elections of the Parliament {years.replace('-', '–')}" if years else f"By-elections of {day}",
        date=first.date,
        polls_close=first.polls_close,
        baseline=first.baseline,
        seats=0,
        times="assumed" if any(night.times == "assumed" for night in nights) else "recorded",
        contests=sum(night.contests for night in nights),
        attribution="; ".join(dict.fromkeys(night.attribution for night in nights)),
    )
    found.append(Group(summary, tuple(night.id for night in nights), nights[-1].date, years is not None))
