"""What the phone shows, in words and in order: the form, the declaration read back. No HTTP, HTML, rules."""

from collections.abc import Iterable

from msgspec import Struct

from server.count.figures import HEADS, Entry, merged
from server.election.checks import Finding
from server.election.contests import Candidate, Contest
from server.election.nights import Count, Night
from server.election.parties import counted_as
from server.election.verdict import Result, first_places

STAGES = {
    "boxes in": "Ballot boxes in",
    "verified": "Ballot papers verified",
    "counting": "Counting",
    "provisional": "Provisional result with candidates and agents",
    "recount": "Recount",
}


class Row(Struct, frozen=True):
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


class Sum(Struct, frozen=True):
    """The running total and what it leaves; ``wrong`` if it cannot be."""

    counted: str
    left: str
    wrong: bool


class Form(Struct, frozen=True):
    """The form from top to bottom."""

    papers: Row
    candidates: tuple[Row, ...]
    heads: tuple[Row, ...]
    lots: tuple[Lot, ...]
    tie: bool
    sum: Sum
    mistakes: tuple[Mistake, ...]
    elsewhere: dict[str, tuple[str, ...]]


def form_of(night: Night, count: Count, entry: Entry, findings: Iterable[Finding] = ()) -> Form:
    """The form with what was typed, and what stands against it."""
    contest = count.contest
    found = merged(contest, entry, findings)
    labels = {"papers": "Ballot papers verified", **{f"rejected.{head}": _head(head) for head in HEADS}}
    labels |= {f"votes.{one.id}": one.name for one in contest.candidates}

    def row(field: str, note: str = "", party: str = "") -> Row:
        sentences = tuple(one.sentence for one in found if one.field == field)
        return Row(field, labels[field], note, party, entry.texts.get(field, ""), sentences)

    votes = entry.figures.votes
    complete = all(one.id in votes for one in contest.candidates) and any(votes.values())
    tied = first_places(votes) if complete else []
    return Form(
        papers=row("papers"),
        candidates=tuple(
            row(f"votes.{one.id}", party_name(night, one.party), counted_as(one.party)) for one in contest.candidates
        ),
        heads=tuple(row(f"rejected.{head}") for head in HEADS),
        lots=tuple(
            Lot(one, len(tied) > 1 and one.id in tied, one.id == entry.figures.lot) for one in contest.candidates
        ),
        tie=len(tied) > 1,
        sum=_sum(contest, entry),
        mistakes=tuple(Mistake(one.field, _named(labels.get(one.field, ""), one.sentence)) for one in found),
        elsewhere={
            place: tuple(one.sentence for one in found if one.field == place) for place in ("votes", "rejected", "lot")
        },
    )


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
        (one.name, party_name(night, one.party), counted_as(one.party), line.votes, line.elected)
        for one in count.contest.candidates
        for line in (votes[one.id],)
    )
    rejected = result.rejected
    heads = ((_head(head), getattr(rejected, head)) for head in HEADS) if rejected else ()
    return ReadBack(
        lines=lines,
        elected=result.winner.candidate.name,
        tied=tuple(one.name for one in count.contest.candidates if votes[one.id].votes == result.winner.votes)
        if result.by_lot
        else (),
        rejected=tuple(heads),
        verdict=result.verdict.text(night.parties),
        kind=result.verdict.kind,
        result=result,
    )


def _sum(contest: Contest, entry: Entry) -> Sum:
    votes, rejected = sum(entry.figures.votes.values()), sum(entry.heads.values())
    counted, papers = votes + rejected, entry.figures.papers
    if papers is None:
        left, wrong = f"Electorate {contest.electorate:,}", counted > contest.electorate
    elif counted < papers:
        left, wrong = f"{papers - counted:,} papers to go", False
    elif counted == papers:
        left, wrong = "all papers accounted for", False
    else:
        left, wrong = f"{counted - papers:,} more than papers", True
    return Sum(f"{counted:,}", left, wrong)


def _head(head: str) -> str:
    words = HEADS[head]
    return words[0].upper() + words[1:]


def _named(label: str, sentence: str) -> str:
    return sentence if not label or label.lower() in sentence.lower() else f"{label}: {sentence}"
