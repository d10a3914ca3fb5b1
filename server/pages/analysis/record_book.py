"""What the records page shows: the records of a night, of the archive up to it, of a Parliament. No HTML, no words."""

from collections.abc import Iterable
from datetime import date
from functools import cache

from msgspec import Struct

from server.election.contests import Definition
from server.election.nights import Night, fold
from server.election.once import once
from server.election.parties import Party, has_a_past
from server.election.result import CandidateResult
from server.election.results.entries import Entry, PartyRecord
from server.election.results.parliament import House, Win, house, is_by_election, wins
from server.election.results.records import Records, Scope, records, together
from server.nights import archive
from server.nights.against import NOTIONAL

_PARTIES_SHOWN = 12
_A_FIELD = 3  # a party's best of fewer contests is no record worth a claim
_KINDS = (
    "smallest_majority",
    "smallest_majority_share",
    "largest_majority",
    "largest_majority_share",
    "largest_swing",
    "highest_turnout",
    "lowest_turnout",
)


class Record(Struct, frozen=True):
    """One record: its ``kind`` is the name that ``Records`` has for it, ``entries`` is every contest that holds it."""

    kind: str
    entries: tuple[Entry, ...]


class Claim(Struct, frozen=True):
    """A record that this by-election holds, ``shared`` with others or not. One of a party is the "highest" or "lowest"
    share of the ``fought`` contests in which it stood, with the candidate's ``line``."""

    kind: str
    entry: Entry
    shared: bool
    line: CandidateResult | None = None
    fought: int = 0


class Book(Struct, frozen=True):
    """The records of one scope; ``more`` is how many parties are not shown. ``names`` are the newest names of the
    parties, ``others`` those they also stood under. ``swings`` is whether all swings are against the election before
    each: else none is a record."""

    found: Records
    rows: tuple[Record, ...]
    parties: tuple[PartyRecord, ...]
    more: int
    names: dict[str, Party]
    others: dict[str, tuple[Party, ...]]
    swings: bool


class Archive(Struct, frozen=True):
    """The ``book`` of all shipped general elections up to a night and with it, as far as that is declared: the
    ``earlier`` ones were of these ``years``, its own is ``year``; those of the ``notional`` ones are counted from
    figures that were estimated on new boundaries."""

    book: Book
    earlier: Scope
    years: tuple[int, ...]
    year: int
    notional: tuple[int, ...]


class Parliament(Struct, frozen=True):
    """Where a by-election stands in its Parliament: the ``book`` of its by-elections up to then, and the ``claims``
    of this one; the House before and after; ``win`` is what it was for the party that won it, once declared;
    ``names`` are the parties of all these nights."""

    book: Book
    claims: tuple[Claim, ...]
    house: House | None
    win: Win | None
    names: dict[str, Party]
    years: tuple[int, int] | None


class RecordsPage(Struct, frozen=True):
    """``own`` are the night's records, None where it has one contest only: that is no competition."""

    own: Book | None
    found: Records
    archive: Archive | None
    parliament: Parliament | None


def records_page(night: Night, baseline: str = "") -> RecordsPage:
    """The records of a night as it stands; ``baseline`` is the key of another one than its own, if it is counted from
    that: then its swings are no match for those of other nights."""
    found = records([night])
    many = len(night.counts) > 1
    return RecordsPage(
        own=_book(found, _own_names(night.definition)) if many else None,
        found=found,
        archive=_archive(night, found, not baseline) if many and night.definition.seats else None,
        parliament=None if many else _parliament(night, not baseline),
    )


_Names = tuple[dict[str, Party], dict[str, tuple[Party, ...]]]
"""The newest name of each party, and the others that it also stood under, as a ``Book`` has them."""


def _names(nights: Iterable[Definition]) -> _Names:
    """The names of the parties of these nights, of which the newest comes first."""
    newest: dict[str, Party] = {}
    others: dict[str, tuple[Party, ...]] = {}
    for party in (party for night in nights for party in night.parties):
        known = newest.setdefault(party.id, party)
        if party.name not in (known.name, *(other.name for other in others.get(party.id, ()))):
            others[party.id] = (*others.get(party.id, ()), party)
    return newest, others


@once
def _own_names(definition: Definition) -> _Names:
    return _names([definition])


@once
def _names_of_archive(definition: Definition) -> _Names:
    """Those of a general election and of all that are shipped and were before it."""
    before = [archive.load(night).definition for _, night in reversed(_generals_before(definition))]
    return _names([definition, *before])


