"""Imports a night of councils from the two files of a Local Elections Handbook: the whole night, or every error.
Nothing is written."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from msgspec import UNSET, Struct

from server.election.bodies import Body
from server.election.contests import Previous
from server.election.methods.figures import Counted, MoreFigures, Rejected
from server.election.parties import Party, counted_as
from server.nights.baselines import Baseline
from server.nights.councils.handbook import Ward, drawn, papers_are_valid, wards
from server.nights.format import BadNight, parsed, written
from server.nights.sources.ballots import polls_close
from server.nights.sources.importer import Imported, ImportRefused
from server.nights.sources.problems import Problem
from server.nights.sources.source import File
from server.nights.written.lines import ATTRIBUTION, CandidateLine, ContestLine, Header

_NIGHT = re.compile(r"local\.(?:[a-z0-9-]+\.)?(\d{4}-\d\d-\d\d)")
UNOPPOSED = "No more candidates stand nominated than there are seats: no poll is taken."


class Known(Struct, frozen=True):
    """What is known of a council besides its wards: its ``seats``, those not up among them (0 where only its wards say
    it), who had ``control`` on the eve (as ``Body``), its code and its region."""

    seats: int = 0
    control: str | None = None
    gss: str = ""
    region: str = ""


_NOTHING: Mapping[str, Known] = MappingProxyType({})


def imported(
    contests: File,
    candidates: File,
    *,
    id: str,
    title: str,
    baseline: Baseline | None = None,
    known: Mapping[str, Known] = _NOTHING,
    control_baseline: str = "",
    complete: bool = True,
) -> Imported:
    """The night file of all councils in the files, ``local.2025-05-01``, or of one, ``local.rushmoor.2024-05-02``;
    ImportRefused with everything wrong.

    ``baseline`` has the wards as they were last fought; one whose code or number of seats is another there has none.
    ``known`` is body id → what is known of the council. Where only some of a council's seats are fought it must say how
    many there are, unless the night need not be ``complete``, as when it is only a baseline.
    """
    day = _day(id)
    problems: list[Problem] = []
    notes: list[Problem] = []
    only = id.removesuffix(f".{day}")
    found = [ward for ward in wards(contests, candidates, day, problems, notes) if only in ("local", ward.body)]
    if not found and not problems:
        problems.append(Problem(contests.name, 0, f"There is no ward of {id} in it."))
    by_council: dict[str, list[Ward]] = {}
    for ward in found:
        by_council.setdefault(ward.body, []).append(ward)
    bodies = [_body(its, known.get(body, Known()), complete) for body, its in sorted(by_council.items())]
    lines = [
        _line(ward, known.get(body, Known()).region, valid, baseline, notes)
        for body, its in by_council.items()
        for valid in (papers_are_valid(its),)
        for ward in its
    ]
    if problems:
        raise ImportRefused(_in_order(problems, contests))
    lines.sort(key=lambda line: (line.name, line.ballot))
    header = Header(
        id=id,
        title=title,
        date=day,
        polls_close=polls_close(day),
        baseline=baseline.name if baseline else "",
        seats=0,
        times="assumed",
        contests=len(lines),
        attribution=ATTRIBUTION,
        bodies=tuple(bodies),
        control_baseline=control_baseline or UNSET,
        parties=_parties(found, lines, bodies, baseline),
    )
    text = written(header, tuple(lines))
    try:
        parsed(text.encode(), id)
    except BadNight as error:
        raise ImportRefused([Problem(candidates.name, 0, f"No night can be made of it: {error}")]) from error
    return Imported(text, tuple(_in_order(notes, contests)))


def _in_order(found: Iterable[Problem], contests: File) -> list[Problem]:
    return sorted(found, key=lambda problem: (problem.file != contests.name, problem.line))


def _day(night: str) -> date:
    read = _NIGHT.fullmatch(night)
    try:
        return date.fromisoformat(read[1] if read else "")
    except ValueError:
        sentence = "The id of a night of councils is like local.2025-05-01, or local.rushmoor.2024-05-02 for one."
        raise ImportRefused([Problem(night, 0, sentence)]) from None


def _body(its: Sequence[Ward], known: Known, complete: bool) -> Body:
    first, fought = its[0], sum(ward.seats for ward in its)
    if complete and not first.whole and not known.seats:
        sentence = f"Only some seats of {first.council} are fought, and how many it has is not known."
        first.row.wrong(sentence, "the seats of the council are not known")
    return Body(
        id=first.body,
        name=first.council,
        kind="council",
        seats=max(known.seats, fought),
        control=known.control,
        member="councillor",
        area="division" if first.division else "ward",
        gss=known.gss or first.council_gss,
    )


def _line(ward: Ward, region: str, valid: bool, baseline: Baseline | None, notes: list[Problem]) -> ContestLine:
    votes = {str(place): one.votes for place, one in enumerate(ward.paper, start=1)}
    unopposed = not ward.votes and len(ward.paper) <= ward.seats
    counted = Counted(votes, None if ward.rejected is None else Rejected(ward.rejected), electorate=ward.electorate)
    tie = None if unopposed or not votes else ward.rules.tie(counted)
    lots = drawn(ward, list(map(int, tie.tied)), tie.places) if tie else ()
    if not tie and votes and not unopposed:
        _hold_flags(ward, counted, notes)
    return ContestLine(
        ballot=ward.ballot,
        name=ward.name,
        gss=ward.gss,
        region=region,
        nation="England",
        electorate=ward.electorate,
        candidates=tuple(CandidateLine(one.name, one.party.id, one.votes, one.sitting) for one in ward.paper),
        descriptions={},
        rejected=None if unopposed else ward.rejected,
        lot=lots[0] if len(lots) == 1 else None,
        body=ward.body,
        seats=ward.seats,
        valid_papers=_valid_papers(ward, valid, counted, notes),
        lots=lots if len(lots) > 1 else (),
        no_poll=("uncontested", UNOPPOSED) if unopposed else None,
        previous=_previous(ward, baseline),
    )


def _hold_flags(ward: Ward, counted: Counted, notes: list[Problem]) -> None:
    elected = {ward.paper[int(place) - 1] for place in ward.rules.elect(counted).elected}
    if elected != {one for one in ward.paper if one.flagged}:
        names = ", ".join(one.name for one in ward.paper if one in elected)
        sentence = f"In {ward.name} others are called elected than those with the most votes: {names}. The votes count."
        notes.append(Problem(ward.row.file, ward.row.line, sentence, "others are called elected"))


def _valid_papers(ward: Ward, valid: bool, counted: Counted, notes: list[Problem]) -> int | None:
    """The papers with a valid vote, where the votes do not say it; None where they cannot be right."""
    if ward.papers is None or ward.rejected is None or "valid papers" not in ward.rules.keyed:
        return None
    papers = ward.papers if valid else ward.papers - ward.rejected
    more = Counted(counted.votes, counted.rejected, more=MoreFigures(valid_papers=papers), electorate=ward.electorate)
    for finding in ward.rules.check(more):
        sentence = f"The ballot papers of {ward.name} cannot be right, and are left out. {finding.sentence}"
        notes.append(Problem(ward.row.file, ward.row.line, sentence, finding.code))
        return None
    return papers


def _previous(ward: Ward, baseline: Baseline | None) -> Previous | None:
    found = baseline.previous.get(ward.gss) if baseline else None
    return found if found and sum(found.won.values()) == ward.seats else None


def _parties(
    found: Iterable[Ward], lines: Iterable[ContestLine], bodies: Iterable[Body], baseline: Baseline | None
) -> tuple[Party, ...]:
    """Every party that stands, that others are counted as, that had votes at the baseline, or control."""
    counted: dict[str, Counter[Party]] = {}
    for ward in found:
        for one in ward.paper:
            counted.setdefault(one.party.id, Counter())[one.party] += 1
    parties = {id: names.most_common(1)[0][0] for id, names in counted.items()}
    for party in list(parties.values()):
        parties.setdefault(counted_as(party.id), party)
    past = baseline.parties if baseline else {}
    before = {party for line in lines if line.previous for party in (line.previous.holder, *line.previous.votes)}
    for id in {*before, *(body.control for body in bodies if body.control)} - parties.keys():
        parties[id] = past[id]
    return tuple(parties[id] for id in sorted(parties))
