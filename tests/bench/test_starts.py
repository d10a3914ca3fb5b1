"""Every benchmark runs with a handful of clients, ends, and gives figures: no figure is judged."""

import io
import math
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import cast

import msgspec
import pytest

from tests.bench.__main__ import machine
from tests.bench.sections import SECTIONS


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_ends_and_gives_figures(name: str) -> None:
    section = SECTIONS[name]
    if missing := section.missing():
        pytest.skip(missing)
    found = section.handful()
    printed = io.StringIO()
    with redirect_stdout(printed):
        section.show(found)
    assert any(letter.isdigit() for letter in printed.getvalue()), "a table to read"
    figures = list(_figures(msgspec.json.decode(msgspec.json.encode(found))))
    assert figures, "and figures to keep"
    assert all(math.isfinite(one) for one in figures)
    assert any(one > 0 for one in figures)


def test_a_run_names_its_machine() -> None:
    found = machine()
    assert all(found.values())
    assert found["processor"][0].isdigit()


def _figures(found: object) -> Iterator[float]:
    """Every number in what a section found."""
    match found:
        case int() | float():
            yield found
        case list():
            for one in cast(list[object], found):
                yield from _figures(one)
        case dict():
            yield from _figures(list(cast(dict[str, object], found).values()))
        case _:
            pass
