"""The expected declarations of a night as iCalendar (RFC 5545). No HTTP.

Written here and by no library: it is a dozen lines a contest, of which only folding and escaping have rules.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from server.election.counts import Count
from server.election.events import AnyEvent, DeclarationExpected
from server.election.nights import Night
from server.html.languages import Language
from server.html.marked import marked
from server.html.telling.words import told

_LONGEST_LINE = 75  # octets (3.1)


def calendar(night: Night, events: Iterable[AnyEvent], address: str, language: Language) -> bytes:
    """A calendar with an event for each contest whose declaration is or was expected, at the time last said.

    Its UID stays and its SEQUENCE grows whenever the time moves or it says something else. It is tentative until the
    contest is declared, confirmed then, and cancelled where the poll is called off or no time is expected any more.
    ``events`` are those of the night.
    """
    said = [event for event in events if isinstance(event, DeclarationExpected)]
    moved = {event.ballot: event.seq for event in said}
    times = {event.ballot: event.expected for event in said if event.expected}
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Declared//Expected declarations//EN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(marked(night.definition, language.title(night.definition.title), language))}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT5M",
        "X-PUBLISHED-TTL:PT5M",
    ]
    for ballot, at in times.items():
        lines += _event(night, night.counts[ballot], moved[ballot], at, address, language)
    return b"".join(_folded(line) for line in (*lines, "END:VCALENDAR"))


def _event(night: Night, count: Count, moved: int, at: datetime, address: str, language: Language) -> Iterator[str]:
    ballot = count.contest.ballot
    off = count.result is None and (count.expected is None or count.no_poll is not None)
    newest = max(moved, *(event.seq for event in (*count.history[-1:], *count.amendments[-1:])), 0)
    yield "BEGIN:VEVENT"
    yield f"UID:{ballot}@{night.definition.id}"
    yield f"DTSTAMP:{_moment(night.at)}"
    yield f"SEQUENCE:{newest}"
    yield f"DTSTART:{_moment(at)}"
    yield "DURATION:PT15M"
    yield f"STATUS:{'CANCELLED' if off else 'CONFIRMED' if count.result else 'TENTATIVE'}"
    yield "TRANSP:TRANSPARENT"
    yield f"SUMMARY:{_escaped(marked(night.definition, language.seat_in(night.definition, count.contest), language))}"
    yield f"DESCRIPTION:{_escaped(told(night, count, language))}"
    yield f"URL:{address}/contests/{ballot}"
    yield "END:VEVENT"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for letter in "\\;,":
        text = text.replace(letter, f"\\{letter}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """A line in pieces of at most 75 octets that end between letters, each but the first after a space."""
    pieces, piece = list[bytes](), b""
    for letter in line:
        if len(piece) + len(letter.encode()) > _LONGEST_LINE - bool(pieces):
            pieces.append(piece)
            piece = b""
        piece += letter.encode()
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"
