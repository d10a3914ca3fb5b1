"""Wards of several seats and elections for a mayor, made by hand."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from server.election.bodies import Body
from server.election.commands import AnyCommand, Declare, OpenNight
from server.election.contests import Candidate, Contest, Definition, Previous
from server.election.deciding.checks import Keyed
from server.election.deciding.decide import decide
from server.election.methods.figures import MoreFigures, Rejected
from server.election.nights import Night, apply
from server.election.parties import INDEPENDENT, Party
from server.election.result import Result
from server.election.verdict import judge

CON, LAB, LD, GREEN, IND = "PP52", "PP53", "PP90", "PP63", INDEPENDENT
PARTIES = {
    one.id: one
    for one in (
        Party(CON, "Conservative", "Con"),
        Party(LAB, "Labour", "Lab"),
        Party(LD, "Liberal Democrat", "LD"),
        Party(GREEN, "Green", "Green"),
        Party(IND, "Independent", "Ind"),
    )
}
CLOSE = datetime(2025, 5, 1, 21, tzinfo=UTC)


def ward(
    *stand: str,
    seats: int = 3,
    name: str = "abbey",
    before: dict[str, int] | None = None,
    votes: dict[str, int] | None = None,
    body: str = "local.kent",
    electorate: int = 10_000,
) -> Contest:
    """A ward in which these parties' candidates stand, "1" the first; ``before`` are the seats when last fought."""
    known = before is not None
    return Contest(
        ballot=f"local.kent.{name}.2025-05-01",
        name=name,
        gss="",
        region="South East",
        nation="England",
        electorate=electorate,
        candidates=tuple(Candidate(str(place), f"{name} {place}", party) for place, party in enumerate(stand, 1)),
        previous=Previous(max(before, key=before.__getitem__), votes or {}, seats=before) if known else None,
        elects=seats,
        body=body,
    )


def mayor(*stand: str, previous: Previous | None = None, electorate: int = 0) -> Contest:
    """An election of a mayor by supplementary vote."""
    return Contest(
        ballot="mayor.london.2021-05-06",
        name="London",
        gss="",
        region="London",
        nation="England",
        electorate=electorate,
        candidates=tuple(Candidate(str(place), f"Candidate {place}", party) for place, party in enumerate(stand, 1)),
        previous=previous,
        method="supplementary vote",
        body="mayor.london",
    )


def result(contest: Contest, *votes: int, rejected: int | None = None, **more: object) -> Result:
    """A ward's result; ``lots`` are those drawn, ``valid_papers`` the papers with a valid vote."""
    figures = {str(place): number for place, number in enumerate(votes, start=1)}
    extra = MoreFigures(**more)  # type: ignore[arg-type]
    return judge(contest, Keyed(figures, None if rejected is None else Rejected(rejected), None, extra))


def kent(*wards: Contest, seats: int = 0, not_up: dict[str, int] | None = None, control: str | None = None) -> Body:
    """A council with these wards."""
    fought = sum(one.seats for one in wards)
    away = not_up or {}
    return Body("local.kent", "Kent", "council", seats or fought + sum(away.values()), away, control, "councillor")


def definition(
    *contests: Contest, bodies: Sequence[Body] = (), name: str = "local.2025-05-01", live: bool = True
) -> Definition:
    """A night of these contests."""
    return Definition(
        id=name,
        title="Local elections",
        date=date(2025, 5, 1),
        polls_close=CLOSE,
        baseline="when the seats were last fought",
        parties=tuple(PARTIES.values()),
        contests=contests,
        times="live" if live else "recorded",
        bodies=tuple(bodies),
        control_baseline="the eve of the poll",
    )


def opened(*contests: Contest, bodies: Sequence[Body] = (), live: bool = True) -> Night:
    """The night once it is opened."""
    night = definition(*contests, bodies=bodies, live=live)
    return apply(None, decide(None, OpenNight(id="open", by="desk", night=night), CLOSE))


def after(night: Night, command: AnyCommand) -> Night:
    """The night after a command."""
    return apply(night, decide(night, command, CLOSE))


def declared(night: Night, name: str, *votes: int, **more: object) -> Night:
    """The night after a ward's declaration, of which papers need not be known."""
    ballot = next(one.ballot for one in night.definition.contests if one.name == name)
    figures = {str(place): number for place, number in enumerate(votes, start=1)}
    extra = MoreFigures(**more)  # type: ignore[arg-type]
    return after(night, Declare(id=f"{name} {night.seq}", by="desk", ballot=ballot, votes=figures, more=extra))
