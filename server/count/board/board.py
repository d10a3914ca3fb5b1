"""A night at a glance: how each contest stands, who is there, how late it is, in words. No HTML, no HTTP."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct

from server.count.board.entry_told import VOID, figures_of, unaccounted
from server.count.visit.stages import STAGES
from server.election.counting.acts import Asked, Role, SheetKeyed
from server.election.counting.boxes import Verified, verified_by_box
from server.election.counting.desk import Desk, Person
from server.election.counting.entry import EntryProgress, keyers, once_released, pending, progress_of, sheets_of
from server.election.counting.names import named_author
from server.election.counting.tables import Tables, made_of, tables_of
from server.election.counts import Count
from server.election.events import Event, NightHeld
from server.election.nights import Night
from server.election.refusals import still_open
from server.election.texts.said import Said, Value, say
from server.election.texts.words import BEGUN, ROLES
from server.html.templates import clock
from server.stream.presence.presence import THERE


class Due(Struct, frozen=True):
    """When a declaration is ``expected``, and how far away that is, in words."""

    expected: datetime
    words: Said
    late: bool


class Glance(Struct, frozen=True):
    """One contest's row in the list.

    ``stage`` is what the public is told; ``figures`` says how far the entry is, and it is ``stuck`` if somebody must
    look into it. ``people`` are those invited for the contest, except the revoked.
    """

    count: Count
    stands: EntryProgress
    stage: Said
    figures: Said
    stuck: bool
    people: tuple[Person, ...]
    due: Due | None

    def text(self, tell: Callable[[Value], str]) -> str:
        """All words of the row in lower case, for searching; ``tell`` says each in the reader's language."""
        words: list[Value] = [self.count.contest, self.stage, self.figures, *([self.due.words] if self.due else [])]
        for person in self.people:
            words += [person.name, ROLES[person.role], state_of(person)]
        return " ".join(map(tell, words)).casefold()


class Board(Struct, frozen=True):
    """The whole night at the moment ``now``, and as it will be ``later``, once everything that waits has gone out.

    ``waiting`` is what was asked for and has not gone out, oldest first. ``here``: ballot id → the people invited for
    that contest, except the revoked. ``heard`` is invitation → when a phone of theirs was last heard from, where that
    was asked for.
    """

    night: Night
    later: Night
    desk: Desk
    now: datetime
    waiting: tuple[Asked, ...]
    here: Mapping[str, tuple[Person, ...]]
    heard: Mapping[str, datetime] = {}

    @property
    def hold(self) -> NightHeld | None:
        """The event that put the night on hold; None if it is not held."""
        return (
            next(event for event in reversed(self.night.feed) if isinstance(event, NightHeld))
            if self.night.held
            else None
        )

    def author(self, event: Event) -> str:
        """Whose command an event carries out: a name, where the public side has a role."""
        return named_author(self.desk, event)

    @property
    def still_open(self) -> str:
        """A sentence saying when the poll closes, before which nothing goes out; "" once it has closed."""
        return still_open(self.night, self.now)

    def there(self, person: Person) -> str:
        """Whether a person is there now, in words; "" where that is not known, or nobody is signed in."""
        return there_told(self.heard.get(person.invitation), self.now) if person.sessions else ""

    def stands(self, ballot: str) -> EntryProgress:
        """How far a contest's entry is."""
        return progress_of(self.later, self.desk, ballot)

    def sheets(self, ballot: str) -> dict[Role, SheetKeyed]:
        """Role → the sheet of a contest that is not void."""
        return sheets_of(self.later.counts[ballot], self.desk)

    def boxes(self, ballot: str) -> Verified:
        """The ballot boxes of a contest, added up."""
        return verified_by_box(self.desk, ballot)

    def tables(self, ballot: str) -> tuple[Tables, tuple[Role, ...]]:
        """The count tables of a contest, and the roles that key each of them."""
        count = self.later.counts[ballot]
        return tables_of(count, self.desk), keyers(count, self.desk)

    def why_void(self, ballot: str) -> Said | None:
        """Why sheets that somebody has keyed are void, one of ``VOID``: of the papers verified since, or of the ballot
        paper as it was put right since; None if none is."""
        if not self.has_void_sheets(ballot):
            return None
        count, entry = self.later.counts[ballot], self.desk.of(ballot)
        polled = {candidate.id for candidate in count.contest.polled}
        if any(sheet.votes.keys() != polled for sheet in entry.sheets.values() if sheet.round == count.round):
            return VOID["paper"]
        if count.papers is not None and 0 < count.contest.electorate < count.papers:
            return VOID["electors"]
        if any((sheet.tables or {}) != made_of(count, self.desk, role) for role, sheet in entry.sheets.items()):
            return VOID["tables"]
        return VOID["papers"]

    def has_void_sheets(self, ballot: str) -> bool:
        """Whether somebody has keyed a sheet that does not fit the papers verified, or the ballot paper, since."""
        count, entry = self.later.counts[ballot], self.desk.of(ballot)
        keyed = [sheet for sheet in entry.sheets.values() if sheet.round == count.round and sheet.seq > entry.since]
        return len(keyed) > len(self.sheets(ballot))

    def glance(self, ballot: str) -> Glance:
        """A contest's row."""
        count, stands = self.night.counts[ballot], self.stands(ballot)
        void = self.why_void(ballot) if stands.state in ("keying", "one keyed") else None
        over = count.result is not None or count.no_poll is not None or stands.state == "asked"
        due = None if over or count.expected is None else due_of(count.expected, self.now)
        return Glance(
            count=count,
            stands=stands,
            stage=stage_of(count),
            figures=void or figures_of(self.night, count, stands),
            stuck=stands.state == "differs" or bool(void) or unaccounted(count) is not None,
            people=self.here.get(ballot, ()),
            due=due,
        )

    def glances(self) -> list[Glance]:
        """All rows, in the order of the night."""
        return [self.glance(ballot) for ballot in self.night.counts]


