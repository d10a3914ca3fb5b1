"""The shipped nights, and how a night file becomes the events of its night, in order of time. Nothing is written."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TypedDict

from msgspec import UNSET
from msgspec.structs import replace

from server.election.contests import Candidate, Contest, Definition
from server.election.events import (
    Declared,
    NightOpened,
    NoPollTaken,
    NotePosted,
    PreferencesReported,
    StageReached,
)
from server.election.methods.figures import NOTHING_MORE
from server.election.texts.particulars import NONE
from server.nights import assumed, together
from server.nights.format import parsed, summary
from server.nights.past import PastNight
from server.nights.together import Group
from server.nights.written import before
from server.nights.written.lines import ContestLine, Header, Summary

FOLDER = Path(__file__).parent / "data"

_BY = "archive"


class UnknownNight(LookupError):
    """No past night has this id; the message is a sentence, ``night`` the id."""

    def __init__(self, night: str) -> None:
        super().__init__(f"There is no past night called {night}.")
        self.night = night


class _EventStamp(TypedDict):
    seq: int
    at: datetime
    by: str
    command_id: str


@cache
def listed() -> tuple[Summary, ...]:
    """All shipped nights, newest first, those of one date by title; only their first lines are read."""
    summaries: list[Summary] = []
    for file in FOLDER.glob("*.jsonl"):
        with file.open("rb") as lines:
            summaries.append(summary(lines.readline(), file.name))
    return tuple(sorted(summaries, key=lambda night: (-night.date.toordinal(), night.title)))


@cache
def of_the_house() -> tuple[Summary, ...]:
    """Those of them whose contests are for the House of Commons, in the same order."""
    return tuple(night for night in listed() if night.is_of_the_house)


@cache
def groups() -> tuple[Group, ...]:
    """The groups of shipped nights that can be shown together as one night."""
    return together.groups(of_the_house())


@cache
def load(night: str) -> PastNight:
    """A shipped night by its id, or a group of them by its own; UnknownNight where there is none. It is read once."""
    for group in groups():
        if group.summary.id == night:
            return together.together(group, [load(member) for member in group.nights])
    if all(shipped.id != night for shipped in listed()):
        raise UnknownNight(night)
    header, contests = parsed((FOLDER / f"{night}.jsonl").read_bytes(), night)
    eve = FOLDER / f"{night}.eve.json"
    return past_night(before.told(header, eve.read_bytes()) if eve.exists() else header, contests)


def read(path: Path) -> PastNight:
    """A night from a night file anywhere; BadNight where it cannot be used, OSError where it cannot be opened."""
    return past_night(*parsed(path.read_bytes(), path.name))


def past_night(header: Header, contests: tuple[ContestLine, ...]) -> PastNight:
    """The night that the lines of a night file describe."""
    times = assumed.times(contests, header.polls_close)
    definition = Definition(
        id=header.id,
        title=header.title,
        date=header.date,
        polls_close=header.polls_close,
        baseline=header.baseline,
        parties=header.parties,
        contests=tuple(map(_contest, contests)),
        seats=header.seats,
        times=header.times,
        attribution=header.attribution,
        bodies=header.bodies,
        control_baseline=header.control_baseline,
    )
    unknown = tuple(contest.ballot for contest in contests if contest.ballot in times)
    if unknown != assumed.all_assumed(definition):
        definition = replace(definition, times="assumed" if unknown else header.times, assumed=unknown)
    opened = NightOpened(seq=1, at=header.polls_close, by=_BY, command_id=f"{header.id}/1", night=definition)
    events = [
        event
        for contest in contests
        for event in _events(contest, contest.declared or times.get(contest.ballot), header.polls_close)
    ]
    events.sort(
        key=lambda event: event.at
    )  # stable: those of one moment stay in order of name, stages before declarations
    return PastNight(
        definition=definition,
        events=(
            opened,
            *(replace(event, seq=seq, command_id=f"{header.id}/{seq}") for seq, event in enumerate(events, start=2)),
        ),
        published={contest.ballot: contest.published for contest in contests if contest.published},
        expected={contest.ballot: contest.expected for contest in contests if contest.expected},
    )


def _contest(line: ContestLine) -> Contest:
    return Contest(
        ballot=line.ballot,
        name=line.name,
        gss=line.gss,
        region=line.region,
        nation=line.nation,
        electorate=line.electorate,
        candidates=tuple(
            Candidate(
                str(place),
                candidate.name,
                candidate.party,
                candidate.sitting,
                line.descriptions.get(place, UNSET),
            )
            for place, candidate in enumerate(line.candidates, start=1)
        ),
        previous=line.previous,
        why=line.why,
        elects=UNSET if line.seats == 1 else line.seats,
        method=UNSET if line.method == "plurality" else line.method,
        body=line.body or UNSET,
    )


def _events(
    line: ContestLine, declared: datetime | None, polls_close: datetime
) -> list[NoPollTaken | StageReached | PreferencesReported | Declared | NotePosted]:
    """What happened in one contest, not yet numbered. That there is no poll is known before the others close."""
    counted = line.counted
    no_polls = [
        NoPollTaken(**_stamp(polls_close), ballot=line.ballot, state=state, reason=reason)
        for state, reason in ([line.no_poll] if line.no_poll else [])
    ]
    stages = [
        StageReached(**_stamp(stage.at), ballot=line.ballot, stage=stage.stage, papers=stage.papers)
        for stage in line.stages
    ]
    first_rounds = [
        PreferencesReported(
            **_stamp(max(polls_close, at - assumed.SECOND_ROUND)),
            ballot=line.ballot,
            votes=counted.votes,
            rejected=counted.rejected,
        )
        for at in (declared,)
        if at and line.rules.has_first_round
    ]
    results = [
        Declared(
            **_stamp(at),
            ballot=line.ballot,
            votes=counted.votes,
            rejected=counted.rejected,
            lot=None if line.lot is None else str(line.lot),
            more=UNSET if counted.more == NOTHING_MORE else counted.more,
        )
        for at in (declared,)
        if at and line.first_places
    ]
    notes = [
        NotePosted(
            **_stamp(note.at),
            text=note.text,
            ballot=line.ballot,
            particulars=UNSET if note.particulars == NONE else note.particulars,
        )
        for note in line.notes
    ]
    return [*no_polls, *stages, *first_rounds, *results, *notes]


def _stamp(at: datetime) -> _EventStamp:
    return _EventStamp(seq=0, at=at, by=_BY, command_id="")
