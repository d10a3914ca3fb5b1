"""The register of political parties: ids, names, and the numbers that Parliament's members' database knows them by.

Facts of the Electoral Commission as the Library lists them; ``import --shipped`` writes the file.
"""

from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from server.nights.archive import FOLDER

FILE = FOLDER / "register.json"


class Registration(Struct, frozen=True, omit_defaults=True):
    """One registration. ``numbers`` are those of the Members' Names database; ``until`` is the last day of it, None
    while it stands."""

    id: str
    name: str
    numbers: tuple[str, ...] = ()
    northern_ireland: bool = False
    since: date | None = None
    until: date | None = None


@cache
def registrations() -> tuple[Registration, ...]:
    """All that ever were, by id."""
    return msgspec.json.decode(FILE.read_bytes(), type=tuple[Registration, ...])


def numbered(number: str, name: str) -> str | None:
    """The id of the party with a number of the members' database, None where the register does not have it.

    A party that was registered more than once is the one with this name, then the one that stands, then the one in
    Great Britain.
    """
    found = [one for one in registrations() if number in one.numbers]
    found.sort(key=lambda one: (one.name != name, one.until is not None, one.northern_ireland, one.id))
    return found[0].id if found else None


def written(rows: Iterable[Registration], path: Path = FILE) -> None:
    """Write the register's file: one registration a line, so that a change can be read in a diff."""
    lines = ",\n".join(msgspec.json.encode(one).decode() for one in sorted(rows, key=lambda one: one.id))
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8", newline="\n")
