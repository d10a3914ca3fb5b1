"""A declaration as it is read aloud: who has how many votes, who is elected and as what. No HTML, no HTTP."""

from msgspec import Struct

from server.count.phone.office import Office, office_of
from server.election.contests import Candidate, Contest
from server.election.counting.acts import ChangeConfirmed
from server.election.counting.changes import change_of, is_confirmed
from server.election.counting.desk import Desk
from server.election.counting.keying import is_first_alone
from server.election.counts import Count
from server.election.methods.figures import HEADS, Rejected
from server.election.methods.rules import in_order
from server.election.nights import Night
from server.election.parties import counted_as
from server.election.result import Result
from server.election.texts.said import Named, Said, say
from server.election.texts.words import BEGUN
from server.election.verdict import Figures, judge


class ReadBack(Struct, frozen=True):
    """A declaration to be read aloud.

    ``lines``, in ballot-paper order: candidate's name, party, id of the party it counts for, votes, elected.
    ``elected`` are the names of those elected, by votes; ``vacant`` is how many seats nobody has. ``rejected``: head
    of rule 47 and papers (None if not known), ``rejected_total`` all of them. ``tied``: the names among whom a lot
    decided, ``drawn`` those on whom it fell. ``second``, where there are two rounds: name, first preferences, second,
    together, of those who stay; without ``result`` the second is still to come, and its numbers are None. ``office`` is
    what they are elected to.
    """

    lines: tuple[tuple[str, Named | str, str, int, bool], ...]
    elected: tuple[str, ...]
    vacant: int
    tied: tuple[str, ...]
    drawn: tuple[str, ...]
    rejected: tuple[tuple[Said, int | None], ...]
    rejected_total: int | None
    in_part: int | None
    second: tuple[tuple[str, int, int | None, int | None], ...]
    kind: str
    office: Office
    result: Result | None

    @property
    def stayed(self) -> tuple[str, ...]:
        """The names of those who stay for a second round."""
        return tuple(name for name, *_ in self.second)


def read_back(night: Night, count: Count, figures: Figures | Result) -> ReadBack:
    """Figures as they are to be read aloud: keyed ones, declared ones, or a result."""
    contest = count.contest
    if isinstance(figures, Result):
        result, in_part = figures, None
        votes = {line.candidate.id: line.votes for line in figures.lines}
    else:
        votes, more = figures.votes, figures.more
        in_part = more.in_part if more else None
        result = None if is_first_alone(count, votes) else judge(contest, figures)
    elected = [line.candidate for line in result.elected] if result else []

    def spoken(candidate: Candidate) -> str:
        return spoken_name(night, contest, candidate)

    return ReadBack(
        lines=tuple(
            (
                contest.told(candidate.id),
                candidate.description or party_name(night, candidate.party),
                counted_as(candidate.party),
                votes[candidate.id],
                candidate in elected,
            )
            for candidate in contest.candidates
            if candidate.id in votes
        ),
        elected=tuple(map(spoken, elected)),
        vacant=result.verdict.vacant if result else 0,
        tied=tuple(spoken(candidate) for candidate in _tied(contest, result)) if result else (),
        drawn=tuple(spoken(contest.candidate(one)) for one in result.drawn) if result else (),
        rejected=_rejected(contest, figures.rejected),
        rejected_total=figures.rejected.total if figures.rejected else None,
        in_part=in_part,
        second=_second(contest, votes, result),
        kind=result.verdict.kind if result else "",
        office=office_of(night, contest),
        result=result,
    )


class Otherwise(Struct, frozen=True):
    """A correction that changes who is elected, with the names; ``command`` is its id, ``confirmed`` who confirmed
    it, None while nobody has."""

    out: tuple[str, ...]
    instead: tuple[str, ...]
    command: str
    confirmed: ChangeConfirmed | None


def otherwise(night: Night, desk: Desk, ballot: str) -> Otherwise | None:
    """How the correction of a contest that is ready changes who is elected; None if it does not."""
    change, contest = change_of(night, desk, ballot), night.counts[ballot].contest
    if change is None:
        return None
    out, instead = (
        tuple(spoken_name(night, contest, contest.candidate(one)) for one in some)
        for some in (change.out, change.instead)
    )
    confirmed = desk.of(ballot).confirmed if is_confirmed(desk, ballot, change) else None
    return Otherwise(out, instead, change.command, confirmed)


def _tied(contest: Contest, result: Result) -> list[Candidate]:
    """The candidates whose equal votes a lot decided: those drawn, and all who have as many."""
    if not result.by_lot:
        return []
    votes = {line.candidate.id: line.votes if line.total is None else line.total for line in result.lines}
    level = votes[result.drawn[0]]
    rest = {line.candidate.id for line in result.lines if (line.total is None) == (result.winner.total is None)}
    return [one for one in contest.standing if one.id in rest and votes[one.id] == level]


def _second(
    contest: Contest, votes: dict[str, int], result: Result | None
) -> tuple[tuple[str, int, int | None, int | None], ...]:
    totals = {line.candidate.id: line.total for line in result.lines} if result else {}
    stayed = contest.rules.remaining(votes) if any(votes.values()) else ()
    rows = ((one, votes[one], totals.get(one)) for one in in_order(votes) if one in stayed)
    return tuple(
        (contest.told(one), first, None if total is None else total - first, total) for one, first, total in rows
    )


def _rejected(contest: Contest, rejected: Rejected | None) -> tuple[tuple[Said, int | None], ...]:
    return tuple((head_name(contest, head), getattr(rejected, head)) for head in HEADS) if rejected else ()


def party_name(night: Night, party: str) -> Named | str:
    """The party whose name is on the paper. A registration that the night does not name has the name of the party it
    counts for, or else its id."""
    return night.parties.get(party) or night.parties.get(counted_as(party)) or party


def spoken_name(night: Night, contest: Contest, candidate: Candidate) -> str:
    """A candidate's name; with the party and the place on the paper where another has the same name."""
    told = contest.told(candidate.id)
    if told == candidate.name:
        return told
    return say(
        "%(name)s (%(party)s, number %(place)s on the ballot paper)",
        name=candidate.name,
        party=candidate.description or party_name(night, candidate.party),
        place=told.removeprefix(candidate.name)[2:-1],
    )


def head_name(contest: Contest, head: str) -> Said:
    """A head of rejected papers in words, with a capital letter."""
    return BEGUN[contest.rules.heads[head]]
