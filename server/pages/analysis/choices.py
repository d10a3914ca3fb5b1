"""Which parties of a night can be chosen for a page about them, and why not. Only from the definition; no results."""

from msgspec import Struct

from server.election.contests import Definition
from server.election.once import once
from server.election.parties import SPEAKER, Party, counted_as, has_a_past
from server.html.languages import ENGLISH, Language


class Choice(Struct, frozen=True):
    """A party as it is counted: the seats it ``held`` and the votes it had at the baseline, where it ``stands`` now."""

    party: Party
    held: int
    before: int
    stands: frozenset[str]


Choices = dict[str, Choice]
"""By id: those that held the most seats at the baseline first, then by votes, then by where they stand."""


@once
def choices(definition: Definition) -> Choices:
    """Every party of a night but independents, who are different people each time, and the Speaker."""
    held: dict[str, int] = {}
    before: dict[str, int] = {}
    stands: dict[str, set[str]] = {}
    for contest in definition.contests:
        for candidate in contest.candidates:
            stands.setdefault(counted_as(candidate.party), set()).add(contest.ballot)
        if contest.previous:
            held[contest.previous.holder] = held.get(contest.previous.holder, 0) + 1
            for party, votes in contest.previous.votes.items():
                before[party] = before.get(party, 0) + votes
    found = [
        Choice(one, held.get(one.id, 0), before.get(one.id, 0), frozenset(stands.get(one.id, ())))
        for one in definition.parties
        if one.id == counted_as(one.id) and has_a_past(one.id) and one.id != SPEAKER
    ]
    found.sort(key=lambda one: (-one.held, -one.before, -len(one.stands), one.party.name))
    return {one.party.id: one for one in found if one.held or one.stands}


def why_no_swing(known: Choices, first: str, second: str, language: Language = ENGLISH) -> str:
    """The sentence that says why there is no swing between two parties; "" where there is."""
    one, other = known.get(first), known.get(second)
    if one is None or other is None:
        sentence = language.gettext("'%(party)s' is not a party of this night that can be compared.")
        return sentence % {"party": first if one is None else second}
    if first == second:
        return language.gettext("A swing is between two parties: choose two.")
    sentence = ""
    if not one.stands & other.stands:
        sentence = language.gettext(
            "%(first)s and %(second)s stand in no seat together, so there is no swing between them."
        )
    elif not one.before and not other.before:
        sentence = language.gettext(
            "Neither %(first)s nor %(second)s had votes at the baseline, so there is no swing between them."
        )
    return sentence % {"first": language.party(one.party), "second": language.party(other.party)}


def usual_pair(known: Choices) -> tuple[str, str] | None:
    """The two largest parties at the baseline that can be compared, the larger one first; None if there are none."""
    ids = list(known)
    pairs = ((first, second) for place, first in enumerate(ids) for second in ids[place + 1 :])
    return next((pair for pair in pairs if not why_no_swing(known, *pair)), None)
