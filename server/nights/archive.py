"""Past nights loaded: a night file becomes the events that it was, in order of time. Nothing is written."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypedDict

from msgspec import Struct
from msgspec.structs import replace

from server.election.contests import Candidate, Contest, Definition
from server.election.events import AnyEvent, Declared, NightOpened, NotePosted, Rejected, StageReached
from server.nights.format import ContestLine, Header, Summary, parsed, summary

FOLDER = Path(__file__).parent / "data"

# What a replay assumes of declarations whose time nobody recorded: a by-election's is made at 02:00, those of
# a night of many are spread evenly from 23:00 to 07:00, in order of name.
_ONE_AFTER = timedelta(hours=4)
_MANY_FROM, _MANY_MINUTES = timedelta(hours=1), 8 * 60
_BY = "archive"


class UnknownNight(LookupError):
    """No night of this name is shipped; the message is a sentence."""

    def __init__(self, night: str) -> None:
        super().__init__(f"There is no past night called {night}.")
        self.night = night


class _Stamp(TypedDict):
    seq: int
    at: datetime
    by: str
    command_id: str


class PastNight(Struct, frozen=True):
    """A night that is over. ``events`` begin with NightOpened, seq 1, and are in order of time without a gap.

    ``published`` is ballot id → verdict and majority as published, ``("UKIP gain from Con", 2920)``:
    something to check against; what is shown is always recomputed. ``expected`` is ballot id → when a declaration
    still to come is expected.
    """

    definition: Definition
    events: tuple[AnyEvent, ...]
    published: dict[str, tuple[str, int]]
    expected: dict[str, datetime]


@cache
def listed() -> tuple[Summary, ...]:
    """All shipped nights, newest first, then by title; only their first lines are read."""
    found: list[Summary] = []
    for file in FOLDER.glob("*.jsonl"):
        with file.open("rb") as lines:
            found.append(summary(lines.readline(), file.name))
    return tuple(sorted(found, key=lambda one: (-one.date.toordinal(), one.title)))


@cache
def load(night: str) -> PastNight:
    """A shipped night by its id, read once; UnknownNight where there is none."""
    if all(one.id != night for one in listed()):
        raise UnknownNight(night)
    return read(FOLDER / f"{night}.jsonl")


def read(path: Path) -> PastNight:
    """A night file of anybody's; BadNight where it cannot be used, OSError where it cannot be opened."""
    return past_night(*parsed(path.read_bytes(), path.name))


def past_night(header: Header, contests: tuple[ContestLine, ...]) -> PastNight:
    """The lines of a night file as a night."""
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
    )
    opened = NightOpened(seq=1, at=header.polls_close, by=_BY, command_id=f"{header.id}/1", night=definition)
    times = _times(header, contests)
    events = [event for one in contests for event in _events(one, times[one.ballot])]
    events.sort(key=lambda event: event.at)  # stable: by name within a minute, stages before their declaration
    return PastNight(
        definition=definition,
        events=(
            opened,
            *(replace(event, seq=seq, command_id=f"{header.id}/{seq}") for seq, event in enumerate(events, start=2)),
        ),
        published={one.ballot: one.published for one in contests if one.published},
        expected={one.ballot: one.expected for one in contests if one.expected},
    )


def _times(header: Header, contests: tuple[ContestLine, ...]) -> Mapping[str, datetime]:
    """When each contest was declared, with assumed times for those that have none."""
    unknown = [one for one in contests if one.declared is None]
    known = {one.ballot: one.declared for one in contests if one.declared}
    if len(contests) == 1:
        return known or {contests[0].ballot: header.polls_close + _ONE_AFTER}
    unknown.sort(key=lambda one: one.name)
    for number, one in enumerate(unknown):
        minutes = _MANY_MINUTES * number // max(1, len(unknown) - 1)
        known[one.ballot] = header.polls_close + _MANY_FROM + timedelta(minutes=minutes)
    return known


def _contest(line: ContestLine) -> Contest:
    return Contest(
        ballot=line.ballot,
        name=line.name,
        gss=line.gss,
        region=line.region,
        nation=line.nation,
        electorate=line.electorate,
        candidates=tuple(
            Candidate(str(place), one.name, one.party, one.sitting)
            for place, one in enumerate(line.candidates, start=1)
        ),
        previous=line.previous,
        why=line.why,
    )


def _events(line: ContestLine, declared: datetime) -> list[StageReached | Declared | NotePosted]:
    """What happened in one contest, not yet numbered."""
    stages = [
        StageReached(**_stamp(one.at), ballot=line.ballot, stage=one.stage, papers=one.papers) for one in line.stages
    ]
    result = Declared(
        **_stamp(declared),
        ballot=line.ballot,
        votes={str(place): one.votes for place, one in enumerate(line.candidates, start=1)},
        rejected=None if line.rejected is None else Rejected(line.rejected),
        lot=None if line.lot is None else str(line.lot),
    )
    notes = [NotePosted(**_stamp(one.at), text=one.text, ballot=line.ballot) for one in line.notes]
    return [*stages, *([result] if line.first_places else []), *notes]


def _stamp(at: datetime) -> _Stamp:
    return _Stamp(seq=0, at=at, by=_BY, command_id="")
