"""Reading the figures of a sheet or a verification from the texts of a form. No HTML here."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from server.election.contests import Contest
from server.election.counting.acts import SheetKeyed
from server.election.methods.figures import HEADS, Rejected
from server.election.numbers import Unreadable, typed
from server.election.texts.check_codes import CHECKS, Finding

PAPERS = {"issued": "issued", "papers": "counted"}
REASON = "reason."


class SentForm(Struct, frozen=True):
    """A form as it was sent.

    ``texts``: field → what was typed, unchanged. ``numbers``: field → number, for every field that can be read;
    ``unreadable`` are the findings about the others. ``reasons``: check code → why something unusual is true.
    """

    texts: dict[str, str]
    numbers: dict[str, int] = {}
    unreadable: tuple[Finding, ...] = ()
    reasons: dict[str, str] = {}

    @property
    def votes(self) -> dict[str, int]:
        """Candidate id → votes, where they can be read."""
        return {name[6:]: number for name, number in self.numbers.items() if name.startswith("votes.")}

    @property
    def heads(self) -> dict[str, int]:
        """Head → rejected papers, where they can be read."""
        return {name[9:]: number for name, number in self.numbers.items() if name.startswith("rejected.")}

    @property
    def rejected(self) -> Rejected | None:
        """The rejected papers; None if one of the heads is missing."""
        heads = self.heads
        return Rejected(sum(heads.values()), **heads) if heads.keys() == HEADS.keys() else None

    @property
    def lot(self) -> str | None:
        """The id of the candidate whose lot was drawn; None if none was."""
        return self.texts.get("lot") or None


def read_sheet(contest: Contest, form: Mapping[str, object]) -> SentForm:
    """The sheet in a form: ``votes.{candidate id}``, ``rejected.{head}``, ``lot`` and ``reason.{check}``."""
    sent = {name for name in form if name.startswith(("votes.", "rejected."))}
    return _read(form, [*fields(contest), *sorted(sent)], _REQUIRED)


def read_verification(form: Mapping[str, object]) -> SentForm:
    """The verification in a form: ``issued`` and ``papers``."""
    return _read(form, PAPERS, {field: f"Enter the ballot papers {what}." for field, what in PAPERS.items()})


def entry_of(sheet: SheetKeyed) -> SentForm:
    """A sheet as the form that would give it."""
    texts = {f"votes.{candidate}": f"{votes:,}" for candidate, votes in sheet.votes.items()}
    texts |= {f"rejected.{head}": f"{getattr(sheet.rejected, head):,}" for head in HEADS}
    texts |= {REASON + code: reason for code, reason in sheet.reasons.items()}
    return _read(texts | {"lot": sheet.lot or ""}, [name for name in texts if not name.startswith(REASON)], {})


def fields(contest: Contest) -> list[str]:
    """The names of the sheet's number fields, from top to bottom."""
    return [*(f"votes.{candidate.id}" for candidate in contest.polled), *(f"rejected.{head}" for head in HEADS)]


def merged(order: Iterable[str], entry: SentForm, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """All findings, sorted by the ``order`` of their fields. An unreadable field is not also called missing."""
    unreadable = {finding.field for finding in entry.unreadable}
    both = [*entry.unreadable, *(finding for finding in findings if finding.field not in unreadable)]
    places = {field: place for place, field in enumerate(order)}
    return tuple(sorted(both, key=lambda finding: places.get(finding.field, len(places))))


def _read(form: Mapping[str, object], names: Iterable[str], required: Mapping[str, str]) -> SentForm:
    texts = {name: text for name, text in form.items() if isinstance(text, str)}
    numbers: dict[str, int] = {}
    unreadable: list[Finding] = []
    names = tuple(dict.fromkeys(names))
    for field in names:
        try:
            number = typed(texts.get(field, ""))
        except Unreadable as error:
            unreadable.append(Finding("number-unreadable", field, str(error)))
            continue
        if number is not None:
            numbers[field] = number
        elif field in required:
            unreadable.append(Finding("number-missing", field, required[field]))
    # A reason belongs to a check. Any other field named like one was never on a page of ours, and is ignored.
    given = {name for name in texts if name.startswith(REASON) and name.removeprefix(REASON) in CHECKS}
    reasons = {name.removeprefix(REASON): texts[name].strip() for name in texts if name in given}
    kept = {name: text for name, text in texts.items() if name in names or name == "lot" or name in given}
    return SentForm(kept, numbers, tuple(unreadable), {code: why for code, why in reasons.items() if why})


# Fields that must be filled in → what to say where one is not. The checks find a candidate without votes.
_REQUIRED = {
    f"rejected.{head}": f"Enter the papers rejected for {words}; 0 if there are none." for head, words in HEADS.items()
}
