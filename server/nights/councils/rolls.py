"""What rolls of councillors and lists of councils say of councils before a poll: their sizes, their control, and the
seats that are not up. No results.

The rolls are those of Open Council Data UK, under CC BY-SA 4.0: what is made of them is shipped as files of their own
(``written/before.py``). The list of councils is the House of Commons Library's of 2023.
"""

from collections.abc import Iterable, Sequence

from server.election.bodies import NO_OVERALL_CONTROL, Body
from server.election.parties import INDEPENDENT
from server.nights.councils.importer import Known
from server.nights.councils.names import council_id
from server.nights.sources.problems import Problem
from server.nights.sources.source import File
from server.nights.sources.tables import table
from server.nights.written.before import Before, Eve

ATTRIBUTION = "Councils before the poll: Open Council Data UK, licensed under CC BY-SA 4.0"

_ROLL_COLUMNS = ("Council", "Ward Name", "Next Election", "Electoral Commission Party Code")
_CONTROL_COLUMNS = ("authority", "year", "total", "majority")
_LIST_COLUMNS = ("ONS code", "Local authority", "Region", "Total_seats_23", "Vacant_seats_23", "Control_23")
_PARTIES = {"CON": "PP52", "LAB": "PP53", "LD": "PP90", "GREEN": "PP63", "GRN": "PP63", "REF": "PP7931", "UKIP": "PP85"}


def listed(councils: File, problems: list[Problem]) -> dict[str, Known]:
    """Body id → seats and control after May 2023, as the Library's list has them.

    Where others than large parties have control, the list does not say who, and it is not known.
    """
    found: dict[str, Known] = {}
    for row in table(councils, _LIST_COLUMNS, problems):
        seats, vacant = row.number_if_known("Total_seats_23") or 0, row.number_if_known("Vacant_seats_23") or 0
        control = NO_OVERALL_CONTROL if row.text("Control_23") == "NOC" else _PARTIES.get(row.text("Control_23"))
        known = Known(seats + vacant, control, row.required("ONS code"), row.text("Region"))
        found[council_id(row.required("Local authority"))] = known
    return found


def controlled(control: File, year: int, problems: list[Problem]) -> dict[str, str | None]:
    """Body id → who controlled a council in a year, as ``Body.control``: a party with a plurality, or one that governs
    in a minority or with another, does not."""
    return {
        council_id(row.required("authority")): _controls(row.text("majority"))
        for row in table(control, _CONTROL_COLUMNS, problems)
        if row.text("year") == f"{year}"
    }


def not_up(roll: File, bodies: Iterable[Body], problems: list[Problem]) -> dict[str, dict[str, int]]:
    """Body id → party id → seats that were not fought at a council's last election, of a roll from after it: those
    whose next election comes before the last that the roll knows of. Who is of no party is an independent."""
    wanted = {body.id for body in bodies}
    seats: dict[str, list[tuple[str, str]]] = {body: [] for body in wanted}
    for row in table(roll, _ROLL_COLUMNS, problems):
        body = council_id(row.required("Council"))
        if body in wanted:
            party = row.text("Electoral Commission Party Code") or INDEPENDENT
            seats[body].append((row.required("Next Election"), party))
    return {body: _earlier(its) for body, its in seats.items()}


def eve(control_baseline: str, bodies: dict[str, Before]) -> Eve:
    """The file of what rolls know of a night's councils."""
    return Eve("declared-eve", 1, ATTRIBUTION, control_baseline, bodies)


def _controls(majority: str) -> str | None:
    if not majority:
        return None
    party = _PARTIES.get(majority.upper())
    words = majority.casefold()
    others = any(word in words for word in (" ", "/", "noc", "plurality"))
    return party or (NO_OVERALL_CONTROL if others else None)


def _earlier(its: Sequence[tuple[str, str]]) -> dict[str, int]:
    last = max((day for day, _ in its), default="")
    found: dict[str, int] = {}
    for day, party in its:
        if day < last:
            found[party] = found.get(party, 0) + 1
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))
