"""Imports a night from CSV as the House of Commons Library or Democracy Club publishes it: the whole night, or every
error. Nothing is written."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from server.election.contests import Previous
from server.nights.archive import past_night
from server.nights.baselines import Baseline, of_night
from server.nights.format import BadNight, parsed, written
from server.nights.past import PastNight
from server.nights.sources import democracy_club
from server.nights.sources.ballots import Ballot, polls_close
from server.nights.sources.library import of_the_library
from server.nights.sources.lines import line_of, named, parties_of
from server.nights.sources.notional import of_notional
from server.nights.sources.problems import Problem, summed_up
from server.nights.sources.renamed import EARLIER
from server.nights.sources.source import File
from server.nights.sources.verdicts import contradicted
from server.nights.written.lines import ATTRIBUTION, Header

_GENERAL = re.compile(r"parl\.(\d{4}-\d\d-\d\d)")
_BY_ELECTION = re.compile(r"parl\.[a-z0-9-]+\.by\.(\d{4}-\d\d-\d\d)")
_NONE_RENAMED: Mapping[str, str] = MappingProxyType({})


class ImportRefused(ValueError):
    """Nothing was imported; ``problems`` is everything that is wrong with the files, in order of file and line, and the
    message sums it up."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(summed_up(self.problems)))


class Imported(Struct, frozen=True):
    """The ``text`` of a night file, and ``notes`` on what is odd in the files but was imported, in order of file and
    line."""

    text: str
    notes: tuple[Problem, ...]


def import_night(
    contests: File | None,
    candidates: File,
    *,
    id: str,
    title: str,
    baseline: PastNight | File | None = None,
    baseline_name: str = "",
    renamed: Mapping[str, str] = _NONE_RENAMED,
) -> str:
    """The text of a night file, as ``imported`` makes it."""
    return imported(
        contests,
        candidates,
        id=id,
        title=title,
        baseline=baseline,
        baseline_name=baseline_name,
        renamed=renamed,
    ).text


def imported(
    contests: File | None,
    candidates: File,
    *,
    id: str,
    title: str,
    baseline: PastNight | File | None = None,
    baseline_name: str = "",
    renamed: Mapping[str, str] = _NONE_RENAMED,
) -> Imported:
    """The night file of one general election, of one by-election, or of all by-elections of a date; ImportRefused with
    everything wrong.

    ``id`` is Democracy Club's, ``parl.2019-12-12`` or ``parl.clacton.by.2014-10-09``; rows of other dates and contests
    do not matter. ``baseline`` is a past night, or a CSV of notional results, which ``baseline_name`` names;
    ``renamed`` is the code of a seat there → its code in this night. Published verdicts are kept in the file, but not
    relied on.

    ``candidates`` may be an export of Democracy Club's. Then ``contests`` gives only what the export does not have, and
    may be None, and a ballot may have no votes yet, as long as none of its candidates has any.
    """
    day = _day(id)
    problems: list[Problem] = []
    notes: list[Problem] = []
    exported = democracy_club.is_export(candidates)
    if exported:
        ballots = democracy_club.ballots(candidates, contests, id, day, problems, notes)
    else:
        ballots = of_the_library(contests, candidates, id, day, problems, notes)
    before = _baseline(baseline, baseline_name or title, ballots, problems, notes)
    if before:
        before = _must_have_all(replace(before, previous=_under(before.previous, renamed)), ballots)
    files = {contests.name if contests else "": 0, candidates.name: 1}

    def in_order(found: Iterable[Problem]) -> list[Problem]:
        return sorted(found, key=lambda problem: (files.get(problem.file, 2), problem.line))

    if problems:
        raise ImportRefused(in_order(problems))
    attribution = ATTRIBUTION
    if exported:
        attribution = "; ".join((democracy_club.ATTRIBUTION, *([ATTRIBUTION] if contests or baseline else [])))
    ordered = sorted(ballots, key=lambda ballot: ballot.seat.name)
    parties = named(ordered)
    lines = tuple(line_of(ballot, before, parties) for ballot in ordered)
    header = Header(
        id=id,
        title=title,
        date=day,
        polls_close=polls_close(day),
        baseline=before.name if before else "",
        seats=0 if any(".by." in line.ballot for line in lines) else len(lines),
        times="recorded"
        if all(ballot.seat.declared for ballot in ballots if ballot.paper[0].votes is not None and not ballot.no_poll)
        else "assumed",
        contests=len(lines),
        attribution=attribution,
        parties=parties_of(parties, lines, before),
    )
    text = written(header, lines)
    try:
        past = past_night(*parsed(text.encode(), id))
    except BadNight as error:
        raise ImportRefused([Problem(candidates.name, 0, f"No night can be made of it: {error}")]) from error
    return Imported(text, tuple(in_order([*notes, *contradicted(past, ballots)])))


def _day(night: str) -> date:
    known = _GENERAL.fullmatch(night) or _BY_ELECTION.fullmatch(night)
    try:
        return date.fromisoformat(known[1] if known else "")
    except ValueError:
        sentence = "The id of a night is like parl.2019-12-12, or parl.clacton.by.2014-10-09 for a by-election."
        raise ImportRefused([Problem(night, 0, sentence)]) from None


def _baseline(
    baseline: PastNight | File | None,
    name: str,
    ballots: Sequence[Ballot],
    problems: list[Problem],
    notes: list[Problem],
) -> Baseline | None:
    if baseline is None:
        return None
    if isinstance(baseline, PastNight):
        return of_night(baseline)
    known = {
        word: candidate.party
        for ballot in ballots
        for candidate in ballot.paper
        for word in (candidate.number, candidate.party.short)
        if word
    }
    return of_notional(baseline, name, known, problems, notes)


def _under(previous: Mapping[str, Previous], renamed: Mapping[str, str]) -> dict[str, Previous]:
    return {renamed.get(gss, gss): one for gss, one in previous.items()}


def _must_have_all(before: Baseline, ballots: Sequence[Ballot]) -> Baseline:
    """The baseline; seats that it does not have are noted, with the code under which it seems to have them."""
    here = {ballot.seat.key[0] for ballot in ballots}
    others = {name.casefold(): gss for gss, name in before.names.items() if gss not in here}
    for ballot in ballots:
        name, gss = ballot.seat.name, ballot.seat.key[0]
        if gss in before.previous:
            continue
        if old := EARLIER.get(gss, "") if EARLIER.get(gss) in before.previous else others.get(name.casefold()):
            sentence = f"{name} ({gss}) is {old} in the baseline. If it is the same seat, say --renamed {old}={gss}."
            ballot.seat.row.wrong(sentence)
        else:
            ballot.seat.row.wrong(f"{name} ({gss}) is not in the baseline.", "not in the baseline")
    return before
