"""Looking for a contest by the names of its seat, its candidates and their parties. No results, no order, no HTML.

A word is found by its beginning, whatever its accents and capitals: "ynys mon" finds Ynys Môn. Seats and parties are
found by their names in every language. While somebody types, the browser does the same (``web/static/find.js``). Only
the server finds what is misspelt.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from server.election.contests import Candidate, Contest, Definition
from server.election.once import once
from server.election.parties import Party, counted_as
from server.html.languages import languages
from server.pages.find.spelling import Vocabulary, meanings, vocabulary

_LONGEST = 80  # characters of a question that are read


class SearchPerson(Struct, frozen=True):
    """A candidate with the plain words of the ``party`` and of the ``name``, a space before each."""

    candidate: Candidate
    party: str
    name: str


class SearchEntry(Struct, frozen=True):
    """A contest to search: ``names`` are the plain names of its seat, ``words`` all their words and its code,
    ``council`` those of the council that it is for, ``all`` these and the words of its candidates and their parties."""

    contest: Contest
    names: tuple[str, ...]
    words: str
    people: tuple[SearchPerson, ...]
    all: str
    council: str = ""


class Searchable(Struct, frozen=True):
    """Contests to search, and all words that they can be found by."""

    entries: tuple[SearchEntry, ...]
    known: Vocabulary


class Hit(Struct, frozen=True):
    """A contest that was found: ``named`` are the candidates whose own name helped to find it, ``by_seat`` says that
    the names of its seat are enough."""

    contest: Contest
    named: tuple[Candidate, ...] = ()
    by_seat: bool = False


@lru_cache(maxsize=1 << 15)
def plain(text: str) -> str:
    """A text as lower-case letters and figures, without accents: "King’s Lynn" becomes "kings lynn"."""
    letters = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", " ", re.sub("['’]", "", letters.lower()).replace("&", " and ")).strip()


def seat_names(contest: Contest) -> tuple[str, ...]:
    """The names of a seat in all languages, English first, each name once."""
    return tuple(dict.fromkeys(language.seat(contest) for language in languages()))


def party_names(party: Party) -> tuple[str, ...]:
    """The plain names and abbreviations of a party in all languages, each once."""
    names = [name for language in languages() for name in (language.party(party), language.short(party))]
    return tuple(dict.fromkeys(map(plain, names)))


def party_words(party: Party) -> str:
    """The words of a party's names and abbreviations in all languages."""
    return " ".join(party_names(party))


def entries(definition: Definition) -> tuple[SearchEntry, ...]:
    """The contests of a night to search, in the night's order."""
    parties = {party.id: _words(party_words(party)) for party in definition.parties}
    searchable: list[SearchEntry] = []
    for contest in definition.contests:
        names = tuple(map(plain, seat_names(contest)))
        people = tuple(_person(candidate, parties) for candidate in contest.candidates)
        body = definition.body_of(contest)
        searchable.append(entry_of(contest, names, people, _words(plain(body.name)) if body else ""))
    return tuple(searchable)


def entry_of(contest: Contest, names: tuple[str, ...], people: tuple[SearchPerson, ...], council: str) -> SearchEntry:
    """A contest to search, with these of its candidates and the words of its council."""
    words = _words(*names, *[contest.gss.lower()] * bool(contest.gss))
    texts = {text for person in people for text in (person.party, person.name)}
    return SearchEntry(contest, names, words, people, "".join((words, council, *texts)), council)


@once
def searchable(definition: Definition) -> Searchable:
    """The contests of a night to search, in the night's order, with the words they are found by."""
    return with_words(entries(definition))


def with_words(listed: tuple[SearchEntry, ...]) -> Searchable:
    """Contests with all words that they can be found by."""
    people = (person for entry in listed for person in entry.people)
    texts = {text for person in people for text in (person.party, person.name)}
    return Searchable(listed, vocabulary(texts.union(entry.words for entry in listed)))


