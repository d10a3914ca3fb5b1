"""The sheet of a night to come: everything as it was typed, and its fields by name. Nothing is checked here."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from server.election.limits import MOST_CANDIDATES
from server.election.texts.said import Said, say
from server.election.texts.unseen import visible


class TypedCandidate(Struct, frozen=True, omit_defaults=True):
    """One row of the ballot paper as typed.

    ``new`` is not empty if the party is not in the register and is meant so. ``person`` is the id that a source gave.
    ``line`` is where it stood in a file or list, 0 if it was in none. ``description`` is what the paper says in place
    of the party's name; ``sitting`` is not empty for the MP before the poll.
    """

    surname: str = ""
    first_names: str = ""
    party: str = ""
    new: str = ""
    line: int = 0
    person: str = ""
    description: str = ""
    sitting: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is typed in this row."""
        return not (self.surname.strip() or self.first_names.strip() or self.party.strip())


UNSAID = "?"  # in place of a number of seats: an export should say it, and does not


class TypedContest(Struct, frozen=True, omit_defaults=True):
    """One contest as typed. ``previous`` is a party and its votes on each line; ``line`` as for a candidate.

    ``ballot`` is "" until a source that has ballot ids gave one; ``cancelled`` is not empty if it says no poll is held.
    ``seats`` is how many are elected, empty for one; ``method`` how votes are counted, empty for plurality; ``body``
    the council or office, empty for the House; ``held`` is a party and its seats on each line, of those that are
    fought.
    """

    seat: str = ""
    gss: str = ""
    region: str = ""
    nation: str = ""
    electorate: str = ""
    expected: str = ""
    previous: str = ""
    ballot: str = ""
    candidates: tuple[TypedCandidate, ...] = ()
    line: int = 0
    cancelled: str = ""
    seats: str = ""
    method: str = ""
    body: str = ""
    held: str = ""


class TypedBody(Struct, frozen=True, omit_defaults=True):
    """One council or office as typed, by its ``id``: "local.kent". Contests name it by that or by its name.

    ``seats`` are all it has, empty where control does not matter; ``not_up`` is a party and its seats on each line, of
    those that are not fought; ``control`` is the party that controls it before the poll, or "NOC". ``member`` and
    ``area`` are its words for somebody elected and for where.
    """

    id: str = ""
    name: str = ""
    seats: str = ""
    not_up: str = ""
    control: str = ""
    member: str = ""
    area: str = ""


class Sheet(Struct, frozen=True, omit_defaults=True):
    """A whole night as typed; ``entry`` is "single" or "double", ``apart`` not empty if block votes are keyed apart."""

    title: str = ""
    date: str = ""
    closes: str = "22:00"
    baseline: str = ""
    entry: str = "single"
    attribution: str = ""
    contests: tuple[TypedContest, ...] = ()
    bodies: tuple[TypedBody, ...] = ()
    apart: str = ""


class Fault(Struct, frozen=True):
    """One thing wrong with a sheet: the name of the field, as in ``fields``, and a sentence to stand beside it.

    ``line`` is that of the file or list that the row came from, 0 if it was typed.
    """

    field: str
    sentence: str
    line: int = 0


_NIGHT = ("title", "date", "closes", "baseline", "entry", "attribution", "apart")
_CONTEST = (
    *("seat", "gss", "region", "nation", "electorate", "expected", "previous", "ballot"),
    *("seats", "method", "body", "held"),
)
_BODY = ("name", "seats", "not_up", "control", "member", "area")
_ROW = ("surname", "first_names", "party", "new", "description", "sitting")


def encoded(sheet: Sheet) -> bytes:
    """The sheet as JSON, to be stored."""
    return msgspec.json.encode(sheet)


def decoded(data: bytes | msgspec.Raw) -> Sheet:
    """The sheet that was stored."""
    return msgspec.json.decode(data, type=Sheet)


