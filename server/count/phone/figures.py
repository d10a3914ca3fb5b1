"""Reading the figures of a sheet or a verification from the texts of a form. No HTML here."""

from collections.abc import Iterable, Mapping

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from server.count.phone.asked import AskedSheet
from server.election.counting.acts import SheetKeyed
from server.election.counting.figures.apart import Apart, added
from server.election.methods.figures import HEADS, NOTHING_MORE, MoreFigures, Rejected, SecondPreferences
from server.election.numbers import Unreadable, typed
from server.election.texts.check_codes import CHECKS, Finding
from server.election.texts.said import say

PAPERS = {"issued": say("Enter the ballot papers expected."), "papers": say("Enter the ballot papers counted.")}
"""Field of a verification → what to say where it is empty."""
REASON = "reason."


class SentForm(Struct, frozen=True):
    """A form as it was sent.

    ``texts``: field → what was typed, unchanged. ``numbers``: field → number, for every field that can be read;
    ``unreadable`` are the findings about the others. ``reasons``: check code → why something unusual is true.
    ``votes``: candidate id → votes, ``rejected``: the rejected papers, None if one of the heads is missing; both are
    keyed here or, in a second round, as they were announced.
    """

    texts: dict[str, str]
    numbers: dict[str, int] = {}
    unreadable: tuple[Finding, ...] = ()
    reasons: dict[str, str] = {}
    votes: dict[str, int] = {}
    rejected: Rejected | None = None

    def under(self, what: str) -> dict[str, int]:
        """The numbers of the fields that begin so, by the rest of their names: "split", "block", "second"."""
        return {name[len(what) + 1 :]: one for name, one in self.numbers.items() if name.startswith(f"{what}.")}

    @property
    def heads(self) -> dict[str, int]:
        """Head → rejected papers, where they can be read."""
        return self.under("rejected")

    @property
    def drawn(self) -> tuple[str, ...]:
        """The ids of all candidates whose lots were drawn."""
        several = tuple(name[4:] for name, text in self.texts.items() if name.startswith("lot.") and text)
        return several or ((self.texts["lot"],) if self.texts.get("lot") else ())

    @property
    def lot(self) -> str | None:
        """The id of the candidate whose lot was drawn; None if none was, or several were."""
        return self.drawn[0] if len(self.drawn) == 1 else None

    @property
    def more(self) -> MoreFigures | UnsetType:
        """What this method has besides; unset where there is nothing."""
        second, rejected = self.under("second"), self.numbers.get("second_rejected")
        found = MoreFigures(
            self.numbers.get("valid_papers"),
            self.numbers.get("in_part"),
            self.drawn if len(self.drawn) > 1 else (),
            SecondPreferences(second, rejected) if second else None,
        )
        return UNSET if found == NOTHING_MORE else found

    @property
    def apart(self) -> Apart | UnsetType:
        """Block votes and split votes, where they are keyed apart."""
        split = self.under("split")
        return Apart(self.under("block"), split) if split else UNSET


def read_sheet(asked: AskedSheet, form: Mapping[str, object]) -> SentForm:
    """The sheet in a form: ``votes.{candidate id}``, ``rejected.{head}``, ``lot`` and ``reason.{check}``, and what else
    is ``asked``."""
    return _whole(asked, _read(form, [*asked.fields, *_strays(asked, form)], _required(asked)))


def read_verification(form: Mapping[str, object]) -> SentForm:
    """The verification in a form: ``issued`` and ``papers``."""
    return _read(form, PAPERS, PAPERS)


def read_again(fields: Iterable[str], form: Mapping[str, object]) -> SentForm:
    """What one person keyed again of these fields of a sheet, all of which must be there."""
    return _read(form, fields, dict.fromkeys(fields, say("Key this again, as it stands on the paper.")))


