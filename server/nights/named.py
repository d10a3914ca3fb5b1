"""The parties that a ballot paper can name: as shipped nights call them, and those of the register. No figures."""

from functools import cache

from server.election.parties import Party
from server.nights import archive
from server.nights.register import registrations


@cache
def parties() -> dict[str, Party]:
    """Party id → party: as the newest shipped night calls it, or else by its name in the register, if that stands."""
    found: dict[str, Party] = {}
    for night in archive.listed():
        for party in archive.load(night.id).definition.parties if night.seats else ():
            found.setdefault(party.id, party)
    for one in registrations():
        if one.until is None:
            found.setdefault(one.id, Party(one.id, one.name, one.name))
    return found


def meant(text: str, known: dict[str, Party], usual: Party | None = None) -> Party | None:
    """The party that somebody means by an id, a name or a short name; None where there is none such.

    Several can have one name. It is then the ``usual`` one, or else the first of those ``known``, or of all others.
    """
    words = _words(text)
    everybody = [*([usual] if usual else ()), *known.values(), *parties().values()]
    for party in everybody:
        if words in (_words(party.name), _words(party.short), _words(party.id)):
            return known.get(party.id, party)
    return None


def _words(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").split())
