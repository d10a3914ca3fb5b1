"""What an amendment put right, figure by figure and name by name. No HTML, no rules."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from msgspec import Struct

from server.election.clock import LONDON
from server.election.contests import Candidate, Contest
from server.election.events import Amendment, BallotPaperAmended, NightAmended
from server.election.nights import Night

What = Literal[
    "name", "party", "description", "sitting", "withdrew", "died", "stands", "new", "gone", "order",
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
    return tuple(differing(_before(night, event), event.contest))


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


def ids_used(night: Night, ballot: str) -> set[str]:
    """The ids of all candidates whom the ballot paper of a contest names, or ever named."""
    opened = [contest for contest in night.opened_as.contests if contest.ballot == ballot]
    papers = [*opened, *(event.contest for event in night.counts[ballot].amendments)]
    return {candidate.id for paper in papers for candidate in paper.candidates}


def in_words(night: Night, event: Amendment) -> str:
    """What an amendment changed, in one English line."""
    return "; ".join(_words(night, one) for one in put_right(night, event)) or "nothing that is shown"


def _words(night: Night, one: PutRight) -> str:
    before, after = (_value(night, one, value) for value in (one.before, one.after))
    match one.what:
        case "name":
            return f"{before} is {after}"
        case "party":
            return f"{one.who} stands for {after}, not {before}"
        case "description":
            return f"the description of {one.who}"
        case "sitting":
            return f"who was the MP before: {one.who}"
        case "withdrew":
            return f"{one.who} withdrew"
        case "died":
            return f"{one.who} has died"
        case "stands":
            return f"{one.who} stands after all"
        case "new":
            return f"{one.who} is on the paper"
        case "gone":
            return f"{one.who} is not on the paper"
        case "order":
            return "the order of the candidates"
        case "previous":
            return "the result of the election before"
        case _:
            name = {"contest": "name", "polls-close": "close of poll"}.get(one.what, one.what)
            return f"{name} {after}, not {before}"


def _value(night: Night, one: PutRight, value: str | int | datetime | None) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(LONDON):%H:%M}"
    if isinstance(value, int):
        return f"{value:,}" if value else "not known"
    if one.what == "party" and value in night.parties:
        return night.parties[value].name
    return value or "none"


def _of_a_candidate(before: Candidate, after: Candidate) -> Iterator[PutRight]:
    who = after.name
    if before.name != after.name:
        yield PutRight("name", who, before.name, after.name)
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


def _before(night: Night, event: BallotPaperAmended) -> Contest:
    earlier = [one for one in night.counts[event.ballot].amendments if one.seq < event.seq]
    if earlier:
        return earlier[-1].contest
    return next(contest for contest in night.opened_as.contests if contest.ballot == event.ballot)
