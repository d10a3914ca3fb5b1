"""What was done with ballot boxes and at count tables, in words, for the desk's log. Nothing is decided here."""

from typing import assert_never

from server.election.counting.acts import InTheHall
from server.election.counting.acts.agent_acts import AgentsConsulted, RecountRequested, RejectedNoted
from server.election.counting.acts.box_acts import BoxChecked, BoxCounted, BoxesListed, BoxStruck
from server.election.counting.acts.table_acts import TableKeyed, TablesChosen
from server.election.counting.desk import Desk
from server.election.methods.figures import HEADS
from server.election.texts.said import Said, _, say
from server.election.texts.several import listed, some_of
from server.election.texts.words import ROLES


def told_of_the_hall(desk: Desk, act: InTheHall) -> Said:
    """What a person did with a box, with several, or at a table. No figures of a table: another can be keying it."""
    boxes = desk.of(act.ballot).boxes
    match act:
        case BoxesListed():
            return say("Listed ballot boxes: %(boxes)s", boxes=some_of([box.name for box in act.boxes]))
        case BoxStruck():
            message = _("Took %(box)s off the list of boxes: %(reason)s")
            return say(message, box=boxes[act.box].box.name, reason=act.reason)
        case BoxCounted():
            message = (
                _("%(box)s counted again: %(papers)s papers of %(expected)s expected")
                if act.replaces
                else _("%(box)s counted: %(papers)s papers of %(expected)s expected")
            )
            told = say(message, box=boxes[act.box].box.name, papers=act.papers, expected=act.expected)
            return listed([told, act.explanation], ": ") if act.explanation else told
        case BoxChecked():
            return say("Checked the figures of %(box)s", box=boxes[act.box].box.name)
        case TablesChosen() if act.tables and act.bundle:
            message = _("Counted by tables: %(tables)s, bundles of %(bundle)s")
            return say(message, tables=some_of(act.tables), bundle=act.bundle)
        case TablesChosen() if act.tables:
            return say("Counted by tables: %(tables)s", tables=some_of(act.tables))
        case TablesChosen():
            return say("Not counted by tables any more")
        case TableKeyed():
            again = _("%(table)s keyed again, as the %(role)s")
            return say(
                again if act.replaces else _("%(table)s keyed, as the %(role)s"), table=act.table, role=ROLES[act.role]
            )
        case AgentsConsulted():
            return say("Provisional result shown to candidates and agents: %(who)s", who=act.who)
        case RecountRequested():
            message = (
                _("Recount asked for by %(who)s (%(of)s), granted: %(why)s")
                if act.granted
                else _("Recount asked for by %(who)s (%(of)s), refused: %(why)s")
            )
            return say(message, who=act.who, of=act.of or say("of all votes"), why=act.why)
        case RejectedNoted():
            notes = [listed([HEADS[head], note], ": ") for head, note in act.notes.items()]
            return (
                say("Notes on rejected papers: %(notes)s", notes=listed(notes, "; "))
                if notes
                else say("Notes on rejected papers taken away")
            )
        case _:
            assert_never(act)
