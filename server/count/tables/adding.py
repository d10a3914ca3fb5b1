"""The list of a contest's count tables on a phone, and the sheet that the form makes of them: nobody types a sum."""

from msgspec import UNSET
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.boxes.sending import DONE, Outcome, box_page, outcome_of, sent_to
from server.count.phone.entering import AT_THE_COUNT, FORM
from server.count.visit.place import Place, chosen, place_of
from server.count.visit.rules import Sends, SignedIn, visit
from server.count.visit.sending import id_of, stamp
from server.election.counting.acts import SheetKeyed
from server.election.counting.entry import KEYING, keyers, papers_of, sheets_of
from server.election.counting.tables import Sum, sum_of
from server.election.methods.figures import NOTHING_MORE, Rejected, Tie
from server.election.numbers import written
from server.election.texts.check_codes import CHECKS, Finding
from server.election.verdict import tie_in
from server.html.process import process

TABLES = "/count/tables"


@allows(SignedIn(AT_THE_COUNT))
async def tables(request: Request) -> Response:
    """``GET /count/tables``: how each table stands, and what they come to once all are keyed."""
    ballot = chosen(request)
    if ballot is None:
        return RedirectResponse(FORM, 303)
    place = await place_of(request, ballot)
    if not place.tables.names or place.stands.state in ("unverified", "no poll", "asked", "on air"):
        return RedirectResponse(place.at(FORM), 303)
    return tables_page(request, place)


@allows(Sends(KEYING))
async def add_up(request: Request) -> Response:
    """``POST /count/tables``: the sheet of the contest is made, the sum of the tables as this page showed them."""
    place, sent = await sent_to(request)
    if not place.tables.names:
        return RedirectResponse(place.at(FORM), 303)
    outcome = await outcome_of(_added_up(request, place, sent))
    if outcome.done:
        return RedirectResponse(place.at(FORM), 303)
    return tables_page(request, await place_of(request, place.ballot), outcome, sent)


async def _added_up(request: Request, place: Place, sent: dict[str, str]) -> None:
    role, mine = place.person.role, place.tables.of(place.person.role)
    shown = {name: seq for name in mine if (seq := written(sent.get(f"sheet.{mine[name].seq}", "")))}
    together = sum_of(mine.values())
    round, replaces = written(sent.get("round", "")) or 0, written(sent.get("replaces", "")) or 0
    given = {name.removeprefix("reason."): text.strip() for name, text in sent.items() if name.startswith("reason.")}
    reasons = {code: why for code, why in given.items() if why and code in CHECKS}
    drawn = tuple(name[4:] for name in sent if name.startswith("lot.")) or tuple(filter(None, [sent.get("lot")]))
    lot, step = drawn[0] if len(drawn) == 1 else None, sent.get("step", "")[:20]
    more = replace(together.more, lots=drawn if len(drawn) > 1 else ())
    content = (sorted(shown.items()), lot, sorted(reasons.items()), *([more.lots] if more.lots else []))
    act = SheetKeyed(
        **stamp(request, f"sheet/{id_of(place.person.invitation, place.ballot, round, replaces, step, *content)}"),
        ballot=place.ballot,
        role=role,
        round=round,
        replaces=replaces,
        votes=together.votes,
        rejected=together.rejected,
        lot=lot,
        reasons=reasons,
        tables=shown,
        more=UNSET if more == NOTHING_MORE else more,
    )
    await process(request).submitter.record(visit(request).night, act)


def tables_page(
    request: Request, place: Place, outcome: Outcome = DONE, sent: dict[str, str] | None = None
) -> Response:
    """The list of tables, with what became of a form."""
    doubts = tuple(finding for finding in outcome.findings if finding.code in CHECKS and not finding.blocks)
    errors: tuple[Finding, ...] = tuple(finding for finding in outcome.findings if finding not in doubts)
    role, now, roles = place.person.role, place.tables, keyers(place.count, place.desk)
    mine, differing = now.of(role), now.differing(roles)
    made = sheets_of(place.count, place.desk).get(role)
    waits_for = {name for other in roles if other != role for name in now.missing(other)}
    together = sum_of(mine.values()) if mine else Sum(0, {}, Rejected(0))
    return box_page(
        request,
        place,
        "tables.html",
        errors,
        outcome.status,
        doubts=doubts,
        sent=sent or {},
        names=now.names,
        mine=mine,
        differing=differing,
        may_key=role in roles,
        keyed_by=[len(now.of(one)) for one in roles],
        done={name for name in now.names if all(name in now.of(one) for one in roles)} - {*differing},
        waits_for=waits_for,
        together=together,
        whole=bool(mine) and not now.missing(role) and not waits_for and not differing,
        made=made,
        papers=papers_of(place.count) or 0,
        tie=_tie(place, together),
        since=place.desk.of(place.ballot).since,
    )


def _tie(place: Place, together: Sum) -> Tie | None:
    complete = together.votes.keys() == {one.id for one in place.count.contest.polled}
    if not complete or not any(together.votes.values()):
        return None
    return tie_in(place.count.contest, together.votes, together.more)
