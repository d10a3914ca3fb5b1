"""What an amendment put right, figure by figure and name by name. No HTML, no rules."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from msgspec import Struct

from server.election.clock import LONDON
from server.election.contests import Candidate, Contest
from server.election.events import Amendment, BallotPaperAmended, NightAmended, NoPollTaken, SetsResult
from server.election.nights import Night
from server.election.texts.said import Said, Value, _, say, say_all

What = Literal[
    "name", "full-name", "party", "description", "sitting", "withdrew", "died", "stands", "new", "gone", "order",
    "contest", "region", "electorate", "previous", "title", "polls-close", "baseline",
]  # fmt: skip


class PutRight(Struct, frozen=True):
    """One thing that was put right: ``what`` it was, of which candidate (``who``, "" where of none), and how it reads
    ``before`` and ``after``. A party is an id, and both are None where only that it changed is worth saying."""

    what: What
    who: str = ""
    before: str | int | datetime | None = None
    after: str | int | datetime | None = None


def put_right(night: Night, event: Amendment) -> tuple[PutRight, ...]:
    """What an amendment of this night changed, in the order of the form."""
    if isinstance(event, NightAmended):
        return tuple(_of_the_night(night, event))
    return tuple(differing(paper_before(night, event), event.contest))


def differing(before: Contest, after: Contest) -> Iterator[PutRight]:
    """What differs between a contest as it was and as it is to be."""
    if before.name != after.name:
        yield PutRight("contest", "", before.name, after.name)
    if before.region != after.region:
        yield PutRight("region", "", before.region, after.region)
    if before.electorate != after.electorate:
        yield PutRight("electorate", "", before.electorate, after.electorate)
    earlier = {candidate.id: candidate for candidate in before.candidates}
    later = {candidate.id: candidate for candidate in after.candidates}
    for id, candidate in later.items():
        if id in earlier:
            yield from _of_a_candidate(earlier[id], candidate)
        else:
            yield PutRight("new", candidate.name)
    yield from (PutRight("gone", candidate.name) for id, candidate in earlier.items() if id not in later)
    if [id for id in earlier if id in later] != [id for id in later if id in earlier]:
        yield PutRight("order")
    if before.previous != after.previous:
        yield PutRight("previous")


def paper_before(night: Night, event: BallotPaperAmended | SetsResult | NoPollTaken) -> Contest:
    """The contest as it was known before this event of it."""
    earlier = [one for one in night.counts[event.ballot].amendments if one.seq < event.seq]
    if earlier:
        return earlier[-1].contest
    return next(contest for contest in night.opened_as.contests if contest.ballot == event.ballot)


def ids_used(night: Night, ballot: str) -> set[str]:
    """The ids of all candidates whom the ballot paper of a contest names, or ever named."""
    opened = [contest for contest in night.opened_as.contests if contest.ballot == ballot]
    papers = [*opened, *(event.contest for event in night.counts[ballot].amendments)]
    return {candidate.id for paper in papers for candidate in paper.candidates}


def in_words(night: Night, event: Amendment) -> Said:
    """What an amendment changed, in one line."""
    changed = [_words(night, one) for one in put_right(night, event)]
    return say_all(*changed, between="; ") if changed else say("nothing that is shown")


def _words(night: Night, one: PutRight) -> Said:
    before, after = (_value(night, one, value) for value in (one.before, one.after))
    if message := _OF_A_CANDIDATE.get(one.what):
        return say(message, who=one.who, before=before, after=after)
    return say("%(what)s %(after)s, not %(before)s", what=_FIELDS[one.what], before=before, after=after)


_OF_A_CANDIDATE: dict[str, str] = {
    "name": _("%(before)s is %(after)s"),
    "full-name": _("the full name of %(who)s"),
    "party": _("%(who)s stands for %(after)s, not %(before)s"),
    "description": _("the description of %(who)s"),
    "sitting": _("who was the MP before: %(who)s"),
    "withdrew": _("%(who)s withdrew"),
    "died": _("%(who)s has died"),
    "stands": _("%(who)s stands after all"),
    "new": _("%(who)s is on the paper"),
    "gone": _("%(who)s is not on the paper"),
    "order": _("the order of the candidates"),
    "previous": _("the result of the election before"),
}
_FIELDS = {
    "contest": say("name"),
    "region": say("region"),
    "electorate": say("electorate"),
    "title": say("title"),
    "polls-close": say("close of poll"),
    "baseline": say("baseline"),
}


def _value(night: Night, one: PutRight, value: str | int | datetime | None) -> Value:
    if isinstance(value, datetime):
        return f"{value.astimezone(LONDON):%H:%M}"
    if isinstance(value, int):
        return value or say("not known")
    if one.what == "party" and value in night.parties:
        return night.parties[value]
    return value or say("none")


def _of_a_candidate(before: Candidate, after: Candidate) -> Iterator[PutRight]:
    who = after.name
    if before.name != after.name:
        yield PutRight("name", who, before.name, after.name)
    if (before.full_name or "") != (after.full_name or ""):
        yield PutRight("full-name", who)
    if before.party != after.party:
        yield PutRight("party", who, before.party, after.party)
    if (before.description or "") != (after.description or ""):
        yield PutRight("description", who)
    if before.sitting != after.sitting:
        yield PutRight("sitting", who)
    if before.fate != after.fate:
        yield PutRight(after.fate or "stands", who)


def _of_the_night(night: Night, event: NightAmended) -> Iterator[PutRight]:
    earlier = [one for one in night.amendments if one.seq < event.seq]
    before = earlier[-1] if earlier else night.opened_as
    if before.title != event.title:
        yield PutRight("title", "", before.title, event.title)
    if before.polls_close != event.polls_close:
        yield PutRight("polls-close", "", before.polls_close, event.polls_close)
    if before.baseline != event.baseline:
        yield PutRight("baseline", "", before.baseline, event.baseline)
