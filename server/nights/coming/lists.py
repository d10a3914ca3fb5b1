"""A list of candidates as people have it, one a line: ``SURNAME, First names, Party``. Nothing is checked here."""

import re
from collections.abc import Iterable

from server.election.parties import Party
from server.election.texts.mended import mended
from server.election.texts.unseen import visible
from server.nights.coming.parties import party
from server.nights.coming.sheet import TypedCandidate
from server.nights.sources.ballots import place

_NUMBERED = re.compile(r"^\s*(\d{1,3}[.)]\s+|[•*–-]\s+)")
_NEW = re.compile(r"\s*\(new\)$", re.IGNORECASE)


def candidates_in(text: str) -> tuple[TypedCandidate, ...]:
    """The candidates of a list, each with its line, in the order of the list.

    Between the parts are commas or tabs. ``Jane Smith, Labour`` is read too. ``(new)`` after a party says that it is
    not in the register and meant so. Surnames in capitals are put into small letters.
    """
    lines = visible(mended(text)).splitlines()  # mended first: a letter that was encoded twice can end with NEL
    return tuple(_candidate(line, number) for number, line in enumerate(lines, 1) if line.strip())


def in_order(candidates: Iterable[TypedCandidate]) -> tuple[TypedCandidate, ...]:
    """The candidates in the order of a ballot paper: by surname (Parliamentary Elections Rules, rule 14)."""
    return tuple(sorted(candidates, key=lambda one: place(one.surname, one.first_names)))


def named(name: str) -> tuple[str, str]:
    """Surname and first names of a whole name: the last word is taken for the surname."""
    *first, surname = name.split() or [""]
    return _small(surname), _small(" ".join(first))


def _candidate(line: str, number: int) -> TypedCandidate:
    plain = _NUMBERED.sub("", line)
    parts = [part.strip() for part in (plain.split("\t") if "\t" in plain else plain.split(","))]
    parts = [part for part in parts if part]
    if len(parts) > 2:
        surname, first, said = _small(parts[0]), _small(parts[1]), ", ".join(parts[2:])
    elif len(parts) == 2 and parts[0].isupper() and not isinstance(party(parts[1]), Party):
        surname, first, said = _small(parts[0]), _small(parts[1]), ""
    else:
        (surname, first), said = named(parts[0] if parts else ""), "".join(parts[1:])
    new = "1" if _NEW.search(said) else ""
    return TypedCandidate(surname, first, _NEW.sub("", said), new, number)


def _small(text: str) -> str:
    """``O'BRIEN-SMITH`` as O'Brien-Smith; what has small letters already is left as it is."""
    capitals = re.sub(r"\bMc(?=[A-Z]{2})", "MC", text)
    if not capitals.isupper() or len(text) < 2:
        return text
    small = re.sub(r"[^\W\d_]+", lambda word: word[0].capitalize(), capitals)
    return re.sub(r"\bMc([a-z])", lambda found: f"Mc{found[1].upper()}", small)
