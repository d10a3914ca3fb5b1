"""The form "The ballot paper": its texts, from a contest or from what was sent. No HTML, no HTTP, no rules."""

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from server.election.contests import Contest
from server.election.parties import Party
from server.nights.coming.parties import known

OFF = "off"
"""What a candidate's ``fate`` says in the form where the name should never have been on the paper."""
OTHERS = "others"
_FREE_ROWS = 1
_ROW = re.compile(r"paper\.(candidate|previous)\.([0-9]{1,4})\.")


class CandidateRow(Struct, frozen=True):
    """What the form says of one candidate, as it was typed. ``id`` is "" for somebody new; ``short`` is the short name
    of a party that no register has."""

    number: int
    id: str = ""
    place: str = ""
    name: str = ""
    party: str = ""
    short: str = ""
    description: str = ""
    fate: str = ""
    sitting: bool = False
    full_name: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed into a row for somebody new."""
        return not (self.id or self.name.strip() or self.party.strip())


class PreviousRow(Struct, frozen=True):
    """A party's votes at the election before, as they were typed."""

    number: int
    party: str = ""
    votes: str = ""


class PaperForm(Struct, frozen=True):
    """The form from top to bottom, as it was typed."""

    name: str
    region: str
    electorate: str
    candidates: tuple[CandidateRow, ...]
    holder: str
    previous_electorate: str
    previous: tuple[PreviousRow, ...]


def form_of(contest: Contest, parties: Mapping[str, Party]) -> PaperForm:
    """The form that says what a contest is; ``parties`` are those of the night."""
    rows = [
        CandidateRow(
            number=number,
            id=candidate.id,
            place=str(number),
            name=candidate.name,
            party=_name(candidate.party, parties),
            description=candidate.description or "",
            fate=candidate.fate or "",
            sitting=candidate.sitting,
            full_name=candidate.full_name or "",
        )
        for number, candidate in enumerate(contest.candidates, 1)
    ]
    previous = contest.previous
    before = [
        PreviousRow(number, _name(party, parties), f"{votes:,}")
        for number, (party, votes) in enumerate(previous.votes.items() if previous else (), 1)
    ]
    return with_room(
        PaperForm(
            name=contest.name,
            region=contest.region,
            electorate=_written(contest.electorate),
            candidates=tuple(rows),
            holder=_name(previous.holder, parties) if previous else "",
            previous_electorate=_written(previous.electorate) if previous else "",
            previous=tuple(before),
        )
    )


def with_room(form: PaperForm) -> PaperForm:
    """The form with an empty row for one candidate more, and for one party more at the election before."""
    rows, before = [row for row in form.candidates if not row.is_empty], form.previous
    last = max((row.number for row in rows), default=0)
    rows += [CandidateRow(last + more) for more in range(1, _FREE_ROWS + 1)]
    filled = [row for row in before if row.party.strip() or row.votes.strip()]
    filled.append(PreviousRow(max((row.number for row in before), default=0) + 1))
    return replace(form, candidates=tuple(rows), previous=tuple(filled))


def read(sent: Mapping[str, str]) -> PaperForm:
    """The form as it was sent: ``paper.name``, ``paper.candidate.3.party``, ``paper.previous.1.votes``…"""
    found = [match for name in sent if (match := _ROW.match(name))]

    def numbers(kind: str) -> list[int]:
        return sorted({int(match[2]) for match in found if match[1] == kind})

    return PaperForm(
        name=sent.get("paper.name", ""),
        region=sent.get("paper.region", ""),
        electorate=sent.get("paper.electorate", ""),
        candidates=tuple(_candidate_row(sent, number) for number in numbers("candidate")),
        holder=sent.get("paper.previous.holder", ""),
        previous_electorate=sent.get("paper.previous.electorate", ""),
        previous=tuple(
            PreviousRow(
                number,
                sent.get(f"paper.previous.{number}.party", ""),
                sent.get(f"paper.previous.{number}.votes", ""),
            )
            for number in numbers("previous")
        ),
    )


def _candidate_row(sent: Mapping[str, str], number: int) -> CandidateRow:
    def field(name: str) -> str:
        return sent.get(f"paper.candidate.{number}.{name}", "")

    texts = ("id", "place", "name", "party", "short", "description", "fate", "full_name")
    return CandidateRow(number=number, sitting=bool(field("sitting")), **{name: field(name) for name in texts})


def texts_of(form: PaperForm) -> dict[str, str]:
    """Every field of the form by the name it is sent under, but those of a candidate by id: what two forms of one
    contest can be compared by."""
    return dict(_texts(form))


def _texts(form: PaperForm) -> Iterator[tuple[str, str]]:
    yield "paper.name", form.name
    yield "paper.region", form.region
    yield "paper.electorate", form.electorate
    for row in form.candidates:
        if row.id:
            yield f"{row.id}.name", row.name
            yield f"{row.id}.party", row.party
            yield f"{row.id}.fate", row.fate
            yield f"{row.id}.description", row.description
            yield f"{row.id}.full_name", row.full_name


def _name(party: str, parties: Mapping[str, Party]) -> str:
    named = parties.get(party) or known().get(party)
    return named.name if named else "Others" if party == OTHERS else party


def _written(number: int | None) -> str:
    return f"{number:,}" if number else ""