def board_of(night: Night, desk: Desk, now: datetime) -> Board:
    """The board of a night and its desk at the moment ``now``."""
    here: defaultdict[str, list[Person]] = defaultdict(list)
    for person in desk.people.values():
        if not person.revoked:
            for ballot in person.ballots:
                here[ballot].append(person)
    people = {ballot: tuple(sorted(invited, key=lambda person: person.role)) for ballot, invited in here.items()}
    return Board(night, once_released(night, desk), desk, now, pending(night, desk), people)


def due_of(expected: datetime, now: datetime) -> Due:
    """How far away an expected declaration is, to the minute. ``desk.js`` says it in the same words as minutes pass."""
    minutes = int((now - expected).total_seconds() // 60)
    if minutes < 0:
        return Due(expected, say("in %(time)s", time=_minutes(-minutes)), False)
    words = say("%(time)s late", time=_minutes(minutes)) if minutes else say("due now")
    return Due(expected, words, minutes > 0)


def stage_of(count: Count) -> Said:
    """How far a count is, as the public is told."""
    if count.no_poll:
        return BEGUN[count.no_poll.state]
    if count.result:
        return say("Declared")
    if count.status == "withdrawn":
        return say("Report withdrawn")
    if count.recount and count.recount > 1:
        return say("Recount %(number)s", number=count.recount)
    return STAGES[count.stage] if count.stage else say("Not begun")


def state_of(person: Person) -> Said:
    """Whether a person has opened the invitation and is signed in, in two or three words."""
    if person.revoked:
        return say("revoked")
    if person.locked:
        return say("locked out")
    if person.sessions:
        return say("signed in")
    return say("signed out") if person.pin else say("link not opened")


def there_told(heard: datetime | None, now: datetime) -> str:
    """Whether a phone that is signed in was heard from just now, which is something else than to be signed in."""
    if heard is None:
        return ""
    return say("there now") if now - heard < THERE else say("last heard from at %(time)s", time=clock(heard))


def _minutes(minutes: int) -> Said:
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return say("%(days)s days", days=str(hours // 24))
    if hours:
        return say("%(hours)s h %(minutes)s min", hours=str(hours), minutes=str(minutes))
    return say("%(minutes)s min", minutes=str(minutes))
