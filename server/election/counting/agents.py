"""What may be put on record of what candidates and agents were shown and said before a declaration. Nothing is changed.

Who wrote it down while there was no signal can still send it once the result is declared.

The guidance to returning officers wants written down who was consulted, who asked for a recount, and if it was granted.
"""

from typing import NoReturn

from server.election.counting.acts import SheetKeyed
from server.election.counting.acts.agent_acts import AgentAct, AgentsConsulted, RecountRequested, RejectedNoted
from server.election.counting.desk import Desk
from server.election.counting.entry import progress_of, spoken_from
from server.election.events import SetsResult
from server.election.limits import LONGEST_TEXT
from server.election.nights import Night
from server.election.refusals import Refused, count_of
from server.election.texts.box_words import found_in_box
from server.election.texts.check_codes import Finding
from server.election.texts.said import say


def shown_to_agents(night: Night, desk: Desk, ballot: str) -> SheetKeyed | None:
    """The sheet that is confirmed, or else the one whose figures are declared or going on air; None if neither."""
    stands = progress_of(night, desk, ballot)
    if stands.sheet is not None:
        return stands.sheet
    results = [event.command_id for event in night.counts[ballot].history if isinstance(event, SetsResult)]
    said = stands.asked.command.id if stands.asked else results[-1] if stands.state == "on air" else ""
    return next((sheet for sheet in desk.of(ballot).sheets.values() if spoken_from(sheet) == said), None)


def must_be_provisional(night: Night, desk: Desk, act: AgentAct) -> None:
    """Raises Refused unless these are the figures of now, and all that is needed is said."""
    count_of(night, act.ballot)
    sheet = shown_to_agents(night, desk, act.ballot)
    if sheet is None or sheet.seq != act.sheet:
        sentence = say("These figures are not confirmed any more: look at the page as it is now.")
        raise Refused("count-moved-on", sentence)
    match act:
        case AgentsConsulted():
            _must_be_said(act.who, "who", "agents-who")
        case RecountRequested():
            _must_be_said(act.who, "asker", "recount-who")
            _must_be_said(act.why, "why", "recount-why")
            _must_fit(act.of, "of")
        case RejectedNoted():
            for head, note in act.notes.items():
                _must_fit(note, f"note.{head}")


def _must_be_said(text: str, field: str, name: str) -> None:
    _must_fit(text, field)
    if not text.strip():
        _refuse(found_in_box("reason-missing", field, name))


def _must_fit(text: str, field: str) -> None:
    if len(text) > LONGEST_TEXT:
        _refuse(found_in_box("text-too-long", field, "too-long", length=len(text), most=LONGEST_TEXT))


def _refuse(finding: Finding) -> NoReturn:
    raise Refused(finding.code, finding.sentence, (finding,))
