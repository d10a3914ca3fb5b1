"""A declaration sent by a program: JSON in, a receipt or every finding out. The checks are those of the phone."""

from collections.abc import Iterator
from typing import Annotated, cast

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.access import allows
from server.count.visit.json_sent import findings_told, sent_as
from server.count.visit.rules import bearer, visit
from server.count.visit.sending import ask, id_of, stamp
from server.election.commands import Declare, ReachStage, ReportPreferences
from server.election.contests import Contest
from server.election.counting.acts import Asked, Dropped, PapersVerified
from server.election.counting.admit import admit
from server.election.counting.figures.apart import Apart, added, check_apart
from server.election.deciding.checks import check_figures
from server.election.limits import LONGEST_KEY, LONGEST_NUMBER
from server.election.methods.figures import NOTHING_MORE, MoreFigures, Rejected, SecondPreferences
from server.election.refusals import Refused
from server.election.texts.check_codes import Finding
from server.html.errors import problem
from server.html.process import process

_STATUS = {
    "already-declared": 409,
    "already-asked": 409,
    "not-confirmed": 409,
    "counted-by-tables": 409,
    "preferences-missing": 409,
    "preferences-differ": 409,
    "no-poll": 409,
    "poll-open": 409,
    "night-unknown": 404,
    "ballot-unknown": 404,
}


_MOST = 10**LONGEST_NUMBER - 1
_Number = Annotated[int, Meta(ge=-_MOST, le=_MOST)]  # the checks refuse numbers below 0, in their own words


class RejectedPapers(Struct, frozen=True, forbid_unknown_fields=True):
    """Rejected papers in total, and under the four heads of rule 47 where they are known."""

    total: _Number
    official_mark: _Number | None = None
    more_than_one: _Number | None = None
    identifiable: _Number | None = None
    unmarked_or_void: _Number | None = None


class SecondRound(Struct, frozen=True, forbid_unknown_fields=True):
    """Second preferences by candidate id, for those who stay, and how many were rejected, if that is known."""

    votes: dict[str, _Number]
    rejected: _Number | None = None


class Declaration(Struct, frozen=True, forbid_unknown_fields=True):
    """The body of the request.

    ``votes``: candidate id → votes; their type is checked one by one, so that each wrong one gets its own sentence.
    ``reasons``: check code → why something that looks unusual is true. ``valid_papers``, ``in_part``, ``lots`` and
    ``second`` are as in ``MoreFigures``; with ``first_round`` these are first preferences, to be announced alone. With
    ``blocks``, party id → papers, ``votes`` are the split votes.
    """

    votes: dict[str, object]
    rejected: RejectedPapers | None = None
    papers: _Number | None = None
    lot: str | None = None
    reasons: dict[str, str] = {}
    valid_papers: _Number | None = None
    in_part: _Number | None = None
    lots: tuple[str, ...] = ()
    second: SecondRound | None = None
    first_round: bool = False
    blocks: dict[str, _Number] = {}

    @property
    def more(self) -> MoreFigures | UnsetType:
        """What this method has besides; unset where nothing is sent."""
        second = SecondPreferences(self.second.votes, self.second.rejected) if self.second else None
        found = MoreFigures(self.valid_papers, self.in_part, self.lots, second)
        return UNSET if found == NOTHING_MORE else found


@allows(bearer)
async def post_declaration(request: Request) -> Response:
    """``POST /api/nights/{night}/contests/{ballot}/declaration``: 201 with a receipt; 200 when repeated; 202 when the
    declaration waits because the desk holds the night."""
    key = request.headers.get("idempotency-key", "")
    if not (0 < len(key) <= LONGEST_KEY and all("!" <= character <= "~" for character in key)):
        sentence = f"Send an Idempotency-Key: 1 to {LONGEST_KEY} visible ASCII characters, the same when sent again."
        return problem(400, sentence, code="idempotency-key-missing")
    sent = await sent_as(request, Declaration, "declaration")
    if isinstance(sent, Response):
        return sent
    return await _declare(request, key, sent)


