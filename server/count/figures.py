"""The figures of a declaration from the texts of a form: what was typed, what it means. No HTML."""

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from server.count.numbers import Unreadable, whole_number
from server.election.checks import Finding
from server.election.contests import Contest
from server.election.events import Rejected

HEADS = {
    "official_mark": "want of an official mark",
    "more_than_one": "voting for more candidates than one",
    "identifiable": "writing or mark by which the voter could be identified",
    "unmarked_or_void": "being unmarked or void for uncertainty",
}
"""The four heads of rejected papers (Parliamentary Elections Rules, rule 47), in the order of the law."""


class Figures(Struct, frozen=True):
    """``votes`` candidate id → votes; ``rejected`` None if a head is missing; ``papers`` those verified."""

    votes: dict[str, int]
    rejected: Rejected | None
    papers: int | None
    lot: str | None


class Entry(Struct, frozen=True):
    """A form as it was sent. ``texts`` field → what was typed, to the letter; ``figures`` all that can be
    read, ``heads`` those of the rejected papers; ``unreadable`` is what stands against the rest."""

    texts: dict[str, str]
    figures: Figures
    heads: dict[str, int]
    unreadable: tuple[Finding, ...] = ()

    def about(self, *fields: str) -> "Entry":
        """The same, with only these fields called unreadable."""
        return replace(self, unreadable=tuple(one for one in self.unreadable if one.field in fields))


def read(contest: Contest, form: Mapping[str, object]) -> Entry:
    """The entry in a form: ``papers``, ``votes.{candidate id}``, ``rejected.{head}`` and ``lot``."""
    texts = {
        name: text
        for name, text in form.items()
        if isinstance(text, str) and (name in ("papers", "lot") or name.startswith(("votes.", "rejected.")))
    }
    numbers: dict[str, int] = {}
    unreadable: list[Finding] = []
    for field in dict.fromkeys([*fields(contest), *texts]):
        if field == "lot":
            continue
        try:
            number = whole_number(texts.get(field, ""))
        except Unreadable as error:
            unreadable.append(Finding("number-unreadable", field, str(error)))
            continue
        if number is not None:
            numbers[field] = number
        elif field in _REQUIRED:
            unreadable.append(Finding("number-missing", field, _REQUIRED[field]))
    heads = {head: numbers[f"rejected.{head}"] for head in HEADS if f"rejected.{head}" in numbers}
    rejected = Rejected(sum(heads.values()), **heads) if len(heads) == len(HEADS) else None
    votes = {name.removeprefix("votes."): one for name, one in numbers.items() if name.startswith("votes.")}
    figures = Figures(votes, rejected, numbers.get("papers"), texts.get("lot") or None)
    return Entry(texts, figures, heads, tuple(unreadable))


def fields(contest: Contest) -> list[str]:
    """The form's fields from top to bottom."""
    candidates = [f"votes.{candidate.id}" for candidate in contest.candidates]
    return ["papers", *candidates, *(f"rejected.{head}" for head in HEADS), "lot"]


def merged(contest: Contest, entry: Entry, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """All findings from top to bottom; what could not be read is not also called missing."""
    unreadable = {finding.field for finding in entry.unreadable}
    found = [*entry.unreadable, *(one for one in findings if one.field not in unreadable)]
    order = {field: place for place, field in enumerate(fields(contest))}
    return tuple(sorted(found, key=lambda one: order.get(one.field, len(order))))


# A missing candidate is found by the checks; these are asked of people, since programs may not know them.
_REQUIRED = {
    "papers": "Enter the ballot papers verified.",
    **{
        f"rejected.{head}": f"Enter the papers rejected for {words}; 0 if there are none."
        for head, words in HEADS.items()
    },
}