def _book(found: Records, names: _Names, swings: bool = True) -> Book:
    listed = [record for record in found.parties.values() if record.contests > 1]
    held = [Record(kind, getattr(found, kind)) for kind in _KINDS if swings or kind != "largest_swing"]
    return Book(
        found=found,
        rows=tuple(record for record in held if record.entries),
        parties=tuple(listed[:_PARTIES_SHOWN]),
        more=max(0, len(listed) - _PARTIES_SHOWN),
        names=names[0],
        others=names[1],
        swings=swings,
    )


def _archive(night: Night, found: Records, swings: bool) -> Archive | None:
    """None of the first that is shipped."""
    before = _generals_before(night.definition)
    if not before:
        return None
    earlier = before_it(night.definition)
    return Archive(
        book=_book(together(earlier, found), _names_of_archive(night.definition), swings),
        earlier=earlier.scope,
        years=tuple(day.year for day, _ in before),
        year=night.definition.date.year,
        notional=tuple(day.year for day, general in [*before, _general(night.definition)] if general in NOTIONAL),
    )


def _general(definition: Definition) -> tuple[date, str]:
    """The day of a night and the id of the shipped night that it is, or is a replay of."""
    return definition.date, definition.replay_of or definition.id


@once
def _generals_before(definition: Definition) -> list[tuple[date, str]]:
    """The day and id of each general election that is shipped and was before a night, oldest first."""
    return sorted((night.date, night.id) for night in archive.listed() if night.seats and night.date < definition.date)


def before_it(definition: Definition) -> Records:
    """The records of the general elections before a night: the first call takes long, and may be in another thread."""
    return _earlier(tuple(general for _, general in _generals_before(definition)))


@cache
def _earlier(nights: tuple[str, ...]) -> Records:
    """The records of past nights, found once: they don't change, and a declaration is only held against them."""
    return records([fold(archive.load(general).events) for general in nights])


def _parliament(night: Night, swings: bool) -> Parliament | None:
    """None where this is no by-election that is shipped with all those before it in its Parliament."""
    (count,) = night.counts.values()
    day, ballot = night.definition.date, count.contest.ballot
    if not is_by_election(ballot):
        return None
    generals = sorted((general.date, general.id) for general in archive.of_the_house() if general.contests > 1)
    before = [(polled, general) for polled, general in generals if polled < day]
    after = [polled for polled, _ in generals if polled >= day]
    if not before:
        return None
    since, general = before[-1]
    until = after[0] if after else date.max
    polls = [poll for poll in archive.of_the_house() if poll.contests == 1 and since < poll.date < until]
    if not any(poll.id == ballot for poll in polls):
        return None  # not every by-election up to this one is at hand
    others = [_known_by(poll.id, night) for poll in polls if poll.date <= day and poll.id != ballot]
    # Only the last of a Parliament that has ended is of all its years: of the others, nobody knew how many would come.
    years = (since.year, until.year) if after and all(poll.date <= day for poll in polls) else None
    found = records([night, *others], years)
    every = (night, *others, whole(general))
    book = _book(found, _names(night.definition for night in every), swings)
    return Parliament(
        book=book,
        claims=tuple(_claims(book, ballot)) if count.result else (),
        house=house(every, night),
        win=next((win for win in wins(every, night) if win.ballot == ballot), None),
        names=book.names,
        years=years,
    )


@cache
def whole(night: str) -> Night:
    """A past night as it ended."""
    return fold(archive.load(night).events)


def _known_by(past: str, night: Night) -> Night:
    """A past night as far as it was known when this one stood as it does."""
    found = whole(past)
    if found.at <= night.at:
        return found
    return fold([event for event in archive.load(past).events if event.seq == 1 or event.at <= night.at])


def _claims(book: Book, ballot: str) -> list[Claim]:
    """The records of a scope that one contest holds, those of parties after the contest's own."""
    claims = [
        Claim(row.kind, entry, len(row.entries) > 1)
        for row in book.rows
        for entry in row.entries
        if entry.contest.ballot == ballot
    ]
    parties = [found for found in book.found.parties.values() if found.contests >= _A_FIELD and has_a_past(found.party)]
    for party in parties:
        for kind, showings in (("highest", party.best), ("lowest", party.worst)):
            for showing in showings:
                if showing.entry.contest.ballot == ballot:
                    claims.append(Claim(kind, showing.entry, len(showings) > 1, showing.line, party.contests))
    return claims
