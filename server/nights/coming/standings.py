"""Reads parties, and lines of a party and its number, as somebody typed them; every party met is known from then on."""

import re

from server.election.contests import Previous
from server.election.limits import LONGEST_TITLE
from server.election.numbers import Unreadable, typed
from server.election.parties import Party, counted_as
from server.election.texts.said import _, say
from server.nights.coming import parties
from server.nights.coming.reading import Reader, short
from server.nights.sums import a_sum
from server.nights.written.lines import OTHERS


class PartyReader(Reader):
    """Reads texts with parties in them; ``parties`` are those that were met so far."""

    def __init__(self) -> None:
        super().__init__()
        self.parties: dict[str, Party] = {}

    def party(self, field: str, text: str, nation: str, new: bool, line: int) -> str:
        text = self.text(field, text, say("Say the party, or Independent."), line)
        if not text or len(text) > LONGEST_TITLE:
            return ""
        known = parties.party(text, nation, new)
        if isinstance(known, str):
            self.wrong(field, known, line)
            return ""
        self.know(known)
        return known.id

    def know(self, known: Party) -> None:
        """Name a party, and the one that it is counted as."""
        self.parties.setdefault(known.id, known)
        family = counted_as(known.id)
        if family != known.id:
            counted = parties.party(family)
            self.parties.setdefault(
                family, counted if isinstance(counted, Party) else Party(family, known.name, known.short)
            )

    def previous(
        self, field: str, text: str, nation: str, line: int, held: dict[str, int] | None = None
    ) -> Previous | None:
        """The last result, from its votes and, where several seats are fought, who holds them; None where neither is
        known."""
        votes = self.standing(field, text, nation, line, "Labour, 7,448", "votes")
        named = {party: count for party, count in votes.items() if party != OTHERS}
        if held:
            return Previous(max(held, key=held.__getitem__), votes, seats=held)
        if not named or not any(named.values()):
            return None
        return Previous(max(named, key=lambda party: named[party]), votes)

    def standing(self, field: str, text: str, nation: str, line: int, example: str, what: str) -> dict[str, int]:
        """Party → its number, of a text with one of them on each line, such as the ``example``."""
        found: dict[str, int] = {}
        for number, row in enumerate(re.split(r"[\n;]", text), 1):
            if not row.strip():
                continue
            split = re.fullmatch(r"(?P<party>.*?)[\s,:]+(?P<number>\d[\d, ]*)", row.strip())
            if split is None or (count := _number(split["number"])) is None:
                message = (
                    _("Line %(line)s: %(text)s is no party and its votes, such as %(example)s.")
                    if what == "votes"
                    else _("Line %(line)s: %(text)s is no party and its seats, such as %(example)s.")
                )
                self.wrong(field, say(message, line=number, text=short(row.strip()), example=example), line)
                continue
            if sums := a_sum(split["party"].strip()):
                message = _("Line %(line)s: %(sums)s is no party: leave this line out.")
                self.wrong(field, say(message, line=number, sums=sums), line)
                continue
            if split["party"].strip().casefold() in ("others", "other"):
                if what == "seats":
                    message = _("Line %(line)s: say which party, or Independent: “others” are none.")
                    self.wrong(field, say(message, line=number), line)
                    continue
                party = OTHERS
            else:
                known = parties.party(split["party"], nation)
                if isinstance(known, str):
                    self.wrong(field, say("Line %(line)s: %(wrong)s", line=number, wrong=known), line)
                    continue
                self.know(known)
                party = counted_as(known.id)
            found[party] = found.get(party, 0) + count
        return found


def _number(text: str) -> int | None:
    try:
        return typed(text.strip())
    except Unreadable:
        return None
