"""The contest that the form "The ballot paper" makes, and what cannot be read in it. No HTML, no HTTP, and no rules:
those are in ``server.election.deciding.amending``."""

from collections.abc import Iterable, Mapping
from typing import cast, get_args

from msgspec import UNSET, Struct
from msgspec.structs import replace

from server.count.desk.paper import OFF, OTHERS, CandidateRow, PaperForm
from server.election.contests import Candidate, Contest, Fate, Previous
from server.election.numbers import Unreadable, typed
from server.election.parties import Party, counted_as
from server.election.texts.check_codes import Finding
from server.election.texts.said import _, say
from server.election.texts.unseen import visible
from server.nights.coming.parties import known, meant, unregistered


class Made(Struct, frozen=True):
    """What a form makes: the ``contest``, the ``parties`` that the night does not name yet, and what is wrong."""

    contest: Contest
    parties: tuple[Party, ...]
    findings: tuple[Finding, ...]


def made_by(form: PaperForm, before: Contest, parties: Mapping[str, Party], used: Iterable[str]) -> Made:
    """The contest that a form makes of one as it was ``before``; ``parties`` are those of the night.

    ``used`` are the ids of all candidates whom the paper ever named: none is given again, so that figures are never
    taken for somebody else's.
    """
    maker = _Maker(before, dict(parties), used)
    contest = maker.contest(form)
    new = tuple(party for id, party in maker.known.items() if id not in parties)
    return Made(contest, new, tuple(maker.findings))


class _Maker:
    """Makes a contest of a form, and notes what is wrong at its field."""

    def __init__(self, before: Contest, known: dict[str, Party], used: Iterable[str]) -> None:
        self._before, self.known = before, known
        self._last = max((int(id) for id in used if id.isdecimal()), default=0)
        self.findings: list[Finding] = []

    def contest(self, form: PaperForm) -> Contest:
        return replace(
            self._before,
            name=_plain(form.name),
            region=_plain(form.region),
            electorate=self._number("paper.electorate", form.electorate) or 0,
            candidates=self._candidates(form.candidates),
            previous=self._previous(form),
        )

    def _candidates(self, rows: Iterable[CandidateRow]) -> tuple[Candidate, ...]:
        was = {candidate.id: (place, candidate) for place, candidate in enumerate(self._before.candidates, 1)}
        placed: list[tuple[float, int, Candidate]] = []
        for row in rows:
            if row.is_empty or row.fate == OFF:
                continue
            place, candidate = was.get(row.id, (len(was) + row.number, None))
            if candidate is None:
                self._last += 1
                candidate = Candidate(str(self._last), "", "")
            where = self._number(f"paper.candidate.{row.number}.place", row.place)
            # Somebody who is moved comes before whoever had that place, or after if moved further down.
            asked = place if where is None else where
            step = -0.5 if asked < place else 0.5 if asked > place else 0.0
            placed.append((asked + step, row.number, self._candidate(row, candidate)))
        return tuple(candidate for _, _, candidate in sorted(placed, key=lambda one: one[:2]))

    def _candidate(self, row: CandidateRow, before: Candidate) -> Candidate:
        field, description = f"paper.candidate.{row.number}", _plain(row.description)
        name, fates = _plain(row.name), get_args(Fate)
        if not name:
            message = _("Say who stands here. To take %(name)s off the paper, say so under “Details”.")
            sentence = say(message, name=before.name) if before.name else say("Say who stands here.")
            self._wrong(f"{field}.name", sentence)
        return replace(
            before,
            name=name,
            party=self._party(row, self.known.get(before.party)),
            description=description or UNSET,
            fate=cast(Fate, row.fate) if row.fate in fates else UNSET,
            sitting=row.sitting,
            full_name=full if (full := _plain(row.full_name)) not in ("", name) else UNSET,
        )

    def _party(self, row: CandidateRow, usual: Party | None) -> str:
        field, text = f"paper.candidate.{row.number}", _plain(row.party)
        party, short = meant(text, self.known, usual) if text else None, _plain(row.short)
        if party is None and text and short:
            party = unregistered(text, short)
        if party is not None:
            self._name(party)
            return party.id
        if text:
            message = _("No register has a party “%(party)s”. If it is right, give its short name under “Details”.")
            self._wrong(f"{field}.party", say(message, party=text[:40]))
        else:
            self._wrong(f"{field}.party", say("Say for which party, or that it is an Independent."))
        return ""

    def _name(self, party: Party) -> None:
        """Have a party named on this night, and the one under which it is counted."""
        self.known.setdefault(party.id, party)
        counted = counted_as(party.id)
        if counted not in self.known:
            self.known[counted] = known().get(counted, replace(party, id=counted))

    def _previous(self, form: PaperForm) -> Previous | None:
        votes: dict[str, int] = {}
        for row in form.previous:
            text, field = _plain(row.party), f"paper.previous.{row.number}"
            number = self._number(f"{field}.votes", row.votes)
            if not text and number is None:
                continue
            party = self._party_before(f"{field}.party", text)
            if number is None:
                self._wrong(f"{field}.votes", say("Say how many votes."))
            elif party in votes:
                self._wrong(f"{field}.party", say("That party is in two rows."))
            elif party:
                votes[party] = number
        holder = _plain(form.holder)
        if not holder and not votes:
            return None
        electorate = self._number("paper.previous.electorate", form.previous_electorate)
        held_by = self._party_before("paper.previous.holder", holder)
        before = self._before.previous
        if not held_by or before is None:
            return Previous(held_by, votes, electorate) if held_by else before
        # The form does not ask for the seats of each party, where there are several: they stay as they were.
        kept = self._before.seats > 1 or held_by == before.holder
        return Previous(held_by, votes, electorate, before.seats if kept else UNSET)

    def _party_before(self, field: str, text: str) -> str:
        if text.casefold() == OTHERS and not field.endswith("holder"):
            return OTHERS
        party = meant(text, self.known) if text else None
        if party is None:
            unknown = say("No register has a party “%(party)s”.", party=text[:40])
            self._wrong(field, unknown if text else say("Which party?"))
            return ""
        self._name(party)
        return counted_as(party.id)

    def _number(self, field: str, text: str) -> int | None:
        try:
            return typed(text)
        except Unreadable as error:
            self._wrong(field, error.sentence)
            return None

    def _wrong(self, field: str, sentence: str) -> None:
        self.findings.append(Finding("paper-unfit", field, sentence))


def _plain(text: str) -> str:
    return " ".join(visible(text).split())
