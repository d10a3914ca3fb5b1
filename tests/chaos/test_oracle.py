"""The oracle of the chaos suite sees everything that could be wrong."""

import random

import pytest

from tests.chaos.oracle import Acknowledged, Entry, Judgement, judged, told_wrongly
from tests.chaos.viewers import Page, Viewer, apart

NIGHT, TIME = "chaos", "2026-11-26T23:00:00.123456"
VOTES = {"1": 20_017, "2": 15_113}
RECEIPTS = [Acknowledged(NIGHT, f"seat-{seat}", VOTES, seq, f"{TIME}+00:00") for seat, seq in ((0, 2), (1, 3))]


def declared(seq: int, ballot: str, **other: object) -> Entry:
    event = {"entry": f"{seq}-0", "kind": "declared.1", "seq": seq, "at": f"{TIME}Z", "command_id": ballot}
    return {**event, "ballot": ballot, "votes": VOTES, **other}


OPENED: Entry = {"entry": "1-0", "kind": "night-opened.1", "seq": 1, "at": f"{TIME}Z", "command_id": "open"}
GOOD = [OPENED, declared(2, "seat-0"), declared(3, "seat-1")]
ACT: Entry = {"entry": "1-0", "kind": "event-lost.1", "seq": 1, "command_id": "l", "at": f"{TIME}Z"}
LOST: Entry = {**ACT, "ballot": "seat-1", "lost": 3, "announced": f"{TIME}Z"}


def found(events: list[Entry], *acts: Entry) -> dict[str, int]:
    judgement: Judgement = judged(RECEIPTS, events, acts)
    return {name: len(some) for name in judgement.__struct_fields__ if (some := getattr(judgement, name))}


@pytest.mark.parametrize(
    ("events", "acts", "wrong"),
    [
        (GOOD, (), {}),
        (GOOD[:2], (), {"lost": 1}),
        ([*GOOD[:2], declared(3, "seat-1", votes={"1": 1})], (), {"lost": 1}),
        ([*GOOD, declared(4, "seat-1", command_id="again")], (), {"doubled": 1}),
        ([*GOOD, declared(4, "seat-2", command_id="seat-1")], (), {"doubled": 1}),
        ([OPENED, declared(2, "seat-1"), declared(3, "seat-0")], (), {"untrue": 2}),
        ([*GOOD[:2], declared(3, "seat-1", at="2026-11-26T23:00:01Z")], (), {"untrue": 1}),
        ([*GOOD[:2], declared(4, "seat-1")], (), {"untrue": 1, "broken": 1}),
        (GOOD[:2], (LOST,), {"told": 1}),
        ([*GOOD[:2], declared(3, "seat-2"), declared(4, "seat-1")], (LOST,), {"told": 1}),
        ([*GOOD[:2], declared(3, "seat-1", at="2026-11-26T23:00:01Z")], (LOST,), {"told": 1}),
        (GOOD[:2], ({**LOST, "announced": "2026-11-26T23:00:01Z"},), {"lost": 1}),
    ],
)
def test_a_receipt_is_true_once_or_told_as_lost(events: list[Entry], acts: tuple[Entry], wrong: dict[str, int]) -> None:
    assert found(events, *acts) == wrong


def test_json_that_says_otherwise_than_the_stream_is_found() -> None:
    contests = [{"ballot": f"seat-{seat}", "status": "declared"} for seat in (0, 1)]
    assert told_wrongly(GOOD, {"seq": 3, "contests": contests}) == []
    assert len(told_wrongly(GOOD, {"seq": 2, "contests": contests[:1]})) == 2


def page(majority: str, seq: int, items: str = "") -> str:
    return f"""<!doctype html><main><br><section id="banner"><p id="also" class="also"></p></section>
    <ul><li id="row-seat"><b>Lab</b> <span>{majority}</span></li></ul><ol id="feed">{items}</ol>
    <data id="cursor" value="{seq}" hidden></data>
    <div id="live" hx-ws:connect="/nights/chaos/live?after={seq}"></div>"""


NEWS = (
    '<hx-partial hx-target="#row-seat" hx-swap="outerMorph">'
    '<li id="row-seat"><b>Lab</b> <span>4,904</span></li></hx-partial>'
    '<hx-partial hx-target="#feed" hx-swap="afterbegin"><li id="item-2">It is.</li></hx-partial>'
    '<hx-partial hx-target="#cursor" hx-swap="outerHTML"><data id="cursor" value="2" hidden></data></hx-partial>'
)
STANDS = {"seq": 2, "contests": [{"ballot": "parl.seat.by.2026", "status": "declared", "majority": 4904}]}


def viewer(html: str, *messages: str) -> Viewer:
    one = Viewer([], "/nights/chaos", random.Random(0))
    one.page = Page(html)
    for message in messages:
        one.page.apply(message)
    return one


def test_viewers_who_see_something_else_than_who_comes_now_are_found() -> None:
    fresh = {"/nights/chaos": Page(page("4,904", 2, '<li id="item-2">It is.</li>'))}
    watched, late = viewer(page("", 1), NEWS), viewer(page("4,904", 2, '<li id="item-2">It is.</li>'))
    assert apart([watched, late], fresh, STANDS) == []
    assert apart([watched, viewer(page("", 1))], fresh, STANDS), "one who missed it"
    assert apart([viewer(page("", 1), NEWS.replace("4,904", "4,905"))], fresh, STANDS), "another majority"
    assert apart([viewer(page("", 1), NEWS, NEWS)], fresh, STANDS), "an entry of the feed twice"
    assert apart([watched], {"/nights/chaos": Page(page("4,904", 3, '<li id="item-2">It is.</li>'))}, STANDS)
