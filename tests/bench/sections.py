"""The sections of a run, in their order: what each measures, whole and with a handful, and what it needs.

A section that is not ``usual`` takes long, or prints what few ask for: it is run where it is named.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from tests.bench import (
    asking,
    banner,
    councils,
    entering,
    fanout,
    followers,
    growth,
    hall,
    herd,
    moments,
    officers,
    pages,
    painting,
    playing,
    pollers,
    reach,
    rehearsing,
    scrubbing,
    spread,
    whole_night,
)
from tests.bench.fanout import Result
from tests.bench.strangers import Sizes
from tests.browser.conftest import chromium

_ROCHESTER = "parl.rochester-and-strood.by.2014-11-20"
_HANDFUL = Sizes(
    seconds=5,
    flood_seconds=0.2,
    header_seconds=0.2,
    frames_seconds=0.1,
    rest_seconds=0.05,
    texts=10,
    swings=3,
    contests=10,
    crawled=1,
    nights=(_ROCHESTER,),
    paths=3,
    rounds=2,
    viewers=3,
)


class Run(Struct, frozen=True):
    """How much is measured, and what was found so far, by section."""

    clients: int
    rounds: int
    found: dict[str, Any]


class Section(Struct, frozen=True):
    """``whole`` and ``handful`` measure, ``show`` prints what they found; ``missing`` says what is not here for it."""

    title: str
    whole: Callable[[Run], Any]
    handful: Callable[[], Any]
    show: Callable[[Any], object]
    missing: Callable[[], str] = lambda: ""
    usual: bool = True


def no_browser() -> str:
    """What is missing where there is no Chromium."""
    return "" if chromium() else "there is no Chromium: apt-get install chromium, or name one in CHROMIUM"


def _growing(found: dict[int, list[Result]]) -> None:
    for clients, results in found.items():
        print(f"{clients:,} clients")
        fanout.show(results)


def _floor(found: dict[str, Any]) -> float | None:
    """What the loop of send() takes to the last client, if that was measured."""
    results: list[Result] = found.get("fan_out", [])
    return next((one.median.last_ms for one in results if one.median and one.peer.startswith("floor")), None)


SECTIONS: dict[str, Section] = {
    "fan_out": Section(
        "Very many clients, side by side",
        lambda run: fanout.fan_out(run.clients, run.rounds),
        lambda: fanout.fan_out(10, 1),
        fanout.show,
    ),
    "clients": Section(
        "As the clients grow",
        lambda run: {
            clients: fanout.fan_out(clients, 1, fanout.ours())
            for clients in sorted({run.clients // 10, run.clients // 2, run.clients * 9 // 5})
        },
        lambda: {clients: fanout.fan_out(clients, 1, fanout.ours()[:1]) for clients in (1, 2)},
        _growing,
    ),
    "reach": Section(
        "From a declaration to the last browser",
        lambda run: reach.measure(run.clients, _floor(run.found)),
        lambda: reach.measure(20, None, turns=1, filling=2, number=1, contests=9),
        reach.show,
    ),
    "spread": Section(
        "Viewers on many pages, in three languages",
        lambda run: spread.measure(run.clients * 2 // 5),
        lambda: spread.measure(8, 1, 1, 3, 9),
        spread.show,
    ),
    "asking": Section(
        "What a stranger can ask",
        lambda run: asking.measure(),
        lambda: asking.measure(sizes=_HANDFUL, fresh=False),
        asking.show,
    ),
    "officers": Section(
        "A thousand officers",
        lambda run: officers.measure(run.clients // 10),
        lambda: officers.measure(3, 0.1),
        officers.show,
    ),
    "hall": Section(
        "Officers with boxes and tables, the desk open",
        lambda run: hall.measure(run.clients * 3 // 100),
        lambda: hall.measure(2, 0.1),
        hall.show,
    ),
    "herd": Section(
        "After a kill",
        lambda run: herd.measure(run.clients // 2),
        lambda: herd.measure(5, before=0, watched=0.2, past=_ROCHESTER),
        herd.show,
    ),
    "pollers": Section(
        "Programs that poll beside the viewers",
        lambda run: pollers.measure(run.clients // 2, run.clients // 10),
        lambda: pollers.measure(10, 12, 1, 2, 0.1),
        pollers.show,
        usual=False,
    ),
    "whole_night": Section(
        "Bytes",
        lambda run: whole_night.measure(),
        lambda: whole_night.measure(_ROCHESTER),
        whole_night.show,
    ),
    "pages": Section(
        "Pages",
        lambda run: pages.measure(run.clients // 10),
        lambda: pages.measure(5, requests=20, turns=1, rounds=1, general=_ROCHESTER, contests=9),
        pages.show,
    ),
    "banner": Section(
        "What a viewer waits for",
        lambda run: asyncio.run(banner.measure()),
        lambda: asyncio.run(banner.measure(1)),
        banner.show,
        no_browser,
    ),
    "painting": Section(
        "What a browser has to do",
        lambda run: asyncio.run(painting.measure()),
        lambda: asyncio.run(painting.measure(2, 1, 2, _ROCHESTER)),
        painting.show,
        no_browser,
    ),
    "councils": Section(
        "A night of councils beside a general election",
        lambda run: asyncio.run(councils.measure()),
        lambda: asyncio.run(councils.measure(2, "local.rushmoor.2024-05-02", _ROCHESTER, 9)),
        councils.show,
        no_browser,
    ),
    "growth": Section(
        "As a night grows",
        lambda run: asyncio.run(growth.measure()),
        lambda: asyncio.run(growth.measure((3,))),
        growth.show,
    ),
    "followers": Section(
        "As the processes grow",
        lambda run: followers.measure(),
        lambda: followers.measure((1, 3), 3),
        followers.show,
    ),
    "entering": Section(
        "An officer's phone",
        lambda run: asyncio.run(entering.measure()),
        lambda: asyncio.run(entering.measure(1)),
        entering.show,
        no_browser,
        usual=False,
    ),
    "playing": Section(
        "The time machine",
        lambda run: playing.measure(),
        lambda: playing.measure(3, 1, (_ROCHESTER,), 2, 0.5, _ROCHESTER),
        playing.show,
        usual=False,
    ),
    "scrubbing": Section(
        "A random moment of a past night, painted in three engines",
        lambda run: scrubbing.measure(),
        lambda: scrubbing.measure(2, _ROCHESTER, every=False),
        scrubbing.show,
        no_browser,
        usual=False,
    ),
    "moments": Section(
        "The same page at the same moment, whichever way it is read",
        lambda run: asyncio.run(moments.measure()),
        lambda: asyncio.run(moments.measure(2, (_ROCHESTER,))),
        moments.show,
        usual=False,
    ),
    "rehearsing": Section(
        "A whole night rehearsed",
        lambda run: rehearsing.measure(rehearsing.NIGHT, 2.0, 50, 2, 0),
        lambda: rehearsing.measure(_ROCHESTER, 0.02, 2, 0, 0),
        rehearsing.show,
        usual=False,
    ),
}
