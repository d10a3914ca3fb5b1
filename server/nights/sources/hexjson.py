"""A layout of hexagons from a HexJSON file, checked and written in the project's own form. No map."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import msgspec
from msgspec import Struct

from server.nights.layout import ATTRIBUTION, FORMAT, VERSION
from server.nights.sources.renamed import RENAMED
from server.nights.sources.source import MOST_BYTES

_GSS = re.compile(r"[ENSW]\d{8}")
_NONE: Mapping[str, str] = MappingProxyType({})
_NOWHERE: Mapping[str, Sequence[str]] = MappingProxyType({})
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


class BadLayout(ValueError):
    """A file that is no layout for the map; the message is a sentence with its name."""


class _Hexagon(Struct, frozen=True):
    q: int
    r: int


class _HexJSON(Struct, frozen=True):
    """Columns ``q`` count eastwards, rows ``r`` northwards, and odd rows stand half a hexagon to the east (odd-r)."""

    layout: str
    hexes: dict[str, _Hexagon]


_file = msgspec.json.Decoder(_HexJSON)


class Imported(Struct, frozen=True):
    """``text`` of a layout file, its ``codes``, and those ``renamed``: old codes that are known to have new ones."""

    text: str
    codes: frozenset[str]
    renamed: dict[str, str]


def year_in(path: Path) -> int:
    """The year of the boundaries as a file's name says it; BadLayout where it says none, or several."""
    years = set(_YEAR.findall(path.stem))
    if len(years) != 1:
        raise BadLayout(
            f"{path.name}: Its name does not say from which year these boundaries are: give it with --year."
        )
    return int(years.pop())


def imported(
    path: Path,
    year: int,
    more: Mapping[str, str] = _NONE,
    *,
    attribution: str = ATTRIBUTION,
    within: Mapping[str, Sequence[str]] = _NOWHERE,
) -> Imported:
    """A layout for the boundaries of a year; BadLayout where it cannot be one, OSError where it cannot be opened.

    ``more`` are old codes → new ones, beside those that are known. ``within`` is as ``Layout`` has it.
    """
    try:
        with path.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise BadLayout(f"{path.name}: It has more than {MOST_BYTES // 1024**2} MB, and no layout has.")
        found = _file.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadLayout(f"{path.name}: This is not HexJSON: {error}.") from error
    if found.layout != "odd-r":
        raise BadLayout(f"{path.name}: The layout is {found.layout!r}; only odd-r can be read.")
    if not found.hexes:
        raise BadLayout(f"{path.name}: There is no hexagon in it.")
    taken: dict[_Hexagon, str] = {}
    for gss, hexagon in found.hexes.items():
        if not _GSS.fullmatch(gss):
            raise BadLayout(f"{path.name}: {gss!r} is not the code of a constituency.")
        if hexagon in taken:
            raise BadLayout(f"{path.name}: {taken[hexagon]} and {gss} are at one place.")
        taken[hexagon] = gss
    renamed = {old: new for old, new in {**RENAMED.get(year, {}), **more}.items() if old in taken.values()}
    if twice := sorted(set(renamed.values()) & set(found.hexes)):
        raise BadLayout(f"{path.name}: {twice[0]} is in it under its old code too.")
    hexes = {renamed.get(gss, gss): hexagon for gss, hexagon in found.hexes.items()}
    return Imported(_written(path.name, hexes, attribution, within), frozenset(hexes), renamed)


def _written(source: str, hexes: dict[str, _Hexagon], attribution: str, within: Mapping[str, Sequence[str]]) -> str:
    west = min(one.q for one in hexes.values())
    north = max(one.r for one in hexes.values())
    north += north % 2  # so that odd rows stay odd
    head = {"format": FORMAT, "version": VERSION, "attribution": attribution, "source": source}
    head |= {"within": dict(within)} if within else {}
    lines = [f'  "{gss}": [{one.q - west}, {north - one.r}]' for gss, one in sorted(hexes.items())]
    opening = msgspec.json.encode(head).decode().removesuffix("}")
    return f'{opening},"cells":{{\n' + ",\n".join(lines) + "\n}}\n"
