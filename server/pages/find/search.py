"""Looking for a contest by the names of its seat, its candidates and their parties. No results, no order, no HTML.

A word is found by its beginning, whatever its accents and capitals: "ynys mon" finds Ynys Môn. Seats and parties are
known by their names in every language. The browser does the same as somebody types (``web/static/find.js``).
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from server.election.contests import Candidate, Contest, Definition
from server.election.parties import Party, counted_as
from server.html.languages import languages

_LONGEST = 80  # letters of a question


class Person(Struct, frozen=True):
    """A candidate. ``known`` are the words of the seat and the party, ``words`` those and the name's."""

    candidate: Candidate
    known: str
    words: str


class Entry(Struct, frozen=True):
    """A contest in words: ``names`` are the seat's, ``words`` all of them in one text."""

    contest: Contest
    names: tuple[str, ...]
    words: str
    people: tuple[Person, ...]


class Hit(Struct, frozen=True):
    """A contest that was found; ``named`` are the candidates whose own name helped to find it."""

    contest: Contest
    named: tuple[Candidate, ...] = ()


@lru_cache(maxsize=1 << 15)
def plain(text: str) -> str:
    """Small letters and figures alone, without accents, a space between words: "King’s Lynn" is "kings lynn"."""
    letters = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return re.sub(r"[\W_]+", " ", re.sub("['’]", "", letters.lower()).replace("&", " and ")).strip()


def seat_names(contest: Contest) -> tuple[str, ...]:
    """What a seat is called in each language, English first, each name once."""
    return tuple(dict.fromkeys(language.seat(contest) for language in languages()))


def party_words(party: Party) -> str:
    """All a party is called by, in each language."""
    names = [name for language in languages() for name in (language.party(party), language.short(party))]
    return " ".join(dict.fromkeys(map(plain, names)))


def entries(definition: Definition) -> tuple[Entry, ...]:
    """The contests of a night, in its order, to be searched."""
    parties = {party.id: _words(party_words(party)) for party in definition.parties}
    found: list[Entry] = []
    for contest in definition.contests:
        names = tuple(map(plain, seat_names(contest)))
        seat = _words(*names)
        found.append(Entry(contest, names, seat, tuple(_person(one, seat, parties) for one in contest.candidates)))
    return tuple(found)


def search(listed: Sequence[Entry], question: str) -> list[Hit]:
    """The contests where every word asked for begins a word of the seat, or of one candidate, party and seat."""
    asked = _asked(question)
    found: list[Hit] = []
    for entry in listed:
        people = [one for one in entry.people if _has(one.words, asked)]
        if people or _has(entry.words, asked):
            found.append(Hit(entry.contest, tuple(one.candidate for one in people if not _has(one.known, asked))))
    return found


def only(listed: Sequence[Entry], question: str) -> Contest | None:
    """The one contest that somebody means: the seat of that very name, else the only seat, else the only one found."""
    asked = _asked(question)
    if not asked:
        return None
    exact = [entry.contest for entry in listed if " ".join(asked) in entry.names]
    seats = exact or [entry.contest for entry in listed if _has(entry.words, asked)]
    found = seats or [hit.contest for hit in search(listed, question)]
    return found[0] if len(found) == 1 else None


def _person(candidate: Candidate, seat: str, parties: dict[str, str]) -> Person:
    known = seat + parties[counted_as(candidate.party)]
    return Person(candidate, known, known + _words(plain(candidate.name)))


def _asked(question: str) -> list[str]:
    return plain(question[:_LONGEST]).split()


def _words(*texts: str) -> str:
    """Each with a space before it, by which the beginning of a word is found."""
    return "".join(" " + text for text in texts)


def _has(words: str, asked: Sequence[str]) -> bool:
    return all(f" {one}" in words for one in asked)
