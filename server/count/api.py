"""A declaration sent by a program: JSON in, a receipt or every finding out. The checks are the phone's."""

import hashlib
from typing import cast

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.access import allows
from server.count.figures import Figures
from server.count.invitations import Invitation
from server.count.rules import bearer
from server.count.sending import declare
from server.election.checks import Finding, check_figures
from server.election.decide import Refused
from server.election.events import Rejected
from server.errors import problem
from server.stream.submit import Submitter

_LONGEST_KEY = 128
_STATUS = {"already-declared": 409, "night-unknown": 404, "ballot-unknown": 404, "key-reused": 422}


class RejectedPapers(Struct, frozen=True, forbid_unknown_fields=True):
    """Rejected papers in all, and under the four heads where they are known."""

    total: int
    official_mark: int | None = None
    more_than_one: int | None = None
    identifiable: int | None = None
    unmarked_or_void: int | None = None


class Declaration(Struct, frozen=True, forbid_unknown_fields=True):
    """The body: ``votes`` candidate id → votes, looked at one by one, so that each has its sentence."""

    votes: dict[str, object]
    rejected: RejectedPapers | None = None
    papers: int | None = None
    lot: str | None = None


@allows(bearer)
async def post_declaration(request: Request) -> Response:
    """``POST /api/nights/{night}/contests/{ballot}/declaration``: 201 with a receipt, 200 when repeated."""
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
    return await _declare(request, hashlib.sha256(key.encode()).hexdigest(), sent)


async def _declare(request: Request, key: str, sent: Declaration) -> Response:
    invitation: Invitation = request.state.invitation
    submitter: Submitter = request.state.submitter
    figures, findings = _read(sent)
    if findings:
        night = await submitter.night(invitation.night)
        count = night.counts.get(invitation.ballot) if night else None
        if count is not None:
            named = {one.field for one in findings}
            papers = count.papers if figures.papers is None else figures.papers
            checked = check_figures(count.contest, figures.votes, figures.rejected, papers, figures.lot)
            findings += [one for one in checked if one.field not in named]
            return _findings("figures-refused", findings)
    try:
        receipt = await declare(submitter, invitation, key, figures)
    except Refused as refused:
        if refused.findings:
            return _findings(refused.code, list(refused.findings))
        return problem(_STATUS.get(refused.code, 422), str(refused), code=refused.code)
    content = {
        "night": receipt.night,
        "ballot": invitation.ballot,
        "seq": receipt.seq,
        "at": receipt.at.isoformat(),
        "receipt": str(receipt.seq),
    }
    return JSONResponse(content, 200 if receipt.repeated else 201, {"Cache-Control": "no-store"})


def _read(sent: Declaration) -> tuple[Figures, list[Finding]]:
    votes: dict[str, int] = {}
    findings: list[Finding] = []
    for candidate, value in sent.votes.items():
        if type(value) is int:
            votes[candidate] = value
        else:
            # 465.0 is an integer to JSON Schema; here it is a sign that a program does not count in integers.
            sentence = "Votes must be a whole number, without quotation marks, fraction or exponent."
            findings.append(Finding("votes-not-whole", f"votes.{candidate}", sentence))
    rejected = cast(dict[str, int], msgspec.structs.asdict(sent.rejected)) if sent.rejected else None
    return Figures(votes, Rejected(**rejected) if rejected else None, sent.papers, sent.lot), findings


def _findings(code: str, findings: list[Finding]) -> Response:
    errors = [{"code": one.code, "field": one.field, "detail": one.sentence} for one in findings]
    number = "One thing stands" if len(errors) == 1 else f"{len(errors)} things stand"
    return problem(422, f"{number} against these figures. Nothing was declared.", code=code, errors=errors)


def _shape(error: msgspec.ValidationError) -> dict[str, str]:
    """msgspec's words, "Expected `int`, got `str` - at `$.papers`", as an error of a field."""
    words, _, path = str(error).partition(" - at ")
    field = path.strip("`").removeprefix("$").removeprefix(".")
    return {"code": "shape", "field": field, "detail": f"{words}."}
