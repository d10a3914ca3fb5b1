"""What was done with ballot boxes, in words, for the desk's log. Nothing is decided here."""

from typing import assert_never

from server.election.counting.acts import BoxAct
from server.election.counting.box_acts import BoxChecked, BoxCounted, BoxesListed, BoxStruck
from server.election.counting.desk import Desk

_FEW = 5


def box_told(desk: Desk, act: BoxAct) -> str:
    """What a person did with a box, or with several."""
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
        case _:
            assert_never(act)
