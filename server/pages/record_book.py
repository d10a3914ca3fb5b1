"""What the records page shows: a night's own records, and those of its Parliament's by-elections. No HTML, no rules."""

from collections.abc import Callable, Sequence
from functools import cache

from msgspec import Struct

from server.election.contests import Contest
from server.election.nights import Night, fold
from server.election.parliament import House, Win, house, is_by_election, wins
from server.election.parties import Party, has_a_past
from server.election.records import Entry, PartyRecord, Records, records
from server.election.shares import half_up, share_text
from server.nights import archive

_PARTIES_SHOWN = 12
_A_FIELD = 3  # a party's best of fewer contests is no record worth a claim


class Record(Struct, frozen=True):
    """One record: what it is, its figure, and every contest that holds it."""

    title: str
    figure: str
    entries: tuple[Entry, ...]


class Claim(Struct, frozen=True):
    """A record that this by-election holds: ``Lowest Liberal Democrat share``, ``0.87%, 349 votes``; ``shared`` with
    others. A party's is over the ``fought`` contests in which it stood, else None."""

    title: str
    figure: str
    shared: bool
    fought: int | None = None


class Book(Struct, frozen=True):
    """The records of one scope; ``more`` are the parties not shown."""

    found: Records
    rows: tuple[Record, ...]
    parties: tuple[PartyRecord, ...]
    more: int


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
    parliament: Parliament | None


def records_page(night: Night) -> RecordsPage:
    """The records of a night as it stands."""
    found = records([night])
    many = len(night.counts) > 1
    return RecordsPage(
        own=_book(found, night.parties) if many else None,
        found=found,
        parliament=None if many else _parliament(night),
    )


def night_of(contest: Contest, night: Night) -> str:
    """The id of the night that a contest's page is in: this one's, or its own past night's."""
    return night.definition.id if contest.ballot in night.counts else contest.ballot


def _book(found: Records, names: dict[str, Party]) -> Book:
    parties = [one for one in found.parties.values() if one.contests > 1]
    return Book(found, _rows(found, names), tuple(parties[:_PARTIES_SHOWN]), len(found.parties) - _PARTIES_SHOWN)


def _rows(found: Records, names: dict[str, Party]) -> tuple[Record, ...]:
    turnout = "ballot papers counted" if found.turnout_of == "papers" else "valid votes"

    def swing(entry: Entry) -> str:
        one = entry.result.swing
        assert one is not None, "a record of swing is held by a contest that has one"
        return f"{half_up(one.size * 100, 1)} points {names[one.from_party].short} to {names[one.to_party].short}"

    def turned_out(entry: Entry) -> str:
        papers = entry.result.turnout_papers if found.turnout_of == "papers" else None
        return share_text(entry.result.turnout_valid if papers is None else papers) + "%"

    rows: list[tuple[str, tuple[Entry, ...], Callable[[Entry], str]]] = [
        ("Smallest majority", found.smallest_majority, _votes),
        ("Smallest majority, as a share", found.smallest_majority_share, _share),
        ("Largest majority", found.largest_majority, _votes),
        ("Largest majority, as a share", found.largest_majority_share, _share),
        ("Largest swing, winner and second", found.largest_swing, swing),
        (f"Highest turnout, {turnout}", found.highest_turnout, turned_out),
        (f"Lowest turnout, {turnout}", found.lowest_turnout, turned_out),
    ]
    return tuple(Record(title, figure(entries[0]), entries) for title, entries, figure in rows if entries)


def _votes(entry: Entry) -> str:
    majority = entry.result.majority
    return f"{majority:,} {'vote' if majority == 1 else 'votes'}"


def _share(entry: Entry) -> str:
    return f"{share_text(entry.result.majority_share)}% of valid votes"


def _parliament(night: Night) -> Parliament | None:
    """None where this is no by-election of a Parliament whose nights are shipped."""
    (count,) = night.counts.values()
    day, ballot = night.definition.date, count.contest.ballot
    if not is_by_election(ballot):
        return None
    generals = sorted((one.date, one.id) for one in archive.listed() if one.contests > 1)
    before = [(date, name) for date, name in generals if date < day]
    after = [date for date, _ in generals if date >= day]
    if not before or not after:
        return None  # not every by-election of such a Parliament is at hand
    since, general = before[-1]
    polls = [one for one in archive.listed() if one.contests == 1 and since < one.date < after[0]]
    if not any(one.id == ballot for one in polls):
        return None
    others = [_known_by(one.id, night) for one in polls if one.date <= day and one.id != ballot]
    # Only the last of them can be said to be of all those years: of the others, nobody knew how many would come.
    years = (since.year, after[0].year) if all(one.date <= day for one in polls) else None
    found = records([night, *others], years)
    every = (night, *others, _past(general))
    names = {party: one for other in reversed(every) for party, one in other.parties.items()}
    won = [one for one in wins(every, night) if one.ballot == ballot]
    return Parliament(
        book=_book(found, names),
        claims=tuple(_claims(found, ballot, names)) if count.result else (),
        house=house(every, night),
        win=won[0] if won else None,
        names=names,
        years=years,
    )


@cache
def _past(night: str) -> Night:
    return fold(archive.load(night).events)


def _known_by(past: str, night: Night) -> Night:
    """A past night as far as it was known when this one stood as it does."""
    whole = _past(past)
    if whole.at <= night.at:
        return whole
    return fold([one for one in archive.load(past).events if one.seq == 1 or one.at <= night.at])


def _claims(found: Records, ballot: str, names: dict[str, Party]) -> list[Claim]:
    """The records of a scope that one contest holds, those of parties after the contest's own."""
    claims = [
        Claim(row.title, row.figure, len(row.entries) > 1) for row in _rows(found, names) if _has(row.entries, ballot)
    ]
    for party in found.parties.values():
        if party.contests < _A_FIELD or not has_a_past(party.party):
            continue
        for word, showings in (("Highest", party.best), ("Lowest", party.worst)):
            for one in showings:
                if one.entry.contest.ballot == ballot:
                    title, figure = f"{word} {names[party.party].name} share", share_text(one.line.share)
                    figure += f"%, {one.line.votes:,} votes"
                    claims.append(Claim(title, figure, len(showings) > 1, party.contests))
    return claims


def _has(entries: Sequence[Entry], ballot: str) -> bool:
    return any(one.contest.ballot == ballot for one in entries)
