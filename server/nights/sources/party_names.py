"""Parties as Democracy Club's export names them, with the names and abbreviations that the archive has for them."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from server.election.parties import Party
from server.nights import archive
from server.nights.format import header_of
from server.nights.sources.ballots import PARTY_ID, party_id
from server.nights.sources.tables import CsvRow

_SHORT = 12  # characters: a party's name no longer than this is its own abbreviation
_COMMON = {"the", "party", "of", "and", "for"}
_OURS = re.compile("unregistered:[a-z0-9-]+")  # in our own export, of a party that has no id


def names_in(rows: Iterable[CsvRow]) -> dict[str, str]:
    """Party id → its name in most of these rows: one id can have several."""
    found: dict[str, Counter[str]] = {}
    for row in rows:
        found.setdefault(row.text("party_id"), Counter())[row.text("party_name")] += 1
    return {id: counted.most_common(1)[0][0] for id, counted in found.items()}


def party_in(row: CsvRow) -> Party:
    """The party on the ballot paper, with its name and abbreviation from the archive, or an abbreviation made from
    it."""
    name, party = row.required("party_name"), party_id(row.required("party_id"))
    if party and not PARTY_ID.fullmatch(party) and not _OURS.fullmatch(party):
        row.wrong(f"party_id is {party!r}: it should look like PP85.", "party_id is none")
    archived = known().get(party)
    if archived and _words(archived.name) & _words(name):
        return archived
    return Party(party, name, short_of(name))


def short_of(name: str) -> str:
    """An abbreviation made from a party's name: the name if it is short, else the first letters of its words."""
    short = re.sub(r"^The | Party$", "", name)
    if len(short) > _SHORT:
        short = "".join(word[0] for word in re.findall(r"\w+", name) if word[0].isupper()) or short[:_SHORT]
    return short


def _words(name: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", name.casefold().replace("democrats", "democrat"))) - _COMMON


@cache
def known() -> dict[str, Party]:
    """Party id → party, for every party of the shipped nights of the House, as the newest of them names it."""
    parties: dict[str, Party] = {}
    for summary in archive.of_the_house():
        with (archive.FOLDER / f"{summary.id}.jsonl").open("rb") as lines:
            for party in header_of(lines.readline(), summary.id).parties:
                parties.setdefault(party.id, party)
    return parties
