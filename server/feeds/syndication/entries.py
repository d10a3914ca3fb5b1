"""What a reader of news is told of a night: an entry a contest and a note, which a correction or withdrawal replaces.
No XML, no HTTP."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from server.election.counts import Count
from server.election.events import BallotPaperAmended, Corrected, Declared, NoPollTaken, Withdrawn
from server.election.nights import Night
from server.election.result import Result
from server.election.results.amendments import paper_before
from server.election.results.notes import Note, notes_of
from server.election.verdict import elect_unopposed, judge
from server.html.languages import Language
from server.html.marked import marked
from server.html.telling import verdicts
from server.html.telling.words import corrected, note_withdrawn, told

_ENTERED = (Declared, Corrected, Withdrawn, NoPollTaken)


class Chosen(Struct, frozen=True):
    """Which entries: ``only`` is "declarations", "gains" or "notes", "" for all; of a ``contest`` or ``party`` alone
    where these are given."""

    only: str = ""
    contest: str = ""
    party: str = ""


class Entry(Struct, frozen=True):
    """An entry as it stands. ``name`` is what stays of its address, ``seq`` that of the event which updated it."""

    name: str
    page: str
    title: str
    lines: tuple[str, ...]
    published: datetime
    updated: datetime
    seq: int
    terms: tuple[str, ...] = ()


def entries(night: Night, chosen: Chosen, language: Language) -> Iterator[Entry]:
    """The entries that are asked for, the last updated first."""
    found: list[Count | Note] = []
    if chosen.only != "notes":
        found += [count for count in night.counts.values() if _is_chosen(night, count, chosen)]
    if chosen.only in ("", "notes") and not chosen.party:
        found += [one for one in notes_of(night).values() if chosen.contest in ("", one.posted.ballot)]
    for one in sorted(found, key=_seq, reverse=True):
        yield _of_count(night, one, language) if isinstance(one, Count) else _of_note(night, one, language)


def _is_chosen(night: Night, count: Count, chosen: Chosen) -> bool:
    """Whether a contest has an entry: also one that was a gain, or a party's, before it was corrected, withdrawn or
    amended."""
    if not _events(count) or chosen.contest not in ("", count.contest.ballot):
        return False
    if not chosen.party and chosen.only != "gains":
        return True
    results = list(_results(night, count))
    if chosen.only == "gains" and not any(result.verdict.gained for result in results):
        return False
    parties = {party for one in results for party in (*one.verdict.won, *one.verdict.lost)}
    return chosen.party in ("", *parties)


def _results(night: Night, count: Count) -> Iterator[Result]:
    """Every result that was declared here, by what was known of the contest then and later, and the one that stands."""
    if count.result:
        yield count.result
    for event in count.history if len(_events(count)) > 1 else ():
        if not isinstance(event, Declared | Corrected | NoPollTaken):
            continue
        known = paper_before(night, event) if count.amendments else count.contest
        if not isinstance(event, NoPollTaken):
            later = (one.contest for one in count.amendments if one.seq > event.seq)
            yield from (judge(contest, event) for contest in (known, *later))
        elif event.state == "uncontested":
            yield elect_unopposed(known)


def _events(count: Count) -> list[Declared | Corrected | Withdrawn | NoPollTaken | BallotPaperAmended]:
    """What made the entry and changed it, the first and the last among them; none before the first result."""
    made = [event for event in count.history if isinstance(event, _ENTERED)]
    amended = [event for event in count.amendments if made and event.seq > made[0].seq]
    return sorted((*made, *amended), key=lambda event: event.seq)


def _seq(one: Count | Note) -> int:
    if isinstance(one, Count):
        return max(event.seq for event in _events(one))
    return max(one.says.seq, one.withdrawn.seq if one.withdrawn else 0)


def _of_count(night: Night, count: Count, language: Language) -> Entry:
    first, *others = told(night, count, language).split(" · ")
    happened, ballot, result = _events(count), count.contest.ballot, count.result
    put_right = corrected(count, language)
    lines = [
        f"{line.candidate.name} ({language.short(night.parties[line.candidate.party])}): "
        f"{language.number(line.votes)}{f' ({language.percent(line.share)})' if line.best else ''}"
        for line in (result.lines if result and not result.unopposed else ())
    ]
    if count.contest.rules.shares_are_of == "first preferences" and lines:
        lines.insert(0, language.gettext("First preferences:"))
    last = happened[-1]
    reason = [last.reason] if isinstance(last, Corrected | Withdrawn | BallotPaperAmended) and last.reason else []
    if result and len(result.elected) > verdicts.PEOPLE_TOLD:  # else they are among the facts
        lines.insert(0, language.gettext("Elected: %(names)s") % {"names": verdicts.names(count.contest, result)})
    return Entry(
        name=f"/contests/{ballot}",
        page=f"/contests/{ballot}",
        title=marked(night.definition, f"{put_right}: {first}" if put_right else first, language),
        lines=(*reason, " · ".join(others), *lines) if others else (*reason, *lines),
        published=happened[0].at,
        updated=last.at,
        seq=last.seq,
        terms=(result.verdict.kind, *result.verdict.won) if result else (count.status,),
    )


def _of_note(night: Night, note: Note, language: Language) -> Entry:
    ballot, last = note.posted.ballot, note.withdrawn or note.says
    text = (note.particulars.texts or {}).get(language.code, note.says.text)
    title = note_withdrawn(language) if note.withdrawn else text if len(text) <= 90 else f"{text[:89]}…"
    return Entry(
        name=f"/notes/{note.posted.seq}",
        page=f"/contests/{ballot}" if ballot else "",
        title=marked(night.definition, title, language),
        lines=() if note.withdrawn else (text,),
        published=note.posted.at,
        updated=last.at,
        seq=last.seq,
        terms=("note",),
    )
