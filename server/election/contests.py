"""What is known before a count begins: candidates, contests, previous results, a night's definition. No results."""

from datetime import date, datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field
from msgspec.structs import replace

from server.election.bodies import Body
from server.election.methods.named import rules_of
from server.election.methods.rules import MethodName, Rules
from server.election.parties import Party

Fate = Literal["withdrew", "died"]


class Candidate(Struct, frozen=True):
    """One name on the ballot paper. ``id`` stays the same whatever is put right on the paper: it was the place on it
    when the night was opened, "1" for the first. ``party`` is a party id; ``sitting`` marks the MP before the poll.

    ``name`` is what the paper says, the commonly used one where there is one; ``full_name`` is the other, where they
    differ. ``description`` is what the paper says in place of the party's name. ``fate`` says that the candidate
    withdrew in time, and takes no part in the poll (Parliamentary Elections Rules, rule 13), or has died: then votes
    for an independent are counted all the same (rule 60), and the poll of a party's candidate is countermanded (rule
    63). Fields that are unset are not encoded.
    """

    id: str
    name: str
    party: str
    sitting: bool = False
    description: str | UnsetType = UNSET
    fate: Fate | UnsetType = UNSET
    full_name: str | UnsetType = UNSET

    def is_called(self, name: str) -> bool:
        """Whether the paper calls the candidate so, however it is spaced and whether or not in capitals."""
        return " ".join(self.name.casefold().split()) == " ".join(name.casefold().split())


class Previous(Struct, frozen=True):
    """How a seat stood at the baseline election: ``holder`` is a party id, ``votes`` party id → votes.

    The ids are those under which parties are counted. ``electorate`` is None where the baseline does not give it.
    Figures for changed boundaries are estimates ("notional"). Where several seats are fought, ``seats`` is party id →
    those that it won when they were last fought, ``holder`` the party that won most, and ``votes`` are those of each
    party's best candidate.
    """

    holder: str
    votes: dict[str, int]
    electorate: int | None = None
    seats: dict[str, int] | UnsetType = UNSET

    @property
    def won(self) -> dict[str, int]:
        """Party id → the seats that it won when they were last fought."""
        return {self.holder: 1} if self.seats is UNSET else self.seats


class Contest(Struct, frozen=True):
    """One contest, known by its ballot id and never by the election date: two by-elections can share a day.

    ``candidates`` are in ballot-paper order, those who withdrew or died among them. ``gss`` is the constituency's
    Office for National Statistics code, "" where there is none. ``electorate`` is 0 where it is not known. ``why`` is
    a sentence to show beside the verdict, such as one about a defection, which hold and gain ignore.

    ``elects`` is how many seats are fought, unset for one, ``method`` how votes are counted, unset for plurality: ask
    ``seats`` and ``rules``. ``body`` is the id of what people are elected to. Fields that are unset are not encoded.
    """

    ballot: str
    name: str
    gss: str
    region: str
    nation: str
    electorate: int
    candidates: tuple[Candidate, ...]
    previous: Previous | None = None
    why: str = ""
    elects: int | UnsetType = field(default=UNSET, name="seats")
    method: MethodName | UnsetType = UNSET
    body: str | UnsetType = UNSET

    @property
    def seats(self) -> int:
        """How many are to be elected."""
        return self.elects or 1

    @property
    def rules(self) -> Rules:
        """How votes are counted here, and what has a meaning."""
        return rules_of(self.method or "plurality", self.seats, self.ballot.partition(".")[0])

    @property
    def slug(self) -> str:
        """The ballot id without date and, but for an office, election type: ``parl.aldershot.2019-12-12`` →
        ``aldershot``."""
        return slug_of(self.ballot)

    @property
    def polled(self) -> tuple[Candidate, ...]:
        """The candidates whose votes are counted: all but those who withdrew."""
        return tuple([candidate for candidate in self.candidates if candidate.fate != "withdrew"])

    @property
    def standing(self) -> tuple[Candidate, ...]:
        """The candidates who can be elected: all but those who withdrew or died."""
        return tuple([candidate for candidate in self.candidates if not candidate.fate])

    def candidate(self, candidate: str) -> Candidate:
        """The candidate with this id; KeyError where there is none."""
        for known in self.candidates:
            if known.id == candidate:
                return known
        raise KeyError(candidate)

    def told(self, candidate: str) -> str:
        """The candidate's name; with the place on the paper, ``Ann Abel (2)``, where another has the same name.

        KeyError where there is none with this id.
        """
        name = self.candidate(candidate).name
        places = [place for place, one in enumerate(self.candidates, start=1) if one.name == name]
        if len(places) == 1:
            return name
        return next(f"{name} ({place})" for place in places if self.candidates[place - 1].id == candidate)


