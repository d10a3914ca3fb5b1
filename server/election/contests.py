"""What is known before a count begins: candidates, contests, the previous result, definition. No results."""

from datetime import date, datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from server.election.parties import Party


class Candidate(Struct, frozen=True):
    """One name on the ballot paper. ``id`` is its place on the paper, "1" for the first."""

    id: str
    name: str
    party: str
    sitting: bool = False


class Previous(Struct, frozen=True):
    """How a seat stood at the baseline election: ``holder`` is a party id, ``votes`` party id → votes.

    ``electorate`` is None where the baseline does not say. Figures for changed boundaries are estimates ("notional").
    """

    holder: str
    votes: dict[str, int]
    electorate: int | None = None


class Contest(Struct, frozen=True):
    """One ballot: everything hangs on it, never on the election date. ``candidates`` are in ballot-paper order.

    ``gss`` is the constituency's Office for National Statistics code, "" where there is none; ``why`` is a sentence
    the verdict needs beside it, such as a defection that the rule of hold and gain ignores. ``electorate`` is 0 where
    it is not known.
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

    @property
    def slug(self) -> str:
        """The ballot id without election type and date: ``parl.aldershot.2019-12-12`` → ``aldershot``."""
        return slug_of(self.ballot)

    def candidate(self, candidate: str) -> Candidate:
        """The candidate with this id; KeyError where there is none."""
        for one in self.candidates:
            if one.id == candidate:
                return one
        raise KeyError(candidate)


def slug_of(ballot: str) -> str:
    """What tells a ballot id from the others of its night; "" if it is not one."""
    return "-".join(part for part in ballot.split(".")[1:-1] if part != "by")


class Definition(Struct, frozen=True, dict=True, weakref=True):
    """A night before its first result: the first event of its stream carries it whole.

    ``seats`` is the size of the House to be won (650), 0 where no majority is at stake; ``baseline`` names the
    election that gains and changes are counted from; ``times`` says how far the clock of a past night can be trusted.
    ``assumed`` are the ballots whose declarations are at an assumed time; left unset, all of a night whose times are
    assumed, but those known to the archive.
    ``rehearsal`` is a night that is practised, not counted. Left unset it is not written, so that the records of all
    other nights keep the heads that people have noted.
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
