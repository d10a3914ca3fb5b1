"""The clock that a British night goes by."""

from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
