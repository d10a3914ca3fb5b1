"""What was done with ballot boxes and at count tables, in words, for the desk's log. Nothing is decided here."""

from collections.abc import Sequence
from typing import assert_never

from server.election.counting.acts import InTheHall
from server.election.counting.acts.agent_acts import AgentsConsulted, RecountRequested, RejectedNoted
from server.election.counting.acts.box_acts import BoxChecked, BoxCounted, BoxesListed, BoxStruck
from server.election.counting.acts.table_acts import TableKeyed, TablesChosen
from server.election.counting.desk import Desk
from server.election.methods.figures import HEADS

_FEW = 8


def some_of(names: Sequence[str]) -> str:
    """The first eight names, and how many more there are."""
    more = f" and {len(names) - _FEW:,} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more


def told_of_the_hall(desk: Desk, act: InTheHall) -> str:
    """What a person did with a box, with several, or at a table. No figures of a table: another can be keying it."""
    boxes = desk.of(act.ballot).boxes
    match act:
        case BoxesListed():
            return f"Listed ballot boxes: {some_of([box.name for box in act.boxes])}"
        case BoxStruck():
            return f"Took {boxes[act.box].box.name} off the list of boxes: {act.reason}"
        case BoxCounted():
            again = " again" if act.replaces else ""
            why = f": {act.explanation}" if act.explanation else ""
            return f"{boxes[act.box].box.name} counted{again}: {act.papers:,} papers of {act.expected:,} expected{why}"
        case BoxChecked():
            return f"Checked the figures of {boxes[act.box].box.name}"
        case TablesChosen() if act.tables:
            bundles = f", bundles of {act.bundle:,}" if act.bundle else ""
            return f"Counted by tables: {some_of(act.tables)}{bundles}"
        case TablesChosen():
            return "Not counted by tables any more"
        case TableKeyed():
            return f"{act.table} keyed{' again' if act.replaces else ''}, as the {act.role}"
        case AgentsConsulted():
            return f"Provisional result shown to candidates and agents: {act.who}"
        case RecountRequested():
            what = f"{act.who} ({act.of or 'of all votes'})"
            return f"Recount asked for by {what}, {'granted' if act.granted else 'refused'}: {act.why}"
        case RejectedNoted():
            told = "; ".join(f"{HEADS[head]}: {note}" for head, note in act.notes.items())
            return f"Notes on rejected papers{': ' if told else ' taken away'}{told}"
        case _:
            assert_never(act)
