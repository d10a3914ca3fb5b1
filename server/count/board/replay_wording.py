"""How a replay is played, in words, and what the desk can set it to. Nothing is decided here."""

from datetime import timedelta

from server.election.counting.acts import ReplaySet
from server.html.templates import clock

SPEEDS: dict[str, float | None] = {
    **{f"{speed}x": float(speed) for speed in (1, 10, 60, 120, 300, 600)},
    "max": None,
}
"""The speeds that the desk can set a replay to, in multiples of real time; None is without pauses."""
SKIPS = {"10 minutes": timedelta(minutes=10), "an hour": timedelta(hours=1)}
"""How far the desk can skip forward in a replay, on the night's own clock."""


def replay_told(act: ReplaySet) -> str:
    """How a replay is played, in words."""
    skipped = f", skipped to {clock(act.skips_to)}" if act.skips_to else ""
    speed = (
        "without pauses" if act.speed is None else "in real time" if act.speed == 1 else f"{act.speed:g} times as fast"
    )
    match act.state:
        case "playing":
            return f"plays {speed}{skipped}"
        case "paused":
            return f"paused, and goes on {speed}{skipped}"
        case "stopped":
            return "stopped where it is"
        case "ended":
            return "ended, all of it is declared"
