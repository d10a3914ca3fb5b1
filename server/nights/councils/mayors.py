"""An election by supplementary vote becomes a night of one contest, from a file with its first preferences and with the
second ones of the papers of those who were out. Nothing is written."""

from datetime import date

import msgspec
from msgspec import Struct

from server.election.bodies import Body
from server.election.parties import Party, counted_as
from server.nights.councils.names import party
from server.nights.format import parsed, written
from server.nights.sources.ballots import polls_close
from server.nights.sources.importer import ImportRefused
from server.nights.sources.problems import Problem
from server.nights.sources.source import File, text_of
from server.nights.written.lines import CandidateLine, ContestLine, Header, SecondLine

ATTRIBUTION = "Figures of the Greater London Returning Officer"


class _Candidate(Struct, frozen=True):
    name: str
    party: str
    first: int


class _Rejected(Struct, frozen=True):
    total: int


class _Stayed(Struct, frozen=True):
    transferred: int
    total: int


class _Election(Struct, frozen=True):
    """``final`` has who stayed for the second round, by surname."""

    election: str
    candidates: tuple[_Candidate, ...]
    rejected_first: _Rejected
    second_rejected: _Rejected
    final: dict[str, _Stayed]


def imported(file: File, *, title: str, place: str, gss: str) -> str:
    """The text of the night file of ``mayor.london.2021-05-06``; ImportRefused where it cannot be one."""
    problems: list[Problem] = []
    text = text_of(file, problems)
    try:
        found = msgspec.json.decode(text or "", type=_Election)
    except msgspec.DecodeError as error:
        raise ImportRefused(problems or [Problem(file.name, 0, f"This is no supplementary vote: {error}.")]) from error
    day = date.fromisoformat(found.election.rpartition(".")[2])
    body = Body(found.election.removesuffix(f".{day}"), place, "office", member="mayor", gss=gss)
    parties: dict[str, Party] = {}
    lines: list[CandidateLine] = []
    for one in found.candidates:
        its = party(one.party)
        parties[its.id] = its
        parties.setdefault(counted_as(its.id), its)
        lines.append(CandidateLine(one.name, its.id, one.first))
    second: dict[int, int] = {}
    for place_on_paper, one in enumerate(found.candidates, start=1):
        if stayed := found.final.get(one.name.rpartition(" ")[2]):
            second[place_on_paper] = stayed.transferred
    contest = ContestLine(
        ballot=found.election,
        name=place,
        gss=gss,
        region=place,
        nation="England",
        electorate=0,
        candidates=tuple(lines),
        rejected=found.rejected_first.total,
        body=body.id,
        method="supplementary vote",
        second=SecondLine(second, found.second_rejected.total),
    )
    header = Header(
        id=found.election,
        title=title,
        date=day,
        polls_close=polls_close(day),
        baseline="",
        seats=0,
        times="assumed",
        contests=1,
        attribution=ATTRIBUTION,
        bodies=(body,),
        parties=tuple(parties[id] for id in sorted(parties)),
    )
    made = written(header, (contest,))
    parsed(made.encode(), found.election)
    return made
