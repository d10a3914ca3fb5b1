"""What each line of the file of a past night holds. Nothing is read, checked or written here.

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

A night of councils and offices has their ``bodies`` in its first line, and ``control_baseline`` where it says who
controlled them before; each further line then has its body, and whatever is not as in a seat of the House::

    "bodies": [{"id": "local.kent", "name": "Kent", "kind": "council", "seats": 81, …}, …]

    "body": "local.kent", "seats": 2, "method": "supplementary vote",
    "valid_papers": 2357,                                      where the votes do not say it
    "lots": [2, 5],                                            places of those drawn where a lot decided several seats
    "second": [{"1": 84550, "13": 192313}, 8002],              place → second preferences, and how many were rejected

``previous`` uses the ids that parties are counted under. Its votes add up to the valid votes of that poll: the votes of
parties that the source does not name are under "others", which is not a party and has no entry in ``parties``.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from server.election.bodies import Body
from server.election.contests import Previous
from server.election.events import NoPollState, Stage
from server.election.methods.figures import Counted, MoreFigures, Rejected, SecondPreferences
from server.election.methods.named import rules_of
from server.election.methods.rules import MethodName, Rules
from server.election.parties import Party
from server.election.texts.particulars import Particulars

FORMAT, VERSION = "declared-night", 1
ATTRIBUTION = "Contains Parliamentary information licensed under the Open Parliament Licence v3.0"
OTHERS = "others"

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
    bodies: tuple[Body, ...] | UnsetType = UNSET
    control_baseline: str | UnsetType = UNSET

    @property
    def is_of_the_house(self) -> bool:
        """Whether its contests are all for the House of Commons."""
        return self.bodies is UNSET


class Header(Summary, frozen=True, kw_only=True):
    """The whole first line."""

    parties: tuple[Party, ...]


class CandidateLine(Struct, frozen=True, array_like=True):
    """One candidate. ``votes`` are 0 for all candidates of a contest that has not been counted yet."""

    name: str
    party: str
    votes: Number = 0
    sitting: bool = False


class SecondLine(Struct, frozen=True, array_like=True):
    """The second round of a supplementary vote: place on the paper → second preferences for who stayed."""

    votes: dict[int, Number]
    rejected: Number | None = None


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
    body: str = ""
    seats: Annotated[int, Meta(ge=1)] = 1
    method: MethodName = "plurality"
    valid_papers: Number | None = None
    lots: tuple[Number, ...] = ()
    second: SecondLine | None = None
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

    @property
    def rules(self) -> Rules:
        """How votes are counted here."""
        return rules_of(self.method, self.seats, self.ballot.partition(".")[0])

    @property
    def more(self) -> MoreFigures:
        """What the result has besides votes, rejected papers and one lot."""
        second = self.second and SecondPreferences(
            {str(place): number for place, number in self.second.votes.items()}, self.second.rejected
        )
        return MoreFigures(valid_papers=self.valid_papers, lots=tuple(map(str, self.lots)), second=second)

    @property
    def counted(self) -> Counted:
        """The figures as a method is asked about them; candidates have their places as ids."""
        return Counted(
            votes={str(place): candidate.votes for place, candidate in enumerate(self.candidates, start=1)},
            rejected=None if self.rejected is None else Rejected(self.rejected),
            drawn=tuple(map(str, self.lots or (() if self.lot is None else (self.lot,)))),
            more=self.more,
            told=lambda place: self.candidates[int(place) - 1].name,
        )
