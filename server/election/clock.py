"""The time zone that a British election night is told in, and the hour that its clocks skip."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def skipped(moment: datetime) -> str:
    """A sentence about a moment in London that no clock there shows, as 01:30 where it goes forward; "" for others."""
    if moment.astimezone(UTC).astimezone(LONDON).time() == moment.time():
        return ""
    return f"There is no {moment:%H:%M} on {moment:%d/%m/%Y}, when the clocks go forward: say an hour later."
