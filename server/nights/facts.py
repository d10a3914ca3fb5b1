"""Facts that the source files do not have: explanations beside a verdict, stages of a count, notes of the desk.

The notes themselves are in ``told``.

They are added on import, by ballot id. Times are London's. Every note is true at its time and foretells nothing.
"""

from datetime import datetime

from msgspec import Struct

from server.election.clock import LONDON
from server.nights.told import rochester_and_strood
from server.nights.written.lines import NoteLine, StageLine


class Facts(Struct, frozen=True, kw_only=True):
    """The facts about one contest.

    ``why`` is shown beside the verdict, and before it, so it must not foretell it. ``declared`` is used where the
    source has no time.
    """

    why: str = ""
    declared: datetime | None = None
    stages: tuple[StageLine, ...] = ()
    notes: tuple[NoteLine, ...] = ()


def _november(day: int, hour: int, minute: int) -> datetime:
    return datetime(2014, 11, day, hour, minute, tzinfo=LONDON)


# The local press has the declaration at about 04:15, after a count of about six hours. The times of the stages before
# it are assumed. The papers verified are the valid votes and rejected papers of the declaration added up.
_ROCHESTER_AND_STROOD = Facts(
    why=(
        "Mark Reckless held the seat as a Conservative from 2010, left for UKIP on 27 September 2014 and "
        "resigned to stand again. Hold and gain go by party, against the last general election, so the seat "
        "counts as Conservative before this by-election, whoever its member was."
    ),
    declared=_november(21, 4, 15),
    stages=(
        StageLine(_november(20, 22, 40), "boxes in"),
        StageLine(_november(21, 1, 15), "verified", 40_113),
        StageLine(_november(21, 1, 30), "counting"),
    ),
    notes=tuple(NoteLine(*note) for note in rochester_and_strood.NOTES),
)


def _by_election_between(who: str, when: str, before: str) -> Facts:
    return Facts(
        why=(
            f"{who} won this seat in the by-election of {when}, but hold and gain are counted from the "
            f"preceding general election, when it was {before}."
        )
    )


_FACTS = {
    "parl.rochester-and-strood.by.2014-11-20": _ROCHESTER_AND_STROOD,
    "parl.clacton.by.2014-10-09": Facts(
        why=(
            "Douglas Carswell held the seat as a Conservative, left for UKIP on 28 August 2014 and resigned "
            "to stand again. Hold and gain go by party, against the last general election, so the seat "
            "counts as Conservative before this by-election, whoever its member was."
        )
    ),
    "parl.thirsk-and-malton.2010-05-06": Facts(
        why=(
            "The poll here was put off to 27 May 2010. The time of the declaration, midnight, is a "
            "placeholder in the source."
        )
    ),
    "parl.rochester-and-strood.2015-05-07": _by_election_between("UKIP", "20 November 2014", "Conservative"),
    "parl.clacton.2015-05-07": _by_election_between("UKIP", "9 October 2014", "Conservative"),
    "parl.corby.2015-05-07": _by_election_between("Labour", "15 November 2012", "Conservative"),
    "parl.bradford-west.2015-05-07": _by_election_between("Respect", "29 March 2012", "Labour"),
    "parl.richmond-park.2017-06-08": _by_election_between("The Liberal Democrats", "1 December 2016", "Conservative"),
    "parl.copeland.2017-06-08": _by_election_between("The Conservatives", "23 February 2017", "Labour"),
    "parl.brecon-and-radnorshire.2019-12-12": _by_election_between(
        "The Liberal Democrats", "1 August 2019", "Conservative"
    ),
}


def known(ballot: str) -> Facts:
    """The facts about a contest; an empty ``Facts`` for most."""
    return _FACTS.get(ballot, Facts())
