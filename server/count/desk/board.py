"""A night at a glance: where each contest stands, who is there, how late it is. Words and order; no HTML, no HTTP."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from server.count.visit.place import STAGES
from server.election.counting.acts import Asked, Role, SheetKeyed
from server.election.counting.desk import Desk, Person
from server.election.counting.entry import Progress, once_released, pending, sheets_of, standing
from server.election.events import NightHeld
from server.election.nights import Count, Night


class Due(Struct, frozen=True):
    """When a declaration is ``expected``, and how far that is away, in words."""

    expected: datetime
    words: str
    late: bool


class Glance(Struct, frozen=True):
    """One contest's row. ``stage`` is what the public is told, ``figures`` where the entry stands; ``stuck`` if that
    is not as it should be; ``people`` are those invited for it, and not revoked."""

    count: Count
    stands: Progress
    stage: str
    figures: str
    stuck: bool
    people: tuple[Person, ...]
    due: Due | None

    @property
    def text(self) -> str:
        """All words of the row, to look for some in."""
        names = " ".join(f"{person.name} {person.role} {state_of(person)}" for person in self.people)
        due = f"expected {self.due.words}" if self.due else ""
        return f"{self.count.contest.name} {self.stage} {self.figures} {names} {due}".casefold()


class Board(Struct, frozen=True):
    """The whole night at one moment, and as it will be ``later``, once what waits has gone out. ``waiting`` is what was
    asked for and has not gone out, oldest first; ``here`` ballot → the people invited for it, revoked ones left out."""

    night: Night
    later: Night
    desk: Desk
    now: datetime
    waiting: tuple[Asked, ...]
    here: Mapping[str, tuple[Person, ...]]

    @property
    def hold(self) -> NightHeld | None:
        """The hold that the night is under."""
        return (
            next(event for event in reversed(self.night.feed) if isinstance(event, NightHeld))
            if self.night.held
            else None
        )

    def stands(self, ballot: str) -> Progress:
        """Where a contest's entry stands."""
        return standing(self.later, self.desk, ballot)

    def sheets(self, ballot: str) -> dict[Role, SheetKeyed]:
        """The sheets of a contest that are not void."""
        return sheets_of(self.later.counts[ballot], self.desk)

    def has_void_sheets(self, ballot: str) -> bool:
        """Whether somebody has keyed a sheet that does not account for the papers verified since."""
        count, entry = self.later.counts[ballot], self.desk.of(ballot)
        keyed = [sheet for sheet in entry.sheets.values() if sheet.round == count.round and sheet.seq > entry.since]
        return len(keyed) > len(self.sheets(ballot))

    def glance(self, ballot: str) -> Glance:
        """A contest's row."""
        count, stands = self.night.counts[ballot], self.stands(ballot)
        void = stands.state in ("keying", "one keyed") and self.has_void_sheets(ballot)
        over = count.result is not None or count.no_poll is not None or stands.state == "asked"
        due = None if over or count.expected is None else due_of(count.expected, self.now)
        return Glance(
            count=count,
            stands=stands,
            stage=stage_of(count),
            figures="sheets do not account for the papers" if void else _figures(self.night, count, stands),
            stuck=stands.state == "differs" or void or unaccounted(count) is not None,
            people=self.here.get(ballot, ()),
            due=due,
        )

    def glances(self) -> list[Glance]:
        """All rows, in the order of the night."""
        return [self.glance(ballot) for ballot in self.night.counts]


def board_of(night: Night, desk: Desk, now: datetime) -> Board:
    """The night and its desk, as they are ``now``."""
    here: defaultdict[str, list[Person]] = defaultdict(list)
    for person in desk.people.values():
        if not person.revoked:
            for ballot in person.ballots:
                here[ballot].append(person)
    people = {ballot: tuple(sorted(found, key=lambda one: one.role)) for ballot, found in here.items()}
    return Board(night, once_released(night, desk), desk, now, pending(night, desk), people)


def due_of(expected: datetime, now: datetime) -> Due:
    """How far away it is, to the minute; ``desk.js`` says the same as the minutes pass."""
    minutes = int((now - expected).total_seconds() // 60)
    if minutes < 0:
        return Due(expected, f"in {_minutes(-minutes)}", False)
    return Due(expected, f"{_minutes(minutes)} late" if minutes else "due now", minutes > 0)


def stage_of(count: Count) -> str:
    """What the public is told of a count."""
    if count.no_poll:
        return count.no_poll.state.capitalize()
    if count.result:
        return "Declared"
    if count.status == "withdrawn":
        return "Withdrawn, counting again"
    words = STAGES.get(count.stage or "", "Not begun")
    return f"{words} {count.recount}" if count.recount and count.recount > 1 else words


def state_of(person: Person) -> str:
    """How far somebody invited has come."""
    if person.revoked:
        return "revoked"
    if person.locked:
        return "locked out"
    if person.sessions:
        return "signed in"
    return "signed out" if person.pin else "link not opened"


def unaccounted(count: Count) -> int | None:
    """By how many papers a declaration differs from those verified, which may have been corrected since; None if it
    does not, or nobody can know."""
    result = count.result
    if result is None or result.unopposed or result.rejected is None or count.papers is None:
        return None
    return (result.valid + result.rejected.total - count.papers) or None


def _minutes(minutes: int) -> str:
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} days"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _figures(night: Night, count: Count, stands: Progress) -> str:
    match stands.state:
        case "no poll":
            return "nothing to count"
        case "unverified":
            return "papers not verified"
        case "keying":
            return "being revised, nothing keyed" if stands.correction else "nothing keyed"
        case "one keyed":
            return f"waiting for the {' and the '.join(stands.waiting_for)}"
        case "differs":
            rows = len(set(stands.differing))
            return f"sheets differ in {rows} row{'' if rows == 1 else 's'}"
        case "ready":
            return "ready to be corrected on air" if stands.correction else "ready to declare"
        case "asked":
            return "spoken, waits for the release" if night.held else "spoken, going on air"
        case "on air":
            papers = unaccounted(count)
            if papers:
                return f"does not account for {abs(papers):,} papers"
            return count.result.verdict.text(night.parties) if count.result else ""
