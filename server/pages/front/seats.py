"""A seat, a council, a candidate or a party by name over all nights, on air and shipped: where its newest page is.
No results.

A word is found by its beginning, as on the page of a night (``pages/find/search.py``).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from server.election.contests import Contest, Definition
from server.election.nights import Night
from server.nights import archive
from server.pages.find.search import (
    Hit,
    Searchable,
    SearchEntry,
    entries,
    entry_of,
    nearest,
    plain,
    search,
    searchable,
    with_words,
    words_of,
)
from server.pages.find.suggest import (
    Suggestion,
    councils_called,
    first_few,
    is_called,
    likeliest,
    parties_called,
    party_meant,
)
from server.pages.front.chosen import chosen, is_general

_MOST = 60  # seats, and candidates, that are listed


class Told(Struct, frozen=True):
    """A party, seat or candidate that was asked for, with the title and the date of the night that its page is of."""

    what: Suggestion
    title: str
    date: date


class FoundAnywhere(Struct, frozen=True):
    """What a question leads to, of each kind the likeliest first. ``only`` is what is meant, None if that is not clear.
    ``misspelt`` says that nothing is called so, and this is called nearly so."""

    parties: tuple[Told, ...] = ()
    councils: tuple[Told, ...] = ()
    seats: tuple[Told, ...] = ()
    people: tuple[Told, ...] = ()
    only: Told | None = None
    misspelt: bool = False

    @property
    def few(self) -> tuple[Told, ...]:
        """What is suggested while somebody types."""
        return first_few(self.parties, self.seats, self.people, self.councils)


class _Places(Struct, frozen=True):
    """Contests to search, newest first, and of which night each is, by the contest's ``id()``."""

    where: Searchable
    nights: dict[int, Definition]


def found_anywhere(question: str, on_air: Sequence[Night]) -> FoundAnywhere:
    """What a question leads to over all nights: each seat, and each candidate of a seat, once, where it is newest.
    Nights on air come before all others, the most important first. At most sixty of a kind. A party leads to the most
    important night of several contests; where that is no general election, the newest one is offered too."""
    if not words_of(question):
        return FoundAnywhere()
    nights = chosen(on_air)
    live = [night.definition for night in (nights.lead, *nights.others) if night]
    places = [*map(_place, live), _shipped()]
    first = next((one for one in live if len(one.contests) > 1), None) or _newest_general()
    offered = (first,) if is_general(first) else (first, _newest_general())
    called = [(night, parties_called(night, question)) for night in offered]
    councils = _councils(live, question)
    found = [(place, search(place.where.entries, question)) for place in places]
    misspelt = not any(some for _, some in called) and not councils and not any(hits for _, hits in found)
    if misspelt:
        found = [(place, nearest(place.where, question)) for place in places]
        called = [(night, parties_called(night, question, _shipped().where)) for night in offered]
    hits = list(_newest(hit for _, some in found for hit in some))
    night_of = {key: night for place in reversed(places) for key, night in place.nights.items()}
    seats, people = likeliest(hits, question)

    def told(night: Definition, what: Suggestion) -> Told:
        return Told(what, night.title, night.date)

    def at(contest: Contest) -> Definition:
        return night_of[id(contest)]

    parties = [told(night, Suggestion(night.id, party=some[n])) for n in (0, 1) for night, some in called if some[n:]]
    of_seats = [told(at(one), _seat(at(one), one)) for one in seats]
    of_people = [told(at(one), replace(_seat(at(one), one), candidate=person)) for one, person in people]
    of_party = [(night, party_meant(night, question, hits)) for night in offered]
    meant = [told(night, Suggestion(night.id, party=party)) for night, party in of_party if party]
    exact = [one for one in of_seats if one.what.contest and is_called(one.what.contest, question)]
    exact += [one for one in councils if one.what.body and plain(one.what.body.name) == " ".join(words_of(question))]
    if len(exact) == 1:
        only = exact[0]
    elif meant:
        only = meant[0] if len(meant) == 1 else None
    else:
        all_of_them = (
            of_seats
            if len(of_seats) == 1 and not misspelt and not councils
            else [*parties, *councils, *of_seats, *of_people]
        )
        only = all_of_them[0] if len(all_of_them) == 1 else None
    return FoundAnywhere(
        tuple(parties), tuple(councils), tuple(of_seats[:_MOST]), tuple(of_people[:_MOST]), only, misspelt
    )


def seat_of(gss: str, on_air: Sequence[Night]) -> Told | None:
    """The newest contest of the constituency with that code, on air or shipped; None where there is none."""
    nights = chosen(on_air)
    live = [night.definition for night in (nights.lead, *nights.others) if night]
    for night in (*live, *(archive.load(one.id).definition for one in archive.listed())):
        for contest in night.contests:
            if contest.gss == gss:
                return Told(_seat(night, contest), night.title, night.date)
    return None


def _seat(night: Definition, contest: Contest) -> Suggestion:
    return Suggestion(night.id, contest=contest, body=night.body_of(contest))


def _councils(live: Iterable[Definition], question: str) -> list[Told]:
    """The councils that are called so, each where it is newest."""
    found: dict[str, Told] = {}
    for night in (*live, *_of_councils()):
        for one in councils_called(night, question):
            found.setdefault(one.body.id if one.body else "", Told(one, night.title, night.date))
    return list(found.values())


def _place_of(contest: Contest) -> tuple[str, str]:
    """What a seat is known by: two councils can have wards of one name, and a constituency too."""
    return contest.body or "", plain(contest.name)


def _newest(hits: Iterable[Hit]) -> Iterable[Hit]:
    """Each seat, and each candidate of a seat, where it comes first."""
    seats: set[tuple[str, str]] = set()
    known: set[tuple[tuple[str, str], str, str]] = set()
    for hit in hits:
        seat = _place_of(hit.contest)
        people = [(one, (seat, one.party, plain(one.name))) for one in hit.named]
        named = tuple(one for one, key in people if key not in known)
        known.update(key for _, key in people)
        by_seat = hit.by_seat and seat not in seats
        if by_seat or named or seat not in seats:
            yield replace(hit, named=named, by_seat=by_seat)
        seats.add(seat)


def _place(night: Definition) -> _Places:
    return _Places(searchable(night), {id(contest): night for contest in night.contests})


@cache
def _shipped() -> _Places:
    """The contests of all shipped nights; a candidate who stood in a seat again is in its newest alone."""
    listed: list[SearchEntry] = []
    nights: dict[int, Definition] = {}
    known: set[tuple[tuple[str, str], str, str]] = set()
    seats: set[tuple[str, str]] = set()
    for night in (archive.load(one.id).definition for one in archive.listed()):
        for entry in entries(night):
            seat = _place_of(entry.contest)
            people = [(one, (seat, one.party, one.name)) for one in entry.people]
            new = tuple(one for one, key in people if key not in known)
            known.update(key for _, key in people)
            if new or seat not in seats:
                listed.append(entry_of(entry.contest, entry.names, new, entry.council))
                nights[id(entry.contest)] = night
            seats.add(seat)
    return _Places(with_words(tuple(listed)), nights)


@cache
def _newest_general() -> Definition:
    """The newest shipped night of a whole House."""
    return next(archive.load(one.id).definition for one in archive.of_the_house() if one.contests > 1)


@cache
def _of_councils() -> tuple[Definition, ...]:
    """The shipped nights that have councils, newest first."""
    return tuple([archive.load(one.id).definition for one in archive.listed() if not one.is_of_the_house])
