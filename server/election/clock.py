"""The time zone that a British election night is told in, and the hour that its clocks skip."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from server.election.texts.said import say

LONDON = ZoneInfo("Europe/London")


def skipped(moment: datetime) -> str:
    """A sentence about a moment in London that no clock there shows, as 01:30 where it goes forward; "" for others."""
    if moment.astimezone(UTC).astimezone(LONDON).time() == moment.time():
        return ""
    return say(
        "There is no %(time)s on %(day)s, when the clocks go forward: say an hour later.",
        time=f"{moment:%H:%M}",
        day=f"{moment:%d/%m/%Y}",
    )
