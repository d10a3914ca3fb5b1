"""A layout of hexagons from a HexJSON file, checked and written in the project's own form. No map."""

import re
from pathlib import Path

import msgspec
from msgspec import Struct

from server.nights.layout import ATTRIBUTION, FORMAT, VERSION

_GSS = re.compile(r"[ENSW]\d{8}")


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


def imported(path: Path) -> str:
    """The text of a layout file; BadLayout where it cannot be one, OSError where it cannot be opened."""
    try:
        found = _file.decode(path.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
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
    return _written(path.name, found.hexes)


def _written(source: str, hexes: dict[str, _Hexagon]) -> str:
    west = min(one.q for one in hexes.values())
    north = max(one.r for one in hexes.values())
    north += north % 2  # so that odd rows stay odd
    head = {"format": FORMAT, "version": VERSION, "attribution": ATTRIBUTION, "source": source}
    lines = [f'  "{gss}": [{one.q - west}, {north - one.r}]' for gss, one in sorted(hexes.items())]
    opening = msgspec.json.encode(head).decode().removesuffix("}")
    return f'{opening},"cells":{{\n' + ",\n".join(lines) + "\n}}\n"
