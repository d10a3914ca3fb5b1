"""What was done with ballot boxes and at count tables, in words, for the desk's log. Nothing is decided here."""

from typing import assert_never

from server.election.counting.acts import BoxAct, TableAct
from server.election.counting.acts.box_acts import BoxChecked, BoxCounted, BoxesListed, BoxStruck
from server.election.counting.acts.table_acts import TableKeyed, TablesChosen
from server.election.counting.desk import Desk

InTheHall = BoxAct | TableAct
"""The acts on ballot boxes and count tables."""
_FEW = 5


def told_of_the_hall(desk: Desk, act: InTheHall) -> str:
    """What a person did with a box, with several, or at a table. No figures of a table: another can be keying it."""
    boxes = desk.of(act.ballot).boxes
    match act:
        case BoxesListed():
            names = ", ".join(box.name for box in act.boxes[:_FEW])
            more = f" and {len(act.boxes) - _FEW:,} more" if len(act.boxes) > _FEW else ""
            return f"Listed ballot boxes: {names}{more}"
        case BoxStruck():
            return f"Took {boxes[act.box].box.name} off the list of boxes: {act.reason}"
        case BoxCounted():
            again = " again" if act.replaces else ""
            why = f": {act.explanation}" if act.explanation else ""
            return f"{boxes[act.box].box.name} counted{again}: {act.papers:,} papers of {act.expected:,} expected{why}"
        case BoxChecked():
            return f"Checked the figures of {boxes[act.box].box.name}"
        case TablesChosen():
            names = ", ".join(act.tables[:_FEW])
            more = f" and {len(act.tables) - _FEW:,} more" if len(act.tables) > _FEW else ""
            bundles = f", bundles of {act.bundle:,}" if act.bundle else ""
            return f"Counted by tables: {names}{more}{bundles}" if act.tables else "Not counted by tables any more"
        case TableKeyed():
            return f"{act.table} keyed{' again' if act.replaces else ''}, as the {act.role}"
        case _:
            assert_never(act)
