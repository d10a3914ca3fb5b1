"""What a question leads to: parties, seats and candidates, the likeliest first. No HTML, no results.

A party leads to its battlegrounds, where a night has them. What is misspelt leads to what it is nearest to.
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from server.election.bodies import Body
from server.election.contests import Candidate, Contest, Definition
from server.election.parties import Party
from server.html.address import kept
from server.pages.analysis.choices import choices
from server.pages.find.search import (
    Hit,
    Searchable,
    nearest,
    only,
    party_has,
    party_names,
    plain,
    search,
    seat_names,
    words_of,
)
from server.pages.find.spelling import meanings

MOST = 8
_MOST_PARTIES, _MOST_SEATS, _MOST_COUNCILS = 2, 5, 3

_NOTHING: Mapping[str, str] = {}

T = TypeVar("T")


class Suggestion(Struct, frozen=True):
    """A party, a council (``body`` alone), a seat (``contest``) or a candidate in a contest, of the night with that id.
    With a contest ``body`` is what it is for, None where it is for the House."""

    night: str
    party: Party | None = None
    contest: Contest | None = None
    candidate: Candidate | None = None
    body: Body | None = None

    def address(self, state: Mapping[str, str] = _NOTHING) -> str:
        """The address of its page, with the state that pages of its night share."""
        if self.contest:
            return f"/nights/{self.night}/contests/{self.contest.ballot}{kept(state)}"
        if self.body:
            return f"/nights/{self.night}/councils/{self.body.id}{kept(state)}"
        assert self.party is not None, "it is a contest's, a council or a party"
        return f"/nights/{self.night}/battlegrounds{kept(state, {'party': self.party.id})}"


class Found(Struct, frozen=True):
    """What a question leads to. ``only`` is what is meant, None if that is not clear. ``misspelt`` says that nothing is
    called so, and these are called nearly so."""

    suggestions: tuple[Suggestion, ...]
    only: Suggestion | None
    misspelt: bool


def suggested(definition: Definition, where: Searchable, question: str) -> Found:
    """What a question leads to in a night: at most eight."""
    night = definition.id
    hits, parties = search(where.entries, question), parties_called(definition, question)
    contest, party = only(where.entries, question, hits), party_meant(definition, question, hits)
    councils = councils_called(definition, question)
    misspelt = bool(words_of(question)) and not hits and not parties and not councils
    if misspelt:
        hits, parties = nearest(where, question), parties_called(definition, question, where)
    seats, people = likeliest(hits, question)
    shown = first_few(
        [Suggestion(night, party=party) for party in parties],
        [Suggestion(night, contest=contest, body=definition.body_of(contest)) for contest in seats],
        [
            Suggestion(night, contest=contest, candidate=person, body=definition.body_of(contest))
            for contest, person in people
        ],
        councils,
    )
    named = [one for one in councils if one.body and plain(one.body.name) == " ".join(words_of(question))]
    meant = shown[0] if (misspelt or councils) and len(shown) == 1 else named[0] if len(named) == 1 else None
    if party and not (contest and is_called(contest, question)):
        meant = Suggestion(night, party=party)
    elif contest and not (councils and not is_called(contest, question)):
        meant = Suggestion(night, contest=contest, body=definition.body_of(contest))
    return Found(shown, meant, misspelt)


def is_called(contest: Contest, question: str) -> bool:
    """Whether a question is the very name of a seat, in any language."""
    return " ".join(words_of(question)) in map(plain, seat_names(contest))


def councils_called(definition: Definition, question: str) -> list[Suggestion]:
    """The councils of a night that have each word asked for, or have that code."""
    words = words_of(question)
    return [
        Suggestion(definition.id, body=body)
        for body in (definition.councils if words else ())
        if [body.gss.lower()] == words or all(f" {word}" in f" {plain(body.name)}" for word in words)
    ]


def first_few(
    parties: Sequence[T], seats: Sequence[T], people: Sequence[T], councils: Sequence[T] = ()
) -> tuple[T, ...]:
    """At most eight of them; when seats would take all places, candidates have some."""
    kept = max(_MOST_SEATS, MOST - len(parties) - len(people) - len(councils))
    return (*parties[:_MOST_PARTIES], *councils[:_MOST_COUNCILS], *seats[:kept], *people)[:MOST]


def likeliest(hits: Sequence[Hit], question: str) -> tuple[list[Contest], list[tuple[Contest, Candidate]]]:
    """The seats and the candidates of hits: first who is called so, then whose name begins so, then by name."""
    asked = " ".join(words_of(question))

    def place(names: Sequence[str]) -> tuple[bool, bool, str]:
        return asked not in names, not any(name.startswith(asked) for name in names), names[0]

    seats = [hit.contest for hit in hits if hit.by_seat]
    people = [(hit.contest, person) for hit in hits for person in hit.named]
    if not seats and not people and len(hits) <= MOST:  # "labour uxbridge": seat and party together
        seats = [hit.contest for hit in hits]
    seats.sort(key=lambda contest: place([plain(name) for name in seat_names(contest)]))
    people.sort(key=lambda pair: place([plain(pair[1].name)]))
    return seats, people


def parties_called(definition: Definition, question: str, where: Searchable | None = None) -> list[Party]:
    """The parties of a night of several contests that have the words asked for, the largest first; with ``where``
    words that are nearly so too."""
    words = words_of(question)
    asked = meanings(where.known, words) if where else [(word,) for word in words]
    if not asked or len(definition.contests) == 1:
        return []
    return [choice.party for choice in choices(definition).values() if party_has(choice.party, asked)]


def party_meant(definition: Definition, question: str, hits: Sequence[Hit]) -> Party | None:
    """The party that a question means: the one with that very name, or the only one that is found where no seat or
    candidate is called so."""
    called = parties_called(definition, question)
    if len(called) > 1 or any(hit.by_seat or hit.named for hit in hits):
        asked = " ".join(words_of(question))
        called = [party for party in called if asked in party_names(party)]
    return called[0] if len(called) == 1 else None
