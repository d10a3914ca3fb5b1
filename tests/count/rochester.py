"""Rochester and Strood, 20 November 2014, as it was declared: thirteen candidates and 48 rejected papers."""

from datetime import UTC, date, datetime

from server.election.contests import Candidate, Contest, Definition, Previous
from server.election.parties import Party

NIGHT = "parl.rochester-and-strood.by.2014-11-20"
BALLOT = NIGHT
OTHER = "parl.elsewhere.2014-11-20"

_CANDIDATES = (
    ("Mike Barker", "ynmp-party:2", 54),
    ("Christopher Challis", "ynmp-party:2", 22),
    ("Hairy Knorm Davidson", "PP66", 151),
    ("Jayda Fransen", "PP2214", 56),
    ("Stephen Goldsbrough", "ynmp-party:2", 69),
    ("Clive Gregory", "PP63", 1692),
    ("Geoff Juby", "PP90", 349),
    ("Naushabah Khan", "PP53", 6713),
    ("Nick Long", "PP789", 69),
    ("Dave Osborn", "PP2187", 33),
    ("Mark Reckless", "PP85", 16867),
    ("Charlotte Rose", "ynmp-party:2", 43),
    ("Kelly Tolhurst", "PP52", 13947),
)
VOTES = {str(place): votes for place, (_, _, votes) in enumerate(_CANDIDATES, 1)}
RECKLESS, TOLHURST = "11", "13"
HEADS = {"official_mark": 0, "more_than_one": 17, "identifiable": 1, "unmarked_or_void": 30}
PAPERS = 40113

_PARTIES = (
    Party("PP52", "Conservative", "Con"),
    Party("PP53", "Labour", "Lab"),
    Party("PP85", "UK Independence Party", "UKIP"),
    Party("PP63", "Green Party", "Green"),
    Party("PP90", "Liberal Democrat", "LD"),
    Party("PP66", "Official Monster Raving Loony Party", "MRLP"),
    Party("PP789", "People Before Profit", "PBP"),
    Party("PP2214", "Britain First", "BF"),
    Party("PP2187", "Patriotic Socialist Party", "PSP"),
    Party("ynmp-party:2", "Independent", "Ind"),
)


def night(name: str = NIGHT) -> Definition:
    """The night, with a second contest that nobody here is invited for."""
    candidates = tuple(Candidate(str(place), name, party) for place, (name, party, _) in enumerate(_CANDIDATES, 1))
    return Definition(
        id=name,
        title="Rochester and Strood by-election",
        date=date(2014, 11, 20),
        polls_close=datetime(2014, 11, 20, 22, tzinfo=UTC),
        baseline="2010 general election",
        parties=_PARTIES,
        contests=(
            _contest(BALLOT, "Rochester and Strood", candidates),
            _contest(OTHER, "Elsewhere", candidates[:2]),
        ),
    )


def texts(votes: dict[str, int] | None = None, **others: str) -> dict[str, str]:
    """The sheet's fields as typed; ``others`` beside them: ``lot="11"``."""
    typed = {f"votes.{one}": str(number) for one, number in (votes or VOTES).items()}
    typed |= {f"rejected.{head}": str(number) for head, number in HEADS.items()}
    return typed | others


def _contest(ballot: str, name: str, candidates: tuple[Candidate, ...]) -> Contest:
    return Contest(
        ballot=ballot,
        name=name,
        gss="E14000898",
        region="South East",
        nation="England",
        electorate=79163,
        candidates=candidates,
        previous=Previous("PP52", {"PP52": 23604, "PP53": 13651, "PP90": 7800}),
    )
