"""What the phone shows, in words and in order: the sheet, the declaration read back. No HTTP, HTML, rules."""

from collections.abc import Iterable

from msgspec import Struct

from server.count.phone.figures import REASON, SentForm, fields, merged
from server.election.checks import Finding
from server.election.contests import Candidate
from server.election.events import HEADS
from server.election.nights import Count, Night
from server.election.parties import counted_as
from server.election.verdict import Result, first_places


class NumberRow(Struct, frozen=True):
    """A number to type. ``party`` is an id, or ""; ``sentences`` is what stands against the text."""

    field: str
    label: str
    note: str
    party: str
    text: str
    sentences: tuple[str, ...]


class Lot(Struct, frozen=True):
    """A candidate who can be drawn where ``tied`` with others for the first place."""

    candidate: Candidate
    tied: bool
    chosen: bool


class Mistake(Struct, frozen=True):
    """A line of the summary of what is wrong; ``field`` is where it leads."""

    field: str
    sentence: str


class Doubt(Struct, frozen=True):
    """Something unusual that wants a reason, which goes into ``field``; ``sentences`` say what is unusual."""

    field: str
    sentences: tuple[str, ...]
    reason: str


class Sum(Struct, frozen=True):
    """The running total and what it leaves; ``wrong`` if it cannot be."""

    counted: str
    left: str
    wrong: bool


class Form(Struct, frozen=True):
    """A form from top to bottom; ``kept`` are reasons that nothing asks for now."""

    rows: dict[str, NumberRow]
    lots: tuple[Lot, ...]
    tie: bool
    sum: Sum
    mistakes: tuple[Mistake, ...]
    doubts: tuple[Doubt, ...]
    kept: dict[str, str]
    elsewhere: dict[str, tuple[str, ...]]


LABELS = {"issued": "Ballot papers issued", "papers": "Ballot papers counted"}
_ELSEWHERE = ("votes", "rejected", "lot")


def form_of(night: Night, count: Count, entry: SentForm, findings: Iterable[Finding] = ()) -> Form:
    """The sheet or the verification with what was typed, and what stands against it."""
    contest = count.contest
    found = merged([*LABELS, *fields(contest), "lot"], entry, findings)
    errors, doubts = [one for one in found if one.blocks], [one for one in found if not one.blocks]
    rows = {field: (label, "", "") for field, label in LABELS.items()}
    for one in contest.candidates:
        rows[f"votes.{one.id}"] = (one.name, party_name(night, one.party), counted_as(one.party))
    rows |= {f"rejected.{head}": (head_name(head), "", "") for head in HEADS}
    votes = entry.votes
    complete = all(candidate.id in votes for candidate in contest.candidates) and any(votes.values())
    tied = first_places(votes) if complete else []
    asked = {
        doubt.code: (
            *(other.sentence for other in doubts if other.code == doubt.code),
            *_at(errors, REASON + doubt.code),
        )
        for doubt in doubts
    }
    return Form(
        rows={
            field: NumberRow(field, label, note, party, entry.texts.get(field, ""), _at(errors, field))
            for field, (label, note, party) in rows.items()
        },
        lots=tuple(
            Lot(candidate, len(tied) > 1 and candidate.id in tied, candidate.id == entry.lot)
            for candidate in contest.candidates
        ),
        tie=len(tied) > 1,
        sum=_sum(count, entry),
        mistakes=tuple(Mistake(finding.field, _named(rows, finding)) for finding in errors),
        doubts=tuple(Doubt(REASON + code, said, entry.reasons.get(code, "")) for code, said in asked.items()),
        kept={REASON + code: why for code, why in entry.reasons.items() if code not in asked},
        elsewhere={place: _at(errors, place) for place in _ELSEWHERE},
    )


def label_of(night: Night, ballot: str, field: str) -> str:
    """What a row of the sheet is called."""
    if field.startswith("votes."):
        return night.counts[ballot].contest.candidate(field[6:]).name
    return head_name(field[9:]) if field.startswith("rejected.") else "The lot"


def party_name(night: Night, party: str) -> str:
    """As on the ballot paper; a registration that the night does not name goes by the party it counts for."""
    known = night.parties.get(party) or night.parties.get(counted_as(party))
    return known.name if known else party


class ReadBack(Struct, frozen=True):
    """A declaration to be read aloud. ``lines`` in ballot-paper order: name, party, id of the party
    it counts for, votes, elected; ``rejected`` head and papers."""

    lines: tuple[tuple[str, str, str, int, bool], ...]
    elected: str
    tied: tuple[str, ...]
    rejected: tuple[tuple[str, int | None], ...]
    verdict: str
    kind: str
    result: Result


def read_back(night: Night, count: Count, result: Result) -> ReadBack:
    """The read-back of a result."""
    votes = {line.candidate.id: line for line in result.lines}
    lines = tuple(
        (candidate.name, party_name(night, candidate.party), counted_as(candidate.party), line.votes, line.elected)
        for candidate in count.contest.candidates
        for line in (votes[candidate.id],)
    )
    rejected = result.rejected
    heads = ((head_name(head), getattr(rejected, head)) for head in HEADS) if rejected else ()
    return ReadBack(
        lines=lines,
        elected=result.winner.candidate.name,
        tied=tuple(
            candidate.name for candidate in count.contest.candidates if votes[candidate.id].votes == result.winner.votes
        )
        if result.by_lot
        else (),
        rejected=tuple(heads),
        verdict=result.verdict.text(night.parties),
        kind=result.verdict.kind,
        result=result,
    )


def head_name(head: str) -> str:
    """A head of rejected papers, as it begins a line."""
    words = HEADS[head]
    return words[0].upper() + words[1:]


def _at(findings: list[Finding], field: str) -> tuple[str, ...]:
    return tuple(finding.sentence for finding in findings if finding.field == field)


def _sum(count: Count, entry: SentForm) -> Sum:
    counted, papers = sum(entry.votes.values()) + sum(entry.heads.values()), count.papers
    if papers is None:
        electorate = count.contest.electorate
        left, wrong = f"Electorate {electorate:,}" if electorate else "", 0 < electorate < counted
    elif counted < papers:
        left, wrong = f"{papers - counted:,} papers to go", False
    elif counted == papers:
        left, wrong = "all papers accounted for", False
    else:
        left, wrong = f"{counted - papers:,} more than papers", True
    return Sum(f"{counted:,}", left, wrong)


def _named(rows: dict[str, tuple[str, str, str]], finding: Finding) -> str:
    label = rows[finding.field][0] if finding.field in rows else ""
    sentence = finding.sentence
    return sentence if not label or label.lower() in sentence.lower() else f"{label}: {sentence}"