async def _declare(request: Request, key: str, sent: Declaration) -> Response:
    visitor, ballot = visit(request), request.path_params["ballot"]
    votes, findings = _votes(sent)
    rejected = Rejected(**cast(dict[str, int], msgspec.structs.asdict(sent.rejected))) if sent.rejected else None
    night = process(request).submitter.known(visitor.night).night
    count = night.counts.get(ballot) if night else None
    if sent.blocks and count is not None:
        apart = Apart(sent.blocks, votes)
        findings += check_apart(count.contest, apart, sent.valid_papers)
        votes = added(count.contest, apart)
    if count is not None:
        findings += _contradicted(sent, count.contest, votes)
    if findings and count is not None:
        named = {finding.field for finding in findings}
        papers = count.papers if sent.papers is None else sent.papers
        checked = check_figures(count.contest, votes, rejected, papers, sent.lot, sent.more)
        findings += [finding for finding in checked if finding.field not in named]
        return _findings("figures-refused", findings)
    command_id, by = id_of(visitor.person.invitation, visitor.night, ballot, "declaration", key), visitor.person.name
    command: Declare | ReportPreferences = Declare(
        id=command_id,
        by=by,
        ballot=ballot,
        votes=votes,
        rejected=rejected,
        papers=sent.papers,
        lot=sent.lot,
        more=sent.more,
    )
    if sent.first_round:
        if sent.lot is not None or sent.more is not UNSET:
            finding = Finding("shape", "first_round", "First preferences come with rejected papers, and nothing else.")
            return _findings("figures-refused", [finding])
        command = ReportPreferences(
            id=command_id, by=by, ballot=ballot, votes=votes, rejected=rejected, papers=sent.papers
        )
    try:
        await _announce_papers(request, command, sent.reasons)
        receipt = await ask(request, command, sent.reasons)
    except Refused as refused:
        if refused.findings:
            return _findings(refused.code, list(refused.findings))
        return problem(_STATUS.get(refused.code, 422), str(refused), code=refused.code)
    answer: dict[str, object] = {"night": visitor.night, "ballot": ballot, "seq": None, "at": None, "receipt": None}
    if receipt:
        answer |= {"seq": receipt.seq, "at": receipt.at.isoformat(), "receipt": str(receipt.seq)}
    status = 202 if receipt is None else 200 if receipt.repeated else 201
    return JSONResponse(answer, status, {"Cache-Control": "no-store"})


def _contradicted(sent: Declaration, contest: Contest, votes: dict[str, int]) -> Iterator[Finding]:
    """What a declaration says twice and not alike, or of a round that there is not."""
    if sent.lot is not None and sent.lots not in ((), (sent.lot,)):
        yield Finding("shape", "lots", "lot and lots do not name the same candidates: send one of them.")
    if sent.second and not contest.rules.has_first_round:
        yield Finding("shape", "second", "There is no second round here.")
    valid = sum(votes.values())
    if sent.valid_papers not in (None, valid) and contest.rules.votes_a_paper == 1:
        sentence = (
            f"valid_papers are {sent.valid_papers}, and the votes {valid}: where one is elected they are the same."
        )
        yield Finding("shape", "valid_papers", sentence)


async def _announce_papers(request: Request, command: Declare | ReportPreferences, reasons: dict[str, str]) -> None:
    """Announce the ballot papers of a declaration before the declaration, unless somebody has announced them already.

    Refused if the declaration could not follow; then nothing goes out. Programs that send at the same instant announce
    them once, whoever is first: the declaration of another is checked against those papers.
    """
    submitter = process(request).submitter
    night_id = visit(request).night
    stands = submitter.known(night_id)
    night, desk = stands.night, stands.desk
    count = night.counts.get(command.ballot) if night else None
    asked = Asked(**stamp(request, f"ask/{command.id}"), command=command, reasons=reasons)
    if night is None or count is None or count.papers is not None or asked.command_id in desk.receipts:
        return
    admit(night, desk, asked)
    if command.papers is None or count.stage not in (None, "boxes in"):
        return
    ballot, papers, set_aside = command.ballot, command.papers, sum(isinstance(act, Dropped) for act in desk.log)
    papers_id = id_of("papers", night_id, ballot, len(count.history), set_aside)
    act = PapersVerified(
        **stamp(request, f"act/{papers_id}"), ballot=ballot, issued=None, papers=papers, reasons=reasons
    )
    await submitter.record(night_id, act, settles=False)
    announced = ReachStage(id=papers_id, by=command.by, ballot=ballot, stage="verified", papers=papers)
    try:
        await ask(request, announced, settles=False)
    except Refused as refused:
        if refused.code != "key-reused":  # somebody else announced another number
            raise


def _votes(sent: Declaration) -> tuple[dict[str, int], list[Finding]]:
    votes: dict[str, int] = {}
    findings: list[Finding] = []
    for candidate, value in sent.votes.items():
        if type(value) is int and abs(value) <= _MOST:
            votes[candidate] = value
        else:
            # JSON Schema calls 465.0 an integer. Here it is a sign that the program does not count in integers.
            sentence = "Votes must be a whole number, without quotation marks, fraction or exponent."
            if type(value) is int:
                sentence = f"Votes are a number of at most {LONGEST_NUMBER} digits."
            findings.append(Finding("votes-not-whole", f"votes.{candidate}", sentence))
    return votes, findings


def _findings(code: str, findings: list[Finding]) -> Response:
    return findings_told(code, findings, "Nothing was declared.")
