"""Small nights told by their events alone, where what comes of them is the matter and not how it was decided."""

from datetime import UTC, date, datetime, timedelta
from typing import Literal, TypedDict

from server.election.contests import Candidate, Contest, Definition, Previous
from server.election.events import AnyEvent, CountEvent, Declared, NightOpened
from server.election.methods.figures import Rejected
from server.election.nights import Night, apply, fold
from server.election.parties import Party

CON, LAB, LD, UKIP, IND = "PP52", "PP53", "PP90", "PP85", "ynmp-party:2"
PARTIES = {CON: "Con", LAB: "Lab", LD: "LD", UKIP: "UKIP", IND: "Ind", "joint-party:53-119": "Lab Co-op"}


class Stamp(TypedDict):
    seq: int
    at: datetime
    by: str
    command_id: str


def contest(
    name: str,
    *stand: str,
    before: dict[str, int] | None = None,
    holder: str = "",
    where: tuple[str, str] = ("England", "London"),
    day: date = date(2019, 12, 12),
    by: bool = False,
) -> Contest:
    """A contest between these parties; its holder is the first at the baseline if nobody else is named."""
    first = max(before, key=before.__getitem__) if before else ""
    return Contest(
        ballot=f"parl.{name}.by.{day}" if by else f"parl.{name}.{day}",
        name=name,
        gss=name,
        region=where[1],
        nation=where[0],
        electorate=1000,
        candidates=tuple(Candidate(str(place), f"{name} {place}", one) for place, one in enumerate(stand, start=1)),
        previous=Previous(holder or first, before) if before else None,
    )


def night(
    *contests: Contest,
    seats: int = 0,
    day: date = date(2019, 12, 12),
    title: str = "2019 general election",
    times: Literal["recorded", "assumed", "live"] = "recorded",
) -> Night:
    """A night on which nothing is declared."""
    start = datetime(day.year, day.month, day.day, 22, tzinfo=UTC)
    parties = tuple(Party(party, short, short) for party, short in PARTIES.items())
    opened = Definition(
        id=f"{title} {day}",
        title=title,
        date=day,
        polls_close=start,
        baseline="the last one",
        parties=parties,
        contests=contests,
        seats=seats,
        times=times,
    )
    return fold((NightOpened(seq=1, at=start, by="desk", command_id="1", night=opened),))


def declared(night: Night, name: str, *votes: int, lot: int | None = None, rejected: int | None = 0) -> Night:
    """The night after a declaration, a minute later; votes in the order of the paper, rejected papers in all."""
    event = Declared(
        **stamp(night),
        ballot=ballot(night, name),
        votes={str(place): number for place, number in enumerate(votes, start=1)},
        rejected=None if rejected is None else Rejected(rejected),
        lot=None if lot is None else str(lot),
    )
    return apply(night, event)


def told(night: Night, kind: type[CountEvent], name: str, **fields: object) -> Night:
    """The night after another event of a contest."""
    event: AnyEvent = kind(**stamp(night), ballot=ballot(night, name), **fields)  # type: ignore[arg-type]
    return apply(night, event)


def stamp(night: Night) -> Stamp:
    """What every event has: the next number, a minute later."""
    seq = night.seq + 1
    return {"seq": seq, "at": night.at + timedelta(minutes=1), "by": "desk", "command_id": str(seq)}


def ballot(night: Night, name: str) -> str:
    """The ballot of the contest with this name."""
    return next(one.ballot for one in night.definition.contests if one.name == name)
