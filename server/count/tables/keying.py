"""The short sheet of one count table on a phone: papers given, votes or bundles, rejected papers. No rules here."""

from msgspec import UNSET
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.boxes.sending import DONE, Outcome, box_page, outcome_of, sent_to
from server.count.phone.entering import AT_THE_COUNT, FORM
from server.count.phone.read_back import party_name
from server.count.tables.adding import TABLES, tables_page
from server.count.tables.reading import read_table, texts_of
from server.count.visit.place import Place, chosen, place_of
from server.count.visit.rules import Sends, SignedIn, visit
from server.count.visit.sending import id_of, stamp
from server.election.counting.acts.table_acts import TableKeyed
from server.election.counting.entry import KEYING, keyers
from server.election.counting.tables import has_several_votes
from server.election.numbers import written
from server.election.parties import counted_as
from server.election.texts.box_words import found_in_box
from server.html.process import process


@allows(SignedIn(AT_THE_COUNT))
async def table(request: Request) -> Response:
    """``GET /count/table?table=Table 1``: the sheet of a table, with the figures that it has in this role.

    ``plain`` asks for votes alone where bundles are counted.
    """
    ballot = chosen(request)
    if ballot is None:
        return RedirectResponse(FORM, 303)
    place, name = await place_of(request, ballot), request.query_params.get("table", "")
    keyed_now = place.stands.state not in ("unverified", "no poll", "asked", "on air")
    if name not in place.tables.names or place.person.role not in KEYING or not keyed_now:
        return RedirectResponse(place.at(TABLES), 303)
    mine = place.tables.of(place.person.role).get(name)
    plain = "plain" in request.query_params or (mine is not None and mine.bundles is UNSET)
    return _form(request, place, name, 0 if plain else place.tables.bundle)


@allows(Sends(KEYING))
async def key_table(request: Request) -> Response:
    """``POST /count/table``: the sheet of one table."""
    place, sent = await sent_to(request)
    name, bundle = sent.get("table", ""), written(sent.get("bundle_of", "")) or 0
    if not place.tables.names:
        return RedirectResponse(place.at(FORM), 303)
    if name not in place.tables.names or bundle not in (0, place.tables.bundle):
        unknown = found_in_box("table-unfit", "", "table-unknown")
        return tables_page(request, place, Outcome(False, 409, (unknown,)))
    sheet = read_table(place.count.contest, sent, bundle)
    if sheet.unreadable:
        return _form(request, place, name, bundle, Outcome(False, 422, sheet.unreadable), sent)
    round, replaces = written(sent.get("round", "")) or 0, written(sent.get("replaces", "")) or 0
    besides = [sheet.more] if sheet.more else []
    content = (sheet.given, sorted(sheet.votes.items()), sheet.rejected, bundle, *besides)
    act = TableKeyed(
        **stamp(request, f"table/{id_of(place.person.invitation, place.ballot, name, round, replaces, *content)}"),
        ballot=place.ballot,
        table=name,
        role=place.person.role,
        round=round,
        replaces=replaces,
        given=sheet.given,
        votes=sheet.votes,
        rejected=sheet.rejected,
        bundles=sheet.bundles,
        more=sheet.more,
    )
    outcome = await outcome_of(process(request).submitter.record(visit(request).night, act))
    if outcome.done:
        return RedirectResponse(place.at(TABLES), 303)
    return _form(request, await place_of(request, place.ballot), name, bundle, outcome, sent)


def _form(
    request: Request,
    place: Place,
    name: str,
    bundle: int,
    outcome: Outcome = DONE,
    sent: dict[str, str] | None = None,
) -> Response:
    mine, contest = place.tables.of(place.person.role).get(name), place.count.contest
    findings = outcome.findings
    if outcome.status == 422 and bundle:  # the field that holds the votes is that of the loose papers
        findings = tuple(
            replace(one, field=f"loose.{one.field[6:]}") if one.field.startswith("votes.") else one for one in findings
        )
    return box_page(
        request,
        place,
        "table.html",
        findings,
        outcome.status,
        table=name,
        mine=mine,
        bundle=bundle,
        bundles=place.tables.bundle,
        several=has_several_votes(contest),
        candidates=[
            (one.id, contest.told(one.id), one.description or party_name(place.night, one.party), counted_as(one.party))
            for one in contest.polled
        ],
        texts=(texts_of(mine, bundle) if mine else {}) | (sent or {}),
        fresh=sent is None,
        differs=name in place.tables.differing(keyers(place.count, place.desk)),
    )
