"""How a replay is played, in words, and what the desk can set it to. Nothing is decided here."""

from datetime import timedelta

from server.election.counting.acts import ReplaySet
from server.election.texts.said import Figure, Said, say
from server.election.texts.several import listed
from server.html.templates import clock

SPEEDS: dict[str, float | None] = {
    **{f"{speed}x": float(speed) for speed in (1, 10, 60, 120, 300, 600)},
    "max": None,
}
"""The speeds that the desk can set a replay to, in multiples of real time; None is without pauses."""
SKIPS = {"10 minutes": timedelta(minutes=10), "an hour": timedelta(hours=1)}
"""How far the desk can skip forward in a replay, on the night's own clock."""
SKIPS_TOLD = {"10 minutes": say("Skip 10 minutes"), "an hour": say("Skip an hour")}


def replay_told(act: ReplaySet) -> Said:
    """How a replay is played, in words."""
    speed = _speed(act.speed)
    match act.state:
        case "playing":
            told = say("plays %(speed)s", speed=speed)
        case "paused":
            told = say("paused, and goes on %(speed)s", speed=speed)
        case "stopped":
            return say("stopped where it is")
        case "ended":
            return say("ended, all of it is declared")
    return listed([told, say("skipped to %(time)s", time=clock(act.skips_to))]) if act.skips_to else told


def _speed(speed: float | None) -> Said:
    if speed is None:
        return say("without pauses")
    return say("in real time") if speed == 1 else say("%(speed)s times as fast", speed=Figure(f"{speed:g}"))
