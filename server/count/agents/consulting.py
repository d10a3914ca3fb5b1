"""What was said to candidates and agents before a declaration, as forms on a phone. No rules of its own."""

from typing import get_args

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.boxes.sending import DONE, Outcome, box_page, outcome_of, sent_to
from server.count.phone.entering import FORM
from server.count.visit.place import Place, chosen, place_of
from server.count.visit.rules import Sends, SignedIn, visit
from server.count.visit.sending import id_of, stamp
from server.count.visit.stages import STAGING
from server.count.visit.visitors_night import led_to
from server.election.counting.acts import SheetKeyed
from server.election.counting.acts.agent_acts import AgentAct, AgentsConsulted, Head, RecountRequested, RejectedNoted
from server.election.counting.agents import shown_to_agents
from server.election.limits import LONGEST_TEXT
from server.election.numbers import written
from server.election.refusals import plain
from server.election.texts.box_words import found_in_box
from server.html.process import process
from server.html.templates import clock

AGENTS = "/count/agents"


@allows(SignedIn(STAGING))
async def agents(request: Request) -> Response:
    """``GET /count/agents``: the forms, once figures are confirmed, and as long as they are those declared."""
    ballot = chosen(request)
    if ballot is None:
        return led_to(request, FORM)
    place = await place_of(request, ballot)
    return _page(request, place) if _shown(place) else led_to(request, place.at(FORM))


@allows(Sends(STAGING))
async def consult(request: Request) -> Response:
    """``POST /count/agents``: who was shown the provisional figures."""
    place, sent = await sent_to(request)
    who, sheet = _said(sent, "who"), _sheet(sent)
    command_id = f"agents/{id_of(place.person.invitation, place.ballot, sheet, who)}"
    act = AgentsConsulted(**stamp(request, command_id), ballot=place.ballot, sheet=sheet, who=who)
    return await _recorded(request, place, act, sent)


@allows(Sends(STAGING))
async def ask_for_recount(request: Request) -> Response:
    """``POST /count/agents/recount``: who asked for a recount of what, and whether and why it was granted."""
    place, sent = await sent_to(request)
    asked, of, why = (_said(sent, name) for name in ("asker", "of", "why"))
    granted, sheet = sent.get("granted") == "yes", _sheet(sent)
    command_id = f"recount/{id_of(place.person.invitation, place.ballot, sheet, asked, of, granted, why)}"
    act = RecountRequested(
        **stamp(request, command_id), ballot=place.ballot, sheet=sheet, who=asked, of=of, granted=granted, why=why
    )
    return await _recorded(request, place, act, sent)


@allows(Sends(STAGING))
async def note_rejected(request: Request) -> Response:
    """``POST /count/agents/rejected``: the notes of the adjudication, beside each head of rejected papers."""
    place, sent = await sent_to(request)
    heads: tuple[Head, ...] = get_args(Head)
    notes: dict[Head, str] = {head: note for head in heads if (note := _said(sent, f"note.{head}"))}
    sheet, before = _sheet(sent), written(sent.get("step", "")) or 0
    command_id = f"rejected/{id_of(place.person.invitation, place.ballot, sheet, before, sorted(notes.items()))}"
    act = RejectedNoted(**stamp(request, command_id), ballot=place.ballot, sheet=sheet, notes=notes)
    newer = place.desk.of(place.ballot).adjudicated
    if newer and newer.seq != before and newer.command_id != act.command_id:
        other: dict[Head, str] = {head: note for head, note in newer.notes.items() if note != notes.get(head, "")}
        if other and _shown(place):
            return _page(request, place, _noted_meanwhile(newer, other), sent)
    return await _recorded(request, place, act, sent)


def _noted_meanwhile(newer: RejectedNoted, other: dict[Head, str]) -> Outcome:
    """That somebody else noted something else, at each head where yours would replace it."""
    said = {"by": newer.by, "time": clock(newer.at)}
    found = [
        found_in_box("note-elsewhere", f"note.{head}", "note-elsewhere", note=n, **said) for head, n in other.items()
    ]
    return Outcome(False, 409, tuple(found))


async def _recorded(request: Request, place: Place, act: AgentAct, sent: dict[str, str]) -> Response:
    outcome = await outcome_of(process(request).submitter.record(visit(request).night, act))
    if outcome.done:
        return RedirectResponse(place.at(AGENTS), 303)
    place = await place_of(request, place.ballot)
    return _page(request, place, outcome, sent) if _shown(place) else RedirectResponse(place.at(FORM), 303)


def _page(request: Request, place: Place, outcome: Outcome = DONE, sent: dict[str, str] | None = None) -> Response:
    entry, sheet = place.desk.of(place.ballot), _shown(place)
    assert sheet is not None, "only what is confirmed is shown to agents"
    noted = entry.adjudicated
    texts = {f"note.{head}": note for head, note in noted.notes.items()} if noted else dict[str, str]()
    return box_page(
        request,
        place,
        "agents.html",
        outcome.findings,
        outcome.status,
        sheet=sheet,
        said=entry.agents,
        declared=place.stands.sheet is None,
        noted=noted.seq if noted else 0,
        texts=texts | (sent or {}),
        fresh=sent is None,
    )


def _shown(place: Place) -> SheetKeyed | None:
    return shown_to_agents(place.later, place.desk, place.ballot)


def _said(sent: dict[str, str], field: str) -> str:
    """A text as one line; one that is too long as it is, to be refused."""
    text = " ".join(sent.get(field, "").split())
    return plain(text, field) if len(text) <= LONGEST_TEXT else text


def _sheet(sent: dict[str, str]) -> int:
    return written(sent.get("sheet", "")) or 0
