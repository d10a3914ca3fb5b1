"""A declaration sent by a program: JSON in, a receipt or every finding out. The checks are the phone's."""

from typing import cast

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.access import allows
from server.count.visit.rules import bearer, visit
from server.count.visit.sending import ask, id_of, stamp
from server.election.checks import Finding, check_figures
from server.election.commands import Declare, ReachStage
from server.election.counting.acts import Asked, PapersVerified
from server.election.counting.admit import admit
from server.election.decide import Refused
from server.election.events import Rejected
from server.html.errors import problem
from server.html.process import process

_LONGEST_KEY = 128
_STATUS = {
    "already-declared": 409,
    "already-asked": 409,
    "not-confirmed": 409,
    "no-poll": 409,
    "night-unknown": 404,
    "ballot-unknown": 404,
}


class RejectedPapers(Struct, frozen=True, forbid_unknown_fields=True):
    """Rejected papers in all, and under the four heads where they are known."""

    total: int
    official_mark: int | None = None
    more_than_one: int | None = None
    identifiable: int | None = None
    unmarked_or_void: int | None = None


class Declaration(Struct, frozen=True, forbid_unknown_fields=True):
    """The body: ``votes`` candidate id → votes, looked at one by one, so that each has its sentence; ``reasons`` check
    code → why something that looks unusual is so."""

    votes: dict[str, object]
    rejected: RejectedPapers | None = None
    papers: int | None = None
    lot: str | None = None
    reasons: dict[str, str] = {}


@allows(bearer)
async def post_declaration(request: Request) -> Response:
    """``POST /api/nights/{night}/contests/{ballot}/declaration``: 201 with a receipt, 200 when repeated; 202 while the
    desk holds the night, and it waits."""
    key = request.headers.get("idempotency-key", "")
    if not (0 < len(key) <= _LONGEST_KEY and all("!" <= character <= "~" for character in key)):
        sentence = "Send an Idempotency-Key: 1 to 128 visible ASCII characters, the same when sent again."
        return problem(400, sentence, code="idempotency-key-missing")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return problem(415, "Send the declaration as application/json.", code="not-json")
    try:
        sent = msgspec.json.decode(await request.body(), type=Declaration)
    except msgspec.ValidationError as error:
        return problem(422, "The body does not have the shape of a declaration.", errors=[_shape(error)])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return problem(400, "The body is not JSON.", code="not-json")
    return await _declare(request, key, sent)


async def _declare(request: Request, key: str, sent: Declaration) -> Response:
    one, ballot = visit(request), request.path_params["ballot"]
    votes, findings = _votes(sent)
    rejected = Rejected(**cast(dict[str, int], msgspec.structs.asdict(sent.rejected))) if sent.rejected else None
    if findings:
        night = process(request).submitter.known(one.night).night
        count = night.counts.get(ballot) if night else None
        if count is not None:
            named = {finding.field for finding in findings}
            papers = count.papers if sent.papers is None else sent.papers
            checked = check_figures(count.contest, votes, rejected, papers, sent.lot)
            findings += [finding for finding in checked if finding.field not in named]
            return _findings("figures-refused", findings)
    command = Declare(
        id=id_of(one.person.invitation, one.night, ballot, "declaration", key),
        by=one.person.name,
        ballot=ballot,
        votes=votes,
        rejected=rejected,
        papers=sent.papers,
        lot=sent.lot,
    )
    try:
        await _announce_papers(request, command, sent.reasons)
        receipt = await ask(request, command, sent.reasons)
    except Refused as refused:
        if refused.findings:
            return _findings(refused.code, list(refused.findings))
        return problem(_STATUS.get(refused.code, 422), str(refused), code=refused.code)
    answer: dict[str, object] = {"night": one.night, "ballot": ballot, "seq": None, "at": None, "receipt": None}
    if receipt:
        answer |= {"seq": receipt.seq, "at": receipt.at.isoformat(), "receipt": str(receipt.seq)}
    status = 202 if receipt is None else 200 if receipt.repeated else 201
    return JSONResponse(answer, status, {"Cache-Control": "no-store"})


async def _announce_papers(request: Request, command: Declare, reasons: dict[str, str]) -> None:
    """Papers come first: where nobody has announced them, they go out before the figures that account for them.

    Refused, and nothing goes out, where the figures could not follow.
    """
    submitter = process(request).submitter
    one = visit(request)
    stands = submitter.known(one.night)
    night, desk = stands.night, stands.desk
    count = night.counts.get(command.ballot) if night else None
    asked = Asked(**stamp(request, f"ask/{command.id}"), command=command, reasons=reasons)
    if night is None or count is None or count.papers is not None or asked.command_id in desk.receipts:
        return
    admit(night, desk, asked)
    if command.papers is None or count.stage not in (None, "boxes in"):
        return
    ballot, papers, papers_id = command.ballot, command.papers, id_of("papers", command.id)
    act = PapersVerified(
        **stamp(request, f"act/{papers_id}"), ballot=ballot, issued=None, papers=papers, reasons=reasons
    )
    await submitter.record(one.night, act)
    await ask(request, ReachStage(id=papers_id, by=command.by, ballot=ballot, stage="verified", papers=papers))


def _votes(sent: Declaration) -> tuple[dict[str, int], list[Finding]]:
    votes: dict[str, int] = {}
    findings: list[Finding] = []
    for candidate, value in sent.votes.items():
        if type(value) is int:
            votes[candidate] = value
        else:
            # 465.0 is an integer to JSON Schema; here it is a sign that a program does not count in integers.
            sentence = "Votes must be a whole number, without quotation marks, fraction or exponent."
            findings.append(Finding("votes-not-whole", f"votes.{candidate}", sentence))
    return votes, findings


def _findings(code: str, findings: list[Finding]) -> Response:
    errors = [{"code": one.code, "field": one.field, "detail": one.sentence} for one in findings]
    number = "One thing stands" if len(errors) == 1 else f"{len(errors)} things stand"
    return problem(422, f"{number} against these figures. Nothing was declared.", code=code, errors=errors)


def _shape(error: msgspec.ValidationError) -> dict[str, str]:
    """msgspec's words, "Expected `int`, got `str` - at `$.papers`", as an error of a field."""
    words, _, path = str(error).partition(" - at ")
    field = path.strip("`").removeprefix("$").removeprefix(".")
    return {"code": "shape", "field": field, "detail": f"{words}."}