def fields(sheet: Sheet) -> dict[str, str]:
    """Every field by its name: ``title``, ``0.seat``, ``0.2.surname`` for the third candidate of the first contest,
    ``body0.name`` for the first council."""
    found = {name: getattr(sheet, name) for name in _NIGHT}
    for place, body in enumerate(sheet.bodies):
        found |= {f"body{place}.{name}": getattr(body, name) for name in _BODY}
    for place, contest in enumerate(sheet.contests):
        found |= {f"{place}.{name}": getattr(contest, name) for name in _CONTEST}
        for row, candidate in enumerate(contest.candidates):
            found |= {f"{place}.{row}.{name}": getattr(candidate, name) for name in _ROW}
    return found


def with_fields(sheet: Sheet, typed: Mapping[str, str]) -> Sheet:
    """The sheet with these fields as typed; a field that is not there stays, and rows of candidates may be added.
    What nobody sees of a text is left out."""
    contests: list[TypedContest] = []
    for place, contest in enumerate(sheet.contests):
        given = {name: visible(typed[key]) for name in _CONTEST if (key := f"{place}.{name}") in typed}
        rows = max(len(contest.candidates), _rows_sent(typed, place))
        candidates = tuple(_candidate(contest, row, typed, f"{place}.{row}.") for row in range(rows))
        contests.append(replace(contest, candidates=candidates, **given))
    bodies = tuple(
        replace(body, **{name: visible(typed[key]) for name in _BODY if (key := f"body{place}.{name}") in typed})
        for place, body in enumerate(sheet.bodies)
    )
    night = {name: visible(typed[name]) for name in _NIGHT if name in typed}
    return replace(sheet, contests=tuple(contests), bodies=bodies, **night)


def tidied(sheet: Sheet) -> Sheet:
    """The sheet without empty rows of candidates."""
    contests = tuple(
        replace(contest, candidates=tuple(one for one in contest.candidates if not one.is_empty))
        for contest in sheet.contests
    )
    return replace(sheet, contests=contests)


def _rows_sent(typed: Mapping[str, str], place: int) -> int:
    """How many rows were sent, up to one more than there may be."""
    found = (re.fullmatch(rf"{place}\.(\d{{1,3}})\.\w+", name) for name in typed)
    return min(max((int(row[1]) + 1 for row in found if row), default=0), MOST_CANDIDATES + 1)


def _candidate(contest: TypedContest, row: int, typed: Mapping[str, str], prefix: str) -> TypedCandidate:
    before = contest.candidates[row] if row < len(contest.candidates) else TypedCandidate()
    given: dict[str, Any] = {name: visible(typed[key]) for name in _ROW if (key := prefix + name) in typed}
    return replace(before, **given)


def named(field: str) -> Said:
    """What a field is called on a page: ``electorate``, ``row 3, party``."""
    *where, name = field.split(".")
    word = _NAMES.get(name) or say(name)
    return say("row %(row)s, %(what)s", row=int(where[1]) + 1, what=word) if len(where) == 2 else word


_NAMES = {
    "gss": say("code"),
    "first_names": say("first names"),
    "closes": say("polls close"),
    "baseline": say("compared with"),
    "not_up": say("seats that are not fought"),
    "held": say("who holds the seats"),
    "body": say("council"),
    "title": say("title"),
    "date": say("date"),
    "entry": say("entry"),
    "attribution": say("attribution"),
    "apart": say("apart"),
    "seat": say("seat"),
    "region": say("region"),
    "nation": say("nation"),
    "electorate": say("electorate"),
    "expected": say("expected"),
    "previous": say("previous"),
    "ballot": say("ballot"),
    "seats": say("seats"),
    "method": say("method"),
    "name": say("name"),
    "control": say("control"),
    "member": say("member"),
    "area": say("area"),
    "surname": say("surname"),
    "party": say("party"),
    "new": say("new"),
    "description": say("description"),
    "sitting": say("sitting"),
    "candidates": say("candidates"),
}
