"""A past night as a script for its replay: its events become commands, each with its moment on the night's own clock.
Nothing is sent here, and no clock is read."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from msgspec import Struct

from server.election.clock import LONDON
from server.election.commands import (
    AnyCommand,
    OpenNight,
)
from server.election.contests import Definition
from server.election.counting.acts import ReplaySet
from server.election.deciding.decide import decide
from server.election.nights import Night
from server.election.refusals import Refused
from server.nights.past import PastNight
from server.replay.commands import commands

# Nobody watches a screen on which nothing happens: a gap longer than this on the night's own clock takes some seconds
# at most, at any speed. Shorter gaps take what the speed makes of them, or else 1x would not be real time.
EMPTY = timedelta(minutes=10)
LONGEST_WAIT_SECONDS = 6.0


class Cue(Struct, frozen=True):
    """A command to send to the replay ``night``, and when on the past night's clock."""

    at: datetime
    night: str
    command: AnyCommand


class Orders(Struct, frozen=True):
    """How nights are to be played.

    ``speed`` is in times real time; None is without pauses, and 0 the speed that is set already, or else one worth
    watching. ``start`` and ``until`` are times as ``moment`` reads them: events before ``start`` go on air at once, and
    events after ``until`` not at all. ``resumes``: a replay that the desk has stopped goes on.
    """

    speed: float | None = 0
    start: str = ""
    until: str = ""
    loop: bool = False
    resumes: bool = True


class Progress(Struct, frozen=True):
    """How far a replay is: the time on the past night's ``clock``, and how the replay is ``set``."""

    clock: datetime
    declared: int
    contests: int
    set: ReplaySet
    held: bool


class UnknownMoment(ValueError):
    """A time that cannot be read; the message is a sentence."""


def replay_id(night: str) -> str:
    """The id of a night's replay, which is a night of its own: ``parl.2019-12-12.replay``."""
    return f"{night}.replay"


def must_have_happened(past: PastNight) -> None:
    """Refused where nothing happened on a night after it was opened: there is nothing to replay."""
    if len(past.events) < 2:
        sentence = f"{past.definition.title} has no results yet: there is nothing to replay. Open it, or rehearse it."
        raise Refused("nothing-happened", sentence)


def clocks(nights: Mapping[str, PastNight]) -> list[dict[str, PastNight]]:
    """Replays, as name → past night, grouped by clock: nights of one date share a clock."""
    by_date: dict[object, dict[str, PastNight]] = {}
    for name, past in nights.items():
        by_date.setdefault(past.definition.date, {})[name] = past
    return list(by_date.values())


def must_be_over(nights: Mapping[str, PastNight], now: datetime) -> None:
    """Raises Refused for a night that lies ahead: the times in a record are when it happened, never the future."""
    for past in nights.values():
        if past.events[-1].at > now:
            sentence = f"{past.definition.title} is not over yet, and cannot be played again. Open it, or rehearse it."
            raise Refused("not-over", sentence)


def script(nights: Mapping[str, PastNight], until: str = "") -> list[Cue]:
    """The cues of all these nights in the order of their common clock, openings first; none after ``until``."""
    cues: list[Cue] = []
    for name, past in nights.items():
        last = moment(until, past.definition) if until else None
        cues += [
            Cue(at, name, command)
            for at, command in commands(past.events, name)
            if last is None or at <= last or isinstance(command, OpenNight)
        ]
    return sorted(cues, key=lambda cue: (not isinstance(cue.command, OpenNight), cue.at))


def moment(text: str, definition: Definition) -> datetime:
    """The time that a person has typed; UnknownMoment if it is neither of the two forms.

    ``2019-12-13T03:40`` is in London unless it has an offset; ``03:40`` is the first after the close of poll.
    """
    try:
        if "T" not in text.upper():
            return _after(definition.polls_close, time.fromisoformat(text))
        exact = datetime.fromisoformat(text)
    except ValueError:
        raise UnknownMoment(f"{text} is no time: write 2019-12-13T03:40, or 03:40 for the night’s own.") from None
    return exact if exact.tzinfo else exact.replace(tzinfo=LONDON)


def takes(gap: timedelta, speed: float | None) -> float:
    """How many seconds pass between two events ``gap`` apart, at ``speed`` times real time; none at None."""
    if speed is None or gap <= timedelta(0):
        return 0.0
    seconds = gap.total_seconds() / speed
    return min(seconds, LONGEST_WAIT_SECONDS) if gap > EMPTY else seconds


def can_be(night: Night, cue: Cue) -> bool:
    """Whether a cue would not be refused."""
    try:
        decide(night, cue.command, cue.at)
    except Refused:
        return False
    return True


def speed_told(speed: float | None) -> str:
    """``60x``, or ``max``."""
    return "max" if speed is None else f"{speed:g}x"


def _after(closed: datetime, clock: time) -> datetime:
    closed = closed.astimezone(clock.tzinfo or LONDON)
    same_day = closed.replace(hour=clock.hour, minute=clock.minute, second=clock.second, microsecond=0)
    return same_day if same_day >= closed else same_day + timedelta(days=1)