def search(listed: Sequence[SearchEntry], question: str) -> list[Hit]:
    """The contests where each word asked for begins a word of the seat, or of one candidate with party and seat. With
    another word that does so, a word may also begin one of the council's name: alone it means the council."""
    asked = [{f" {word}": 0} for word in words_of(question)]
    hits = [] if asked else [Hit(entry.contest, (), True) for entry in listed]
    for entry in listed if asked else ():
        if not all(_begins(entry.all, words) for words in asked):
            continue
        left = _not_of_seat(entry, asked)
        people = [person for person in entry.people if all(_begins(person.party + person.name, it) for it in left)]
        if people or not left:
            named = (one.candidate for one in people if not all(_begins(one.party, it) for it in left))
            hits.append(Hit(entry.contest, tuple(named), not left))
    return hits


def _not_of_seat(entry: SearchEntry, asked: Sequence[Mapping[str, int]]) -> list[Mapping[str, int]]:
    """The words asked for that are not the seat's; nor its council's, where another is the seat's or a candidate's."""
    left = [words for words in asked if not _begins(entry.words, words)]
    if not entry.council:
        return left
    without = [words for words in left if not _begins(entry.council, words)]
    return without if without or len(left) < len(asked) else left


def nearest(where: Searchable, question: str) -> list[Hit]:
    """The contests that a misspelt question is nearest to, by the words of ``search``; none where no word is near."""
    asked = [{f" {word}": cost for word, cost in meant.items()} for meant in meanings(where.known, words_of(question))]
    asked.sort(key=len)
    best, hits = 0, list[Hit]()
    for entry in where.entries if asked else ():
        if not all(_begins(entry.all, meant) for meant in asked):
            continue
        left = [meant for meant in asked if not _begins(entry.words, meant)]
        fit = [one for one in entry.people if all(_begins(one.party + one.name, meant) for meant in left)]
        costs = [(_cost(entry.words + one.party + one.name, asked), one) for one in fit]
        seat = [] if left else [_cost(entry.words, asked)]
        least = min([*seat, *(cost for cost, _ in costs)], default=None)
        if least is None or (hits and least > best):
            continue
        if not hits or least < best:
            best, hits = least, []
        own = (one for cost, one in costs if cost == least and not all(_begins(one.party, it) for it in left))
        hits.append(Hit(entry.contest, tuple(one.candidate for one in own), seat == [least]))
    return hits


def only(listed: Sequence[SearchEntry], question: str, hits: Sequence[Hit]) -> Contest | None:
    """The contest that a question means, of the ``hits`` that ``search`` has for it; None if that is not clear.

    It is the seat with that very name, else the only seat that has the words, else the only contest that is found.
    """
    asked = words_of(question)
    if not asked:
        return None
    exact = [entry.contest for entry in listed if " ".join(asked) in entry.names]
    seats = exact or [entry.contest for entry in listed if all(f" {word}" in entry.words for word in asked)]
    seats = seats or [hit.contest for hit in hits if hit.by_seat]
    meant = seats or [hit.contest for hit in hits]
    return meant[0] if len(meant) == 1 else None


def words_of(question: str) -> list[str]:
    """The plain words of a question, as far as it is read."""
    return plain(question[:_LONGEST]).split()


def party_has(party: Party, asked: Iterable[Iterable[str]]) -> bool:
    """Whether each word asked for, one of its meanings, begins a word of the party's names."""
    words = _words(party_words(party))
    return all(any(f" {word}" in words for word in meant) for meant in asked)


def _person(candidate: Candidate, parties: dict[str, str]) -> SearchPerson:
    return SearchPerson(candidate, parties[counted_as(candidate.party)], _words(plain(candidate.name)))


def _words(*texts: str) -> str:
    """The texts, each with a space before it: a space and a word's beginning are what ``_begins`` looks for."""
    return "".join(" " + text for text in texts)


def _begins(words: str, meant: Iterable[str]) -> bool:
    """Whether one of these, each with a space before it, begins a word of the text."""
    for word in meant:  # noqa: SIM110  any() takes twice as long, measured
        if word in words:
            return True
    return False


def _cost(words: str, asked: Iterable[Mapping[str, int]]) -> int:
    """What the slips cost by which a text has all that was asked for."""
    return sum(min(cost for word, cost in meant.items() if word in words) for meant in asked)