def entry_of(asked: AskedSheet, sheet: SheetKeyed | None) -> SentForm:
    """A sheet as the form that would give it; an empty form where there is none."""
    if sheet is None:
        return _whole(asked, SentForm({}))
    more, numbers = sheet.more or NOTHING_MORE, dict[str, int | None]()
    if not asked.first:
        numbers = {f"votes.{candidate}": votes for candidate, votes in sheet.votes.items()}
        if asked.slates:
            numbers = {}
        if asked.slates and sheet.apart:
            numbers = {f"block.{party}": papers for party, papers in sheet.apart.blocks.items()}
            numbers |= {f"split.{candidate}": votes for candidate, votes in sheet.apart.split.items()}
        numbers |= {f"rejected.{head}": getattr(sheet.rejected, head) for head in HEADS}
    numbers |= {"valid_papers": more.valid_papers, "in_part": more.in_part}
    if more.second:
        numbers |= {f"second.{candidate}": votes for candidate, votes in more.second.votes.items()}
        numbers["second_rejected"] = more.second.rejected
    texts = {field: f"{number:,}" for field, number in numbers.items() if number is not None}
    names = list(texts)
    texts |= {f"lot.{one}": "1" for one in (more.lots or (sheet.lot,)) if one} if asked.several else {}
    texts |= {REASON + code: reason for code, reason in sheet.reasons.items()} | {"lot": sheet.lot or ""}
    return _whole(asked, _read(texts, names, {}))


def merged(order: Iterable[str], entry: SentForm, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """All findings, sorted by the ``order`` of their fields. An unreadable field is not also called missing."""
    unreadable = {finding.field for finding in entry.unreadable}
    both = [*entry.unreadable, *(finding for finding in findings if finding.field not in unreadable)]
    places = {field: place for place, field in enumerate(order)}
    return tuple(sorted(both, key=lambda finding: places.get(finding.field, len(places))))


def _whole(asked: AskedSheet, entry: SentForm) -> SentForm:
    """The entry with its votes and rejected papers, keyed, added up, or as they were announced."""
    if asked.first:
        return replace(entry, votes=asked.first.votes, rejected=asked.first.rejected)
    votes, heads = entry.under("votes"), entry.heads
    if asked.slates:
        split, blocks = entry.under("split"), entry.under("block")
        known = {one: split[one] for one in split if asked.block_of(one)[6:] in ("", *blocks)}
        votes = added(asked.contest, Apart(blocks, known))
    rejected = Rejected(sum(heads.values()), **heads) if heads.keys() == HEADS.keys() else None
    return replace(entry, votes=votes, rejected=rejected)


def _strays(asked: AskedSheet, form: Mapping[str, object]) -> list[str]:
    """Fields of votes or rejected papers that were sent and not asked for: figures for somebody who is not there."""
    kinds = (*(("votes.",) if asked.votes and not asked.slates else ()), *(("rejected.",) if asked.heads else ()))
    return sorted(name for name in form if name.startswith(kinds)) if kinds else []


def _required(asked: AskedSheet) -> dict[str, str]:
    """Fields that must be filled in → what to say where one is not. The checks find a candidate without votes."""
    told, words, required = asked.contest.told, asked.contest.rules.heads, dict[str, str]()
    for head in HEADS if asked.heads else ():
        why = say("Enter the papers rejected for %(head)s; 0 if there are none.", head=words[head])
        required[f"rejected.{head}"] = why
    in_part = say("Enter the papers rejected in part; 0 if there are none.")
    block = say("Enter the papers with a block vote for this party; 0 if there are none.")
    required |= dict.fromkeys(asked.in_part, in_part) | dict.fromkeys(asked.blocks, block)
    for field in asked.votes if asked.slates else ():
        required[field] = say("Enter the split votes for %(name)s; 0 if there are none.", name=told(field[6:]))
    return required | dict.fromkeys(asked.valid, say("Enter the valid ballot papers."))


def _read(form: Mapping[str, object], names: Iterable[str], required: Mapping[str, str]) -> SentForm:
    texts = {name: text for name, text in form.items() if isinstance(text, str)}
    numbers: dict[str, int] = {}
    unreadable: list[Finding] = []
    names = tuple(dict.fromkeys(names))
    for field in names:
        try:
            number = typed(texts.get(field, ""))
        except Unreadable as error:
            unreadable.append(Finding("number-unreadable", field, error.sentence))
            continue
        if number is not None:
            numbers[field] = number
        elif field in required:
            unreadable.append(Finding("number-missing", field, required[field]))
    # A reason belongs to a check. Any other field named like one was never on a page of ours, and is ignored.
    given = {name for name in texts if name.startswith(REASON) and name.removeprefix(REASON) in CHECKS}
    reasons = {name.removeprefix(REASON): texts[name].strip() for name in texts if name in given}
    kept = {
        name: text
        for name, text in texts.items()
        if name in names or name == "lot" or name.startswith("lot.") or name in given
    }
    return SentForm(kept, numbers, tuple(unreadable), {code: why for code, why in reasons.items() if why})
