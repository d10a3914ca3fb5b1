"""The time zone that a British election night is told in."""

from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
