"""A ward of three seats and an election of a mayor, as nights at which the officers of ``conftest`` are."""

from msgspec.structs import replace

from server.election.bodies import Body
from server.election.contests import Contest, Definition
from tests.count import rochester
from tests.election.wards import CON, GREEN, IND, LAB, definition, mayor, ward

ABBEY = replace(ward(CON, LAB, GREEN, LAB, CON, IND, LAB, CON, name="Abbey"), ballot="local.kent.abbey.2025-05-01")
VOTES = {"1": 640, "2": 910, "3": 300, "4": 905, "5": 622, "6": 120, "7": 880, "8": 600}
SPLIT = {"1": 140, "2": 210, "3": 300, "4": 205, "5": 122, "6": 120, "7": 180, "8": 100}
BLOCKS = {CON: 500, LAB: 700}
HEADS = {"official_mark": 0, "more_than_one": 9, "identifiable": 1, "unmarked_or_void": 10}
VALID, PAPERS = 1981, 2001
LONDON = mayor(CON, LAB, GREEN, IND, electorate=20_000)
FIRST = {"1": 4000, "2": 3900, "3": 1500, "4": 581}
_BODIES = (
    Body("local.kent", "Kent", "council", 3, member="councillor", area="division"),
    Body("mayor.london", "Mayor of London", "office"),
)


def night(contest: Contest = ABBEY) -> Definition:
    """The night of one of them, under the id of the night that people are invited to."""
    return replace(definition(contest, bodies=_BODIES), id=rochester.NIGHT)


def texts(**others: str) -> dict[str, str]:
    """The ward's sheet as typed; ``others`` beside it."""
    typed = {f"votes.{one}": str(number) for one, number in VOTES.items()}
    return typed | papers() | others


def apart(**others: str) -> dict[str, str]:
    """The same with block votes and split votes apart."""
    typed = {f"split.{one}": str(number) for one, number in SPLIT.items()}
    return typed | {f"block.{one}": str(number) for one, number in BLOCKS.items()} | papers() | others


def papers() -> dict[str, str]:
    """What there is besides votes."""
    heads = {f"rejected.{head}": str(number) for head, number in HEADS.items()}
    return heads | {"valid_papers": f"{VALID:,}", "in_part": "14"}


def first() -> dict[str, str]:
    """The mayor's first preferences as typed."""
    return {f"votes.{one}": str(number) for one, number in FIRST.items()} | {
        f"rejected.{head}": str(number) for head, number in HEADS.items()
    }
