"""A past night put on air again through the same door as a real one: its events become commands, each with its moment
on a clock. Nothing is sent here, and no clock is read."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from server.election.clock import LONDON
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
from server.election.contests import Definition
from server.election.counting.acts import ReplaySet
from server.election.events import (
    AnyEvent,
    Corrected,
    DeclarationExpected,
    Declared,
    NightHeld,
    NightOpened,
    NightReleased,
    NoPollTaken,
    NotePosted,
    StageReached,
    Withdrawn,
)
from server.nights.archive import PastNight

# Nobody watches a screen on which nothing happens: where nothing comes for so long on the night's own clock, that is
# cut to some seconds at whatever speed. Shorter waits are as long as the speed makes them, or 1x were not real time.
EMPTY = timedelta(minutes=10)
LONGEST_WAIT_SECONDS = 6.0


class Cue(Struct, frozen=True):
    """What is to be sent to the replay ``night`` at a moment of the past night's clock."""

    at: datetime
    night: str
    command: AnyCommand


class Orders(Struct, frozen=True):
    """How nights are to be played. ``speed`` None is without pauses, 0 as it is set already, or one worth watching;
    ``start`` and ``until`` are times as ``moment`` reads them: what was before goes on air at once, what was after not.
    ``resumes``: one that the desk has stopped goes on."""

    speed: float | None = 0
    start: str = ""
    until: str = ""
    loop: bool = False
    resumes: bool = True


class Progress(Struct, frozen=True):
    """How far it is: the night's own ``clock``, and how it is ``set``."""

    clock: datetime
    declared: int
    contests: int
    set: ReplaySet
    held: bool


class UnknownMoment(ValueError):
    """A time that cannot be read; the message is a sentence."""


def replay_id(night: str) -> str:
    """A replay is a night of its own: ``parl.2019-12-12.replay``."""
    return f"{night}.replay"


def commands(events: Iterable[AnyEvent], name: str) -> list[tuple[datetime, AnyCommand]]:
    """Every event of a past night as the command that would bring it about on the night ``name``, and when.

    The ids are the same each time, so that a replay that was interrupted goes on and doubles nothing.
    """
    return [(event.at, _command(event, name)) for event in events]


def clocks(nights: Mapping[str, PastNight]) -> list[dict[str, PastNight]]:
    """Replays, name → past night, by the clock that they are on: nights of one date are on one."""
    found: dict[object, dict[str, PastNight]] = {}
    for name, past in nights.items():
        found.setdefault(past.definition.date, {})[name] = past
    return list(found.values())


def script(nights: Mapping[str, PastNight], until: str = "") -> list[Cue]:
    """All of these nights in the order of their common clock, their openings first; nothing after ``until``."""
    cues: list[Cue] = []
    for name, past in nights.items():
        last = moment(until, past.definition) if until else None
        cues += [
            Cue(at, name, command)
            for at, command in commands(past.events, name)
            if last is None or at <= last or isinstance(command, OpenNight)
        ]
    return sorted(cues, key=lambda one: (not isinstance(one.command, OpenNight), one.at))


def moment(text: str, definition: Definition) -> datetime:
    """``2019-12-13T03:40``, in London unless it has an offset, or ``03:40``, which is the first after the close of
    poll; UnknownMoment where it is neither."""
    try:
        if "T" not in text.upper():
            return _after(definition.polls_close, time.fromisoformat(text))
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UnknownMoment(f"{text} is no time: write 2019-12-13T03:40, or 03:40 for the night’s own.") from None
    return found if found.tzinfo else found.replace(tzinfo=LONDON)


def takes(gap: timedelta, speed: float | None) -> float:
    """How many seconds pass between two events at ``speed`` times real time; none at None."""
    if speed is None or gap <= timedelta(0):
        return 0.0
    seconds = gap.total_seconds() / speed
    return min(seconds, LONGEST_WAIT_SECONDS) if gap > EMPTY else seconds


def speed_told(speed: float | None) -> str:
    """``60x``, or ``max``."""
    return "max" if speed is None else f"{speed:g}x"


def _after(closed: datetime, clock: time) -> datetime:
    closed = closed.astimezone(clock.tzinfo or LONDON)
    found = closed.replace(hour=clock.hour, minute=clock.minute, second=clock.second, microsecond=0)
    return found if found >= closed else found + timedelta(days=1)


def _command(event: AnyEvent, name: str) -> AnyCommand:
    command_id, by = f"{name}/{event.seq}", "replay"
    match event:
        case NightOpened():
            times = event.night.times if event.night.times != "live" else "recorded"  # of a night that was kept
            definition = replace(event.night, id=name, replay_of=event.night.id, times=times)
            return OpenNight(id=command_id, by=by, night=definition)
        case StageReached():
            return ReachStage(id=command_id, by=by, ballot=event.ballot, stage=event.stage, papers=event.papers)
        case Declared():
            return Declare(
                id=command_id,
                by=by,
                ballot=event.ballot,
                votes=event.votes,
                rejected=event.rejected,
                lot=event.lot,
            )
        case Corrected():
            return Correct(
                id=command_id,
                by=by,
                ballot=event.ballot,
                votes=event.votes,
                rejected=event.rejected,
                lot=event.lot,
                reason=event.reason,
                slip=event.slip,
            )
        case Withdrawn():
            return Withdraw(id=command_id, by=by, ballot=event.ballot, reason=event.reason)
        case NotePosted():
            return PostNote(id=command_id, by=by, text=event.text, ballot=event.ballot)
        case NoPollTaken():
            return RecordNoPoll(id=command_id, by=by, ballot=event.ballot, state=event.state, reason=event.reason)
        case DeclarationExpected():
            return ExpectDeclaration(id=command_id, by=by, ballot=event.ballot, expected=event.expected)
        case NightHeld():
            return HoldNight(id=command_id, by=by)
        case NightReleased():
            return ReleaseNight(id=command_id, by=by)
        case _:
            assert_never(event)
