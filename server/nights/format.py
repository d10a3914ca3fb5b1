"""The file of a past night: what each line holds, and how it is read, checked and written. No events, no CSV.

A night is one UTF-8 text file named ``<night-id>.jsonl``, plain so that a change can be read in a diff. Every
line is one JSON object and ends with LF. Times are RFC 3339, with the offset that London had then (``+01:00``, ``Z``).

The first line is the ``Header``::

    {"format": "declared-night", "version": 1, "id": "parl.2019-12-12", "title": "2019 general election",
     "date": "2019-12-12", "polls_close": "2019-12-12T22:00:00Z", "baseline": "2017 general election",
     "seats": 650, "times": "recorded", "contests": 650, "attribution": "…",
     "parties": [{"id": "PP52", "name": "Conservative", "short": "Con"}, …]}

``parties`` holds every party that stands or had votes at the baseline, and the parties that they are counted as.
``times`` is "recorded" where every declaration has its recorded time, else "assumed"; ``baseline`` is "" where there is
none, ``seats`` 0 where no majority is at stake. Each further line is one contest, a ``ContestLine``, in order of name.
``sitting`` marks the MP before the poll. Whatever follows the candidates is left out where it is not known::

    {"ballot": "parl.aldershot.2019-12-12", "name": "Aldershot", "gss": "E14000530",
     "region": "South East", "nation": "England", "electorate": 72617,
     "candidates": [[name, party, votes, sitting], …],          in ballot-paper order; without votes before the count
     "rejected": 146,                                           ballot papers rejected, in all
     "declared": "2019-12-13T01:47:00Z",
     "expected": "2019-12-13T02:30:00Z",                        when a declaration still to come is expected
     "lot": 2,                                                  place on the paper of the candidate drawn
     "descriptions": {"3": "Local Conservatives"},              place → party's name there, where it is another one
     "no_poll": ["countermanded", "…"],                         why there is nothing to count, and a sentence
     "previous": {"holder": "PP52", "votes": {"PP52": 26950, …}, "electorate": 76205},
     "published": ["Con hold", 16698],                          verdict and majority, as the source has them
     "why": "…",                                                a sentence that the verdict needs beside it
     "stages": [["2014-11-21T01:15:00Z", "verified", 40113], …],  time, stage, papers verified or null
     "notes": [["2014-11-21T04:16:00Z", "…", {…}], …]}          time, a sentence that is true at that time, and its
                                                                ``Particulars``, which may be left out

``electorate`` is 0 where it is not known; there is no turnout then. A contest with votes but without ``declared`` is
declared at an assumed time, see ``assumed.py``.

``previous`` uses the ids that parties are counted under. Its votes add up to the valid votes of that poll: the votes of
parties that the source does not name are under "others", which is not a party and has no entry in ``parties``.
"""

import re
from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from server.election.contests import Previous, slug_of
from server.election.events import NoPollState, Stage
from server.election.parties import Party, counted_as
from server.election.texts.particulars import Particulars, faults

FORMAT, VERSION = "declared-night", 1
ATTRIBUTION = "Contains Parliamentary information licensed under the Open Parliament Licence v3.0"
OTHERS = "others"
YEARS = range(1900, 2200)  # years that every system can show
BALLOT = re.compile(r"[a-z]+(\.[a-z0-9-]+)+\.\d{4}-\d\d-\d\d")

Number = Annotated[int, Meta(ge=0)]
Moment = Annotated[datetime, Meta(tz=True)]


class Summary(Struct, frozen=True, kw_only=True):
    """A night without its contests and parties, from the first line. ``contests`` is how many there are."""

    format: str = FORMAT
    version: int = VERSION
    id: str
    title: str
    date: date
    polls_close: Moment
    baseline: str
    seats: Number
    times: Literal["recorded", "assumed"]
    contests: Number
    attribution: str


class Header(Summary, frozen=True, kw_only=True):
    """The whole first line."""

    parties: tuple[Party, ...]


class CandidateLine(Struct, frozen=True, array_like=True):
    """One candidate. ``votes`` are 0 for all candidates of a contest that has not been counted yet."""

    name: str
    party: str
    votes: Number = 0
    sitting: bool = False


class StageLine(Struct, frozen=True, array_like=True):
    """A stage that the count reached; ``papers`` goes with "verified"."""

    at: Moment
    stage: Stage
    papers: Number | None = None


class NoteLine(Struct, frozen=True, array_like=True):
    """A sentence from the desk, true at the time ``at``, in English; other languages are in ``particulars``."""

    at: Moment
    text: str
    particulars: Particulars = Particulars()


class ContestLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One contest, its result included."""

    ballot: str
    name: str
    gss: str
    region: str
    nation: str
    electorate: Number
    candidates: tuple[CandidateLine, ...]
    rejected: Number | None = None
    declared: Moment | None = None
    expected: Moment | None = None
    lot: Number | None = None
    descriptions: dict[int, str] = {}
    no_poll: tuple[NoPollState, str] | None = None
    previous: Previous | None = None
    published: tuple[str, int] | None = None
    why: str = ""
    stages: tuple[StageLine, ...] = ()
    notes: tuple[NoteLine, ...] = ()

    @property
    def first_places(self) -> list[int]:
        """The places on the paper, from 1, of the candidates with the most votes; empty where nothing is counted
        yet."""
        most = max((candidate.votes for candidate in self.candidates), default=0)
        return [place for place, who in enumerate(self.candidates, start=1) if who.votes == most] if most else []


NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What is raised where text is not the JSON that is wanted, or is nested without end."""


