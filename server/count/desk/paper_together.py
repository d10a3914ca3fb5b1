"""The form "The ballot paper" of who comes second, put together with what was put right since it was opened. No HTML,
no HTTP, no rules."""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from server.count.desk.paper import CandidateRow, PaperForm, form_of, with_room
from server.election.contests import Contest
from server.election.counts import Count
from server.election.nights import Night

_OF_THE_CONTEST = ("name", "region", "electorate", "holder", "previous_electorate", "previous")
_OF_A_CANDIDATE = ("place", "name", "party", "short", "description", "fate", "sitting", "full_name")


def together(night: Night, count: Count, made_from: int, typed: PaperForm) -> PaperForm:
    """The form as it was ``typed``, with everything that was put right since there were ``made_from`` amendments
    where nothing else was typed. Where there is no such paper, it is as it was typed."""
    paper = _paper_after(night, count, made_from)
    if paper is None:
        return typed
    base, stands = form_of(paper, night.parties), form_of(count.contest, night.parties)
    rows = [replace(row, number=number) for number, row in enumerate(_rows(base, stands, typed), 1)]
    own = {name: getattr(typed, name) for name in _OF_THE_CONTEST if _said(typed, name) != _said(base, name)}
    return with_room(replace(stands, candidates=tuple(rows), **own))


def _paper_after(night: Night, count: Count, amendments: int) -> Contest | None:
    """The ballot paper after so many amendments; None if there were not as many."""
    opened = [contest for contest in night.opened_as.contests if contest.ballot == count.contest.ballot]
    papers = [*opened, *(event.contest for event in count.amendments)]
    return papers[amendments] if 0 <= amendments < len(papers) else None


def _rows(base: PaperForm, stands: PaperForm, typed: PaperForm) -> Iterator[CandidateRow]:
    was = {row.id: row for row in base.candidates if row.id}
    mine = {row.id: row for row in typed.candidates if row.id}
    there = [row for row in stands.candidates if row.id]
    for row in there:
        own = _typed(was[row.id], mine[row.id]) if row.id in was and row.id in mine else {}
        yield replace(row, **own)
    here = {row.id for row in there}
    added = {(row.name, row.party) for row in there if row.id not in was}
    for row in typed.candidates:
        new = not row.id and not row.is_empty and (row.name, row.party) not in added
        if new or (row.id in was and row.id not in here and _typed(was[row.id], row)):
            yield replace(row, id="", place="" if row.id else row.place)


def _typed(base: CandidateRow, mine: CandidateRow) -> dict[str, Any]:
    return {name: getattr(mine, name) for name in _OF_A_CANDIDATE if getattr(mine, name) != getattr(base, name)}


def _said(form: PaperForm, name: str) -> Any:
    if name != "previous":
        return getattr(form, name)
    return [(row.party, row.votes) for row in form.previous if row.party or row.votes]
