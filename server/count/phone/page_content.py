"""What the phone's pages show, in words and in order: the sheet, and the declaration read back. No HTML, no HTTP."""

from collections.abc import Iterable

from msgspec import Struct

from server.count.phone.figures import REASON, SentForm, fields, merged
from server.election.contests import Candidate
from server.election.counts import Count
from server.election.methods.figures import HEADS
from server.election.nights import Night
from server.election.parties import counted_as
from server.election.result import Result
from server.election.texts.check_codes import Finding
from server.election.verdict import tied_first


class NumberRow(Struct, frozen=True):
    """A field for a number. ``party`` is an id, or ""; ``text`` is what was typed, ``sentences`` what is wrong."""

    field: str
    label: str
    note: str
    party: str
    text: str
    sentences: tuple[str, ...]


class LotChoice(Struct, frozen=True):
    """A candidate of whom the form can say that their lot was drawn, under a ``name`` that no other has; ``tied`` if
    they share the first place."""

    candidate: Candidate
    name: str
    tied: bool
    chosen: bool


class Mistake(Struct, frozen=True):
    """A line in the summary of what is wrong; ``field`` is the field that it links to."""

    field: str
    sentence: str


class Doubt(Struct, frozen=True):
    """Something unusual that needs a reason: ``sentences`` say what, and the ``reason`` is typed into ``field``."""

    field: str
    sentences: tuple[str, ...]
    reason: str


class RunningTotal(Struct, frozen=True):
    """The papers ``counted`` so far and, in words, what is ``left``; ``wrong`` if there are more than there can be."""

    counted: str
    left: str
    wrong: bool


class Form(Struct, frozen=True):
    """A form from top to bottom.

    ``kept``: field → a reason that was typed and that nothing asks for now. ``elsewhere``: field without a row of its
    own → what is wrong there.
    """

    rows: dict[str, NumberRow]
    lots: tuple[LotChoice, ...]
    tie: bool
    sum: RunningTotal
    mistakes: tuple[Mistake, ...]
    doubts: tuple[Doubt, ...]
    kept: dict[str, str]
    elsewhere: dict[str, tuple[str, ...]]


LABELS = {"issued": "Ballot papers issued", "papers": "Ballot papers counted"}
_ELSEWHERE = ("votes", "rejected", "lot")


def form_of(night: Night, count: Count, entry: SentForm, findings: Iterable[Finding] = ()) -> Form:
    """The sheet or the verification, with what was typed and what is wrong with it."""
    contest = count.contest
    ordered = merged([*LABELS, *fields(contest), "lot"], entry, findings)
    errors = [finding for finding in ordered if finding.blocks]
    doubts = [finding for finding in ordered if not finding.blocks]
    rows = {field: (label, "", "") for field, label in LABELS.items()}
    for candidate in contest.polled:
        party = candidate.party
        note = candidate.description or party_name(night, party)
        rows[f"votes.{candidate.id}"] = (contest.told(candidate.id), note, counted_as(party))
    rows |= {f"rejected.{head}": (head_name(head), "", "") for head in HEADS}
    votes = entry.votes
    complete = all(candidate.id in votes for candidate in contest.polled) and any(votes.values())
    tied = tied_first(contest, votes) if complete else []
    asked = {
        doubt.code: (
            *(finding.sentence for finding in doubts if finding.code == doubt.code),
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
            LotChoice(
                candidate,
                _spoken(night, count, candidate),
                len(tied) > 1 and candidate.id in tied,
                candidate.id == entry.lot,
            )
            for candidate in contest.polled
        ),
        tie=len(tied) > 1,
        sum=_sum(count, entry),
        mistakes=tuple(Mistake(finding.field, _named(rows, finding)) for finding in errors),
        doubts=tuple(Doubt(REASON + code, said, entry.reasons.get(code, "")) for code, said in asked.items()),
        kept={REASON + code: why for code, why in entry.reasons.items() if code not in asked},
        elsewhere={place: _at(errors, place) for place in _ELSEWHERE},
    )


def label_of(night: Night, ballot: str, field: str) -> str:
    """The label of a field of the sheet."""
    if field.startswith("votes."):
        return night.counts[ballot].contest.told(field[6:])
    return head_name(field[9:]) if field.startswith("rejected.") else "The lot"


def party_name(night: Night, party: str) -> str:
    """A party's name on the ballot paper. A registration that the night does not name has the name of the party it
    counts for, or else its id."""
    known = night.parties.get(party) or night.parties.get(counted_as(party))
    return known.name if known else party


class ReadBack(Struct, frozen=True):
    """A declaration to be read aloud.

    ``lines``, in ballot-paper order: candidate's name, party's name, id of the party it counts for, votes, elected.
    ``rejected``: head of rule 47 and papers (None if not known). ``tied``: the names that shared the first place, if a
    lot decided it.
    """

    lines: tuple[tuple[str, str, str, int, bool], ...]
    elected: str
    tied: tuple[str, ...]
    rejected: tuple[tuple[str, int | None], ...]
    verdict: str
    kind: str
    result: Result


def read_back(night: Night, count: Count, result: Result) -> ReadBack:
    """A result as it is to be read aloud."""
    votes = {line.candidate.id: line for line in result.lines}
    lines = tuple(
        (
            count.contest.told(candidate.id),
            candidate.description or party_name(night, candidate.party),
            counted_as(candidate.party),
            line.votes,
            line.elected,
        )
        for candidate in count.contest.candidates
        if (line := votes.get(candidate.id))
    )
    rejected = result.rejected
    heads = ((head_name(head), getattr(rejected, head)) for head in HEADS) if rejected else ()
    return ReadBack(
        lines=lines,
        elected=_spoken(night, count, result.winner.candidate),
        tied=tuple(
            _spoken(night, count, candidate)
            for candidate in count.contest.standing
            if (line := votes.get(candidate.id)) and line.votes == result.winner.votes
        )
        if result.by_lot
        else (),
        rejected=tuple(heads),
        verdict=result.verdict.text(night.parties),
        kind=result.verdict.kind,
        result=result,
    )


def _spoken(night: Night, count: Count, candidate: Candidate) -> str:
    """A candidate's name; with the party and the place on the paper where another has the same name."""
    told = count.contest.told(candidate.id)
    if told == candidate.name:
        return told
    party = candidate.description or party_name(night, candidate.party)
    return f"{candidate.name} ({party}, number {told.removeprefix(candidate.name)[2:-1]} on the ballot paper)"


def head_name(head: str) -> str:
    """A head of rejected papers in words, with a capital letter."""
    words = HEADS[head]
    return words[0].upper() + words[1:]


def _at(findings: list[Finding], field: str) -> tuple[str, ...]:
    return tuple(finding.sentence for finding in findings if finding.field == field)


def _sum(count: Count, entry: SentForm) -> RunningTotal:
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
    return RunningTotal(f"{counted:,}", left, wrong)


def _named(rows: dict[str, tuple[str, str, str]], finding: Finding) -> str:
    label = rows[finding.field][0] if finding.field in rows else ""
    sentence = finding.sentence
    return sentence if not label or label.lower() in sentence.lower() else f"{label}: {sentence}"
