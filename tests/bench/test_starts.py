"""Every benchmark runs with a handful of clients, ends, and gives figures: no figure is judged."""

import io
import math
import os
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import cast

import msgspec
import pytest
from starlette.routing import Route

from server import feeds
from server.pages.routes import routes as pages
from tests.bench import holding, prices
from tests.bench.__main__ import main
from tests.bench.handshake import layers
from tests.bench.sections import SECTIONS


@pytest.fixture(autouse=True)
def _anywhere(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    """A whole run keeps each process to a processor of its own; a handful takes whichever is free."""

    def stay(pid: int, cores: set[int]) -> None:
        pass

    monkeypatch.setattr(os, "sched_setaffinity", stay)


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


async def test_the_parts_of_a_handshake_are_told_apart() -> None:
    assert all(micros > 0 for micros in (await layers(clients=5)).values())


def test_a_run_names_its_machine_and_keeps_its_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(tmp_path / "bench.json"), "--handful", "--only", "followers"])
    kept = msgspec.json.decode((tmp_path / "bench.json").read_bytes())
    assert list(kept) == ["machine", "began", "followers"]
    assert all(kept["machine"].values())
    assert capsys.readouterr().out.startswith(kept["machine"]["processor"])


def test_every_public_address_has_a_price() -> None:
    asked = [address.replace("…", prices.NIGHT).partition("?")[0] for address in prices.ADDRESSES]
    known = [route for route in (*pages, *feeds.routes) if isinstance(route, Route) and "GET" in (route.methods or ())]
    without = {route.path for route in known if not any(route.path_regex.fullmatch(address) for address in asked)}
    led = {"/clocks/{code}", "/directors/{code}", "/follow/{code}"}
    files = {"/static/{digest}/{name:path}", "/nights/{night}/contests/{ballot}/photos/{photo}.jpg"}
    assert without == {*files, *led, "/api/oembed"}, "files, Redis's, and a sentence"


def test_prices_are_found_and_strangers_hold_places() -> None:
    (price,) = prices.prices(["/healthz"], contests=9, again=2)
    assert price.size == 2 and price.first > 0
    (held,) = holding.each(["nothing is said"], sockets=20, seconds=0.3, contests=9)
    assert held.opened >= 20 and held.visitors.served == held.visitors.tried > 0


def test_what_a_run_takes_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    told = capsys.readouterr().out
    assert [name for name in SECTIONS if name not in told] == []


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
