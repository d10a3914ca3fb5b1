"""Which parties of a night can be chosen for a page about them, and why not. Only from the definition; no results."""

from msgspec import Struct

from server.election.contests import Definition
from server.election.once import once
from server.election.parties import SPEAKER, Party, counted_as, has_a_past
from server.html.languages import ENGLISH, Language


class PartyChoice(Struct, frozen=True):
    """A party as it is counted: the seats it ``held`` and the votes it had at the baseline, where it ``stands`` now."""

    party: Party
    held: int
    before: int
    stands: frozenset[str]


Choices = dict[str, PartyChoice]
"""By id: those that held the most seats at the baseline first, then by votes, then by where they stand."""


@once
def choices(definition: Definition) -> Choices:
    """Every party of a night but independents, who are different people each time, and the Speaker."""
    held: dict[str, int] = {}
    before: dict[str, int] = {}
    stands: dict[str, set[str]] = {}
    for contest in definition.contests:
        for candidate in contest.polled:
            stands.setdefault(counted_as(candidate.party), set()).add(contest.ballot)
        if contest.previous:
            held[contest.previous.holder] = held.get(contest.previous.holder, 0) + 1
            for party, votes in contest.previous.votes.items():
                before[party] = before.get(party, 0) + votes
    found = [
        PartyChoice(party, held.get(party.id, 0), before.get(party.id, 0), frozenset(stands.get(party.id, ())))
        for party in definition.parties
        if party.id == counted_as(party.id) and has_a_past(party.id) and party.id != SPEAKER
    ]
    found.sort(key=lambda choice: (-choice.held, -choice.before, -len(choice.stands), choice.party.name))
    return {choice.party.id: choice for choice in found if choice.held or choice.stands}


def why_no_swing(known: Choices, first: str, second: str, language: Language = ENGLISH) -> str:
    """The sentence that says why there is no swing between two parties; "" where there is."""
    first_choice, second_choice = known.get(first), known.get(second)
    if first_choice is None or second_choice is None:
        sentence = language.gettext("'%(party)s' is not a party of this night that can be compared.")
        return sentence % {"party": first if first_choice is None else second}
    if first == second:
        return language.gettext("A swing is between two parties: choose two.")
    sentence = ""
    if not first_choice.stands & second_choice.stands:
        sentence = language.gettext(
            "%(first)s and %(second)s stand in no seat together, so there is no swing between them."
        )
    elif not first_choice.before and not second_choice.before:
        sentence = language.gettext(
            "Neither %(first)s nor %(second)s had votes at the baseline, so there is no swing between them."
        )
    return sentence % {"first": language.party(first_choice.party), "second": language.party(second_choice.party)}


def usual_pair(known: Choices) -> tuple[str, str] | None:
    """The two largest parties at the baseline that can be compared, the larger one first; None if there are none."""
    ids = list(known)
    pairs = ((first, second) for place, first in enumerate(ids) for second in ids[place + 1 :])
    return next((pair for pair in pairs if not why_no_swing(known, *pair)), None)