class BadNight(ValueError):
    """A night file cannot be used; the message is a sentence with the file's name and the line."""

    def __init__(self, name: str, line: int, sentence: str) -> None:
        super().__init__(f"{name}, line {line}: {sentence}")


_summary = msgspec.json.Decoder(Summary)
_header = msgspec.json.Decoder(Header)
_contest = msgspec.json.Decoder(ContestLine)


def written(header: Header, contests: tuple[ContestLine, ...]) -> str:
    """The text of a night file."""
    return "".join(msgspec.json.encode(line).decode() + "\n" for line in (header, *contests))


def summary(first_line: bytes, name: str) -> Summary:
    """The first line without its parties; BadNight if it is not the first line of a night file. ``name`` is the
    file's."""
    try:
        night = _summary.decode(first_line)
    except NOT_JSON as error:
        raise BadNight(name, 1, f"This is not the first line of a night: {error}.") from error
    if (night.format, night.version) != (FORMAT, VERSION):
        sentence = f"This is {night.format} version {night.version}; only {FORMAT} version {VERSION} can be read."
        raise BadNight(name, 1, sentence)
    return night


def header_of(first_line: bytes, name: str) -> Header:
    """The whole first line; BadNight if it is not the first line of a night file."""
    summary(first_line, name)
    try:
        header = _header.decode(first_line)
    except NOT_JSON as error:
        raise BadNight(name, 1, f"{error}.") from error
    if header.date.year not in YEARS or header.polls_close.year not in YEARS:
        raise BadNight(name, 1, "The night is on no day that a clock has.")
    return header


def parsed(data: bytes, name: str) -> tuple[Header, tuple[ContestLine, ...]]:
    """A night file read and checked; BadNight at the first line that is wrong. ``name`` is the file's."""
    lines = data.splitlines()
    header = header_of(lines[0] if lines else b"", name)
    parties = {party.id for party in header.parties}
    contests: dict[str, ContestLine] = {}
    for number, line in enumerate(lines[1:], start=2):
        try:
            contest = _contest.decode(line)
        except NOT_JSON as error:
            raise BadNight(name, number, f"{error}.") from error
        if wrong := _wrong(contest, header, parties, contests):
            raise BadNight(name, number, wrong)
        contests[contest.ballot] = contest
    if len({slug_of(ballot) for ballot in contests}) != len(contests):
        raise BadNight(name, 1, "Two ballot ids differ in nothing but their kind of election.")
    if len(contests) != header.contests:
        sentence = f"The first line promises {header.contests} contests, but there are {len(contests)}."
        raise BadNight(name, 1, sentence)
    return header, tuple(contests.values())


def _wrong(contest: ContestLine, header: Header, parties: set[str], before: dict[str, ContestLine]) -> str | None:
    if contest.ballot in before:
        return f"{contest.ballot} has a line already."
    if not BALLOT.fullmatch(contest.ballot) or not slug_of(contest.ballot):
        return f"{contest.ballot} is not a ballot id like parl.clacton.by.2014-10-09."
    if not contest.candidates:
        return f"{contest.ballot} has no candidate."
    standing = {party for one in contest.candidates for party in (one.party, counted_as(one.party))}
    if contest.previous:
        standing |= {contest.previous.holder, *contest.previous.votes} - {OTHERS}
    if unknown := sorted(standing - parties):
        return f"The first line does not name the party {unknown[0]}."
    for note in contest.notes:
        if wrong := next(faults(note.particulars, parties), None):
            return f"{contest.ballot} has a note whose {wrong[0]} is wrong. {wrong[1]}"
    if any(not 1 <= place <= len(contest.candidates) for place in contest.descriptions):
        return f"{contest.ballot} describes a candidate that it does not have."
    tied = contest.first_places
    if contest.no_poll and (wrong := _wrong_without_poll(contest)):
        return wrong
    if len(tied) > 1 and contest.lot not in tied:
        return f"{contest.ballot} is a tie: say which of them was drawn by lot."
    if len(tied) < 2 and contest.lot is not None:
        return f"{contest.ballot} is not a tie, but has a lot."
    moments = [*(stage.at for stage in contest.stages), *(note.at for note in contest.notes)]
    if contest.declared:
        moments.append(contest.declared)
    if any(moment.year not in YEARS for moment in (*moments, *([contest.expected] if contest.expected else ()))):
        return f"{contest.ballot} has something happen on no day that a clock has."
    if moments and min(moments) < header.polls_close:
        return f"{contest.ballot} has something happen before the polls close."
    if contest.declared and contest.stages and contest.declared < max(stage.at for stage in contest.stages):
        return f"{contest.ballot} is declared before its count has ended."
    return None


def _wrong_without_poll(contest: ContestLine) -> str | None:
    state, reason = contest.no_poll or ("", "")
    if contest.first_places or contest.declared or contest.stages:
        return f"{contest.ballot} had no poll, but has votes, a count or a declaration."
    if (state == "uncontested") is not (len(contest.candidates) == 1):
        return f"{contest.ballot} is {state}, but {len(contest.candidates)} candidates stand."
    return None if reason.strip() else f"{contest.ballot} had no poll: say why."