def slug_of(ballot: str) -> str:
    """The part of a ballot id that tells it from the others of its night; "" where the text is not a ballot id.

    Of an office it names the kind: on 6 May 2021 the West Midlands elected both a mayor and a commissioner.
    """
    kind, *parts = ballot.split(".")[:-1] or [""]
    place = "-".join(part for part in parts if part != "by")
    return f"{kind}-{place}" if place and kind in ("mayor", "pcc") else place


class Definition(Struct, frozen=True, dict=True, weakref=True):
    """A night before its first result; the first event of its stream carries the whole definition.

    ``seats`` is the size of the House to be won (650), 0 where no majority is at stake. ``baseline`` names the election
    that gains and changes are counted from. ``times`` says whether the times of declarations are those of a night on
    air ("live"), were recorded, or are in part assumed. ``assumed`` holds the ballot ids whose declarations are at an
    assumed time. Where it is unset on a night with assumed times, all are assumed but those that the archive has a time
    for. ``replay_of`` is the id of the past night that is played again. ``rehearsal`` marks a practice night.

    ``bodies`` are the councils and offices whose contests these are; unset where all are for the House. Seats are
    compared with when they were last fought, which ``baseline`` names; the control of councils with another day, which
    ``control_baseline`` names: "the eve of the poll".

    Fields that are unset are not encoded: records written before the fields existed keep their heads.
    """

    id: str
    title: str
    date: date
    polls_close: datetime
    baseline: str
    parties: tuple[Party, ...]
    contests: tuple[Contest, ...]
    seats: int = 0
    times: Literal["recorded", "assumed", "live"] = "live"
    replay_of: str | None = None
    attribution: str = ""
    rehearsal: bool | UnsetType = UNSET
    assumed: tuple[str, ...] | UnsetType = UNSET
    bodies: tuple[Body, ...] | UnsetType = UNSET
    control_baseline: str | UnsetType = UNSET

    @property
    def councils(self) -> tuple[Body, ...]:
        """The councils of the night, in its order; without those of which nobody said how many seats they have."""
        return tuple([body for body in self.bodies or () if body.kind == "council" and body.seats])

    def body_of(self, contest: Contest) -> Body | None:
        """What the contest's people are elected to; None where the night does not say."""
        return next((body for body in self.bodies or () if body.id == contest.body), None)

    def told_with(self, contest: Contest) -> Body | None:
        """What has to be told beside a contest's name, because wards of several councils have the same; None where its
        name says it, and on a night about one council, unless only one ward is fought."""
        apart = len(self.bodies or ()) > 1 or len(self.contests) == 1
        body = self.body_of(contest) if apart else None
        said = contest.name if len(self.contests) > 1 else f"{contest.name} {self.title}"
        return body if body and body.name not in said else None


def practised(definition: Definition, name: str = "") -> Definition:
    """A night to practise with: nothing is declared, and everything is marked as a rehearsal. It is a night of its own,
    not a replay; its id is ``name``, or that of the night with ``.rehearsal``."""
    return replace(definition, id=name or f"{definition.id}.rehearsal", times="live", rehearsal=True)
