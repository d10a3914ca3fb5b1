"""Looking for a contest by the names of its seat, its candidates and their parties. No results, no order, no HTML.

A word is found by its beginning, whatever its accents and capitals: "ynys mon" finds Ynys Môn. Seats and parties are
found by their names in every language. While somebody types, the browser does the same (``web/static/find.js``).
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from server.election.contests import Candidate, Contest, Definition
from server.election.parties import Party, counted_as
from server.html.languages import languages

_LONGEST = 80  # characters of a question that are read


class SearchPerson(Struct, frozen=True):
    """A candidate: ``known`` has the words of seat and party, ``words`` those and the words of the name."""

    candidate: Candidate
    known: str
    words: str


class SearchEntry(Struct, frozen=True):
    """A contest to search: ``names`` are the plain names of its seat, ``words`` all their words in one text."""

    contest: Contest
    names: tuple[str, ...]
    words: str
    people: tuple[SearchPerson, ...]


class Hit(Struct, frozen=True):
    """A contest that was found; ``named`` are the candidates whose own name helped to find it."""

    contest: Contest
    named: tuple[Candidate, ...] = ()


@lru_cache(maxsize=1 << 15)
def plain(text: str) -> str:
    """A text as lower-case letters and figures, without accents: "King’s Lynn" becomes "kings lynn"."""
    letters = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", " ", re.sub("['’]", "", letters.lower()).replace("&", " and ")).strip()


def seat_names(contest: Contest) -> tuple[str, ...]:
    """The names of a seat in all languages, English first, each name once."""
    return tuple(dict.fromkeys(language.seat(contest) for language in languages()))


def party_words(party: Party) -> str:
    """The words of a party's names and abbreviations in all languages."""
    names = [name for language in languages() for name in (language.party(party), language.short(party))]
    return " ".join(dict.fromkeys(map(plain, names)))


def entries(definition: Definition) -> tuple[SearchEntry, ...]:
    """The contests of a night to search, in the night's order."""
    parties = {party.id: _words(party_words(party)) for party in definition.parties}
    searchable: list[SearchEntry] = []
    for contest in definition.contests:
        names = tuple(map(plain, seat_names(contest)))
        seat = _words(*names)
        people = tuple(_person(candidate, seat, parties) for candidate in contest.candidates)
        searchable.append(SearchEntry(contest, names, seat, people))
    return tuple(searchable)


def search(listed: Sequence[SearchEntry], question: str) -> list[Hit]:
    """The contests where each word asked for begins a word of the seat, or of one candidate with party and seat."""
    asked = _asked(question)
    hits: list[Hit] = []
    for entry in listed:
        people = [person for person in entry.people if _has(person.words, asked)]
        if people or _has(entry.words, asked):
            named = tuple(person.candidate for person in people if not _has(person.known, asked))
            hits.append(Hit(entry.contest, named))
    return hits


def only(listed: Sequence[SearchEntry], question: str) -> Contest | None:
    """The contest that a question means, None if that is not clear.

    It is the seat with that very name, else the only seat that has the words, else the only contest that is found.
    """
    asked = _asked(question)
    if not asked:
        return None
    exact = [entry.contest for entry in listed if " ".join(asked) in entry.names]
    seats = exact or [entry.contest for entry in listed if _has(entry.words, asked)]
    meant = seats or [hit.contest for hit in search(listed, question)]
    return meant[0] if len(meant) == 1 else None


def _person(candidate: Candidate, seat: str, parties: dict[str, str]) -> SearchPerson:
    known = seat + parties[counted_as(candidate.party)]
    return SearchPerson(candidate, known, known + _words(plain(candidate.name)))


def _asked(question: str) -> list[str]:
    return plain(question[:_LONGEST]).split()


def _words(*texts: str) -> str:
    """The texts, each with a space before it: a space and a word's beginning are what ``_has`` looks for."""
    return "".join(" " + text for text in texts)


def _has(words: str, asked: Sequence[str]) -> bool:
    return all(f" {word}" in words for word in asked)
