"""The map of a set of boundaries, added from HexJSON: for ``import --layout``."""

import sys
from pathlib import Path

import msgspec

from server.nights import layout
from server.nights.sources import hexjson


def lay_out(source: Path, told: int | None, to: Path | None, renamed: dict[str, str]) -> int:
    """Write the layout; 0 if done, 1 if another is there already. BadLayout where the file is none."""
    year = hexjson.year_in(source) if told is None else told
    imported = hexjson.imported(source, year, renamed)
    out = to or layout.file_of(year)
    if out.exists() and _codes(out) != imported.codes:
        print(
            f"{out} is here already and has other constituencies: give another --year or --out, or take it away.",
            file=sys.stderr,
        )
        return 1
    out.write_text(imported.text, encoding="utf-8", newline="\n")
    for old, new in imported.renamed.items():
        print(f"{source.name}: {old} is now {new}.")
    print(f"{out}: {len(imported.codes)} hexagons.")
    return 0


def _codes(file: Path) -> frozenset[str]:
    """Of a layout file that is there; none where it is something else."""
    try:
        return frozenset(layout.read(file).cells)
    except msgspec.MsgspecError:
        return frozenset()
