"""Reads what somebody typed into one field, and notes a fault where it cannot be used. No field is known here."""

import re
from datetime import date, datetime, time, timedelta

from server.election.clock import LONDON, skipped
from server.election.limits import LONGEST_TITLE
from server.election.numbers import Unreadable, typed
from server.election.texts.said import Said, _, say
from server.election.texts.unseen import visible
from server.nights.coming.sheet import Fault

_YEARS = range(2000, 2200)
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %B %Y", "%d %b %Y")
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)(:00)?")  # LibreOffice writes the seconds too
_OF_THE_NIGHT = timedelta(hours=18)  # a time of day alone is within it: 21:00 is before the close, not a day after it


def day_of(text: str) -> date | None:
    """The day that somebody typed: 2026-12-10, 10/12/2026, 10 December 2026 and the like, the day before the month;
    None for anything else."""
    for one in _DAYS:
        try:
            day = datetime.strptime(" ".join(visible(text).split()), one).replace(tzinfo=LONDON).date()
        except ValueError:
            continue
        return day if day.year in _YEARS else None
    return None


def clock_of(text: str) -> time | None:
    """The time of day that somebody typed: 22:00, 22.00 or 22:00:00; None for anything else."""
    found = _CLOCK.fullmatch(visible(text).strip())
    return time(int(found[1]), int(found[2])) if found else None


def no_day(text: str) -> Said:
    """What is said of a text that ``day_of`` reads as no day."""
    message = _("%(text)s is no date: type it like 10/12/2026, with a year from %(first)s to %(last)s.")
    return say(message, text=short(text), first=str(_YEARS[0]), last=str(_YEARS[-1]))


class Reader:
    """Reads texts; ``faults`` is what was wrong so far. Every method gives a harmless value after a fault."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def wrong(self, field: str, sentence: str, line: int = 0) -> None:
        """Note a fault of a field; ``line`` as for ``Fault``."""
        self.faults.append(Fault(field, sentence, line))

    def text(self, field: str, text: str, missing: str, line: int = 0) -> str:
        """A text as one line; a fault where it is too long, cannot be printed, or must be there and is ``missing``."""
        plain = " ".join(text.split())
        if not plain and missing:
            self.wrong(field, missing, line)
        if len(plain) > LONGEST_TITLE:
            message = _("%(number)s characters are too many: say it in %(most)s.")
            self.wrong(field, say(message, number=len(plain), most=LONGEST_TITLE), line)
        if unprintable := next((one for one in plain if not one.isprintable()), ""):
            which = f"U+{ord(unprintable):04X}"
            message = _("There is a character in it that cannot be printed (%(which)s): type it anew.")
            self.wrong(field, say(message, which=which), line)
        return plain

    def number(self, field: str, text: str, line: int) -> int | None:
        """A whole number; None where nothing is typed."""
        try:
            number = typed(text)
        except Unreadable as error:
            self.wrong(field, error.sentence, line)
            return None
        if number is not None and number < 0:
            self.wrong(field, say("A number here is not below 0."), line)
        return number

    def clock(self, field: str, text: str, missing: str) -> time | None:
        """A time of day as ``clock_of`` reads it; None after a fault."""
        found = clock_of(text)
        if found is None:
            self.wrong(
                field, say("%(text)s is no time: type it like 22:00.", text=short(text)) if text.strip() else missing
            )
        return found

    def moment(self, field: str, text: str, line: int, closing: datetime) -> datetime | None:
        """A time after the polls close; a time of day alone is that of the night. None where nothing is typed."""
        text = " ".join(text.replace("T", " ").split())
        if not text:
            return None
        day_text, _between, clock_text = text.rpartition(" ")
        day = day_of(day_text) if day_text else closing.date()
        clock = _CLOCK.fullmatch(clock_text)
        if clock is None or day is None:
            message = _("%(text)s is no time: type it like 03:30, or 11/12/2026 03:30.")
            self.wrong(field, say(message, text=short(text)), line)
            return None
        moment = datetime.combine(day, time(int(clock[1]), int(clock[2])), LONDON)
        if moment < closing and not day_text:
            moment += timedelta(days=1)
            if moment - closing > _OF_THE_NIGHT:
                message = _("%(time)s is before the polls close. If it is the day after, type %(then)s.")
                self.wrong(field, say(message, time=clock_text, then=f"{moment:%d/%m/%Y %H:%M}"), line)
                return None
        if moment < closing or moment > closing + timedelta(days=14):
            message = _("%(text)s is not in the two weeks after the polls close.")
            self.wrong(field, say(message, text=short(text)), line)
            return None
        if sentence := skipped(moment):
            self.wrong(field, sentence, line)
            return None
        return moment


def short(text: str) -> str:
    """A text in quotes, cut where it is long."""
    plain = " ".join(text.split())
    return f"“{plain if len(plain) <= 40 else plain[:40] + '…'}”"
