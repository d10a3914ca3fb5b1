"""Small nights made by hand, where a shipped one would be more than a test needs."""

from datetime import UTC, date, datetime

from msgspec.structs import replace

from server.election.commands import Correct, Declare
from server.election.contests import Candidate, Contest, Definition, Previous
from server.election.methods.figures import Rejected
from server.election.parties import Party
from server.nights import layout

START = datetime(2019, 12, 12, 22, tzinfo=UTC)


def definition(night: str = "night", contests: int = 3, seats: int = 0) -> Definition:
    """A night of so many seats, each between Con and Lab (the holder), with an electorate of 1,000."""
    return Definition(
        id=night,
        title="A night",
        date=date(2019, 12, 12),
        polls_close=START,
        baseline="2017 general election",
        parties=(Party("PP52", "Conservative", "Con"), Party("PP53", "Labour", "Lab")),
        contests=tuple(
            Contest(
                ballot=ballot(n),
                name=f"Seat {n}",
                gss=f"E{n}",
                region="Region",
                nation="England",
                electorate=1000,
                candidates=(Candidate("1", "Ann Abel", "PP52"), Candidate("2", "Ben Bond", "PP53")),
                previous=Previous("PP53", {"PP52": 100, "PP53": 300}),
            )
            for n in range(contests)
        ),
        seats=seats,
    )


def ballot(number: int) -> str:
    """The ballot id of a seat."""
    return f"parl.seat-{number}.2019-12-12"


def with_one_candidate(night: Definition, seat: int = 0, party: str = "PP52") -> Definition:
    """The night, where in one seat nobody stands but Ann Abel."""
    contests = list(night.contests)
    contests[seat] = replace(contests[seat], candidates=(Candidate("1", "Ann Abel", party),))
    return replace(night, contests=tuple(contests))


def on_the_map(night: Definition) -> Definition:
    """The night, where each seat stands for a constituency that has a hexagon."""
    codes = sorted(layout.read(layout.file_of(2010)).cells)
    contests = tuple(replace(one, gss=code) for one, code in zip(night.contests, codes, strict=False))
    return replace(night, contests=contests)


def declare(seat: int, con: int = 5, lab: int = 4, command: str = "") -> Declare:
    """A declaration of a seat, with a command id of its own unless one is given."""
    command_id = command or f"declare-{seat}"
    votes = {"1": con, "2": lab}
    return Declare(
        id=command_id, by="officer", ballot=ballot(seat), votes=votes, rejected=Rejected(0), papers=con + lab
    )


def correct(seat: int, turn: int) -> Correct:
    """A correction of a seat, by other figures at each turn."""
    votes = {"1": 9 - turn % 9, "2": turn % 9}
    reason = "Recounted."
    return Correct(
        id=f"correct-{seat}-{turn}", by="desk", ballot=ballot(seat), votes=votes, rejected=Rejected(0), reason=reason
    )
