"""The map of each shipped general-election night: 650 hexagons, which say what the night's counts say."""

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import httpx2
import pytest

from server.election.commands import OpenNight, RecordNoPoll, Withdraw
from server.election.contests import Definition
from server.election.counts import Count
from server.election.deciding.decide import decide
from server.election.events import Declared
from server.election.nights import Night, fold
from server.live.channel import Channel
from server.live.moments import frame
from server.nights import archive, layout
from server.pages.fragments import fragments_of
from server.pages.map.hexagons import FULL, SMALL, drawn, has_map, layout_of
from server.pages.render import PageRenderer
from server.stream.embedded import Embedded
from tests.nights_by_hand import START, ballot, declare, definition, on_the_map, with_one_candidate
from tests.running import answered, serving

GENERAL = ("parl.2010-05-06", "parl.2015-05-07", "parl.2017-06-08", "parl.2019-12-12", "parl.2024-07-04")
SWINGS, TURNOUTS, MAJORITIES = (2, 4, 6, 10), (60, 65, 70, 75), (5, 10, 20, 30)


def step(percent: float, bounds: tuple[int, ...]) -> int:
    return 1 + sum(percent >= bound for bound in bounds)


def in_36(number: int) -> str:
    return (in_36(number // 36) if number > 35 else "") + "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36]


def expected(night: Night, count: Count) -> tuple[dict[str, str], str | None]:
    """A hexagon's attributes and the class of its path, from the count alone."""
    said = {
        "href": f"/nights/{night.definition.id}/contests/{count.contest.ballot}",
        "aria-labelledby": f"row-{count.contest.slug}",
    }
    result = count.result
    if result is None:
        return said, None
    assert count.declared_at is not None
    words = list[str]()
    if result.swing:
        words.append(f"s{step(float(result.swing.size * 100), SWINGS)}")
    turnout = (result.turnout_papers or result.turnout_valid or 0) * 100
    words += [f"t{step(float(turnout), TURNOUTS)}", f"m{step(float(result.majority_share * 100), MAJORITIES)}"]
    minute = (count.declared_at - night.definition.polls_close) // timedelta(minutes=1)
    words.append(re.sub("^(?=[stm])", "0", in_36(minute)))  # it could be a step's name
    return said | {"class": result.verdict.kind, "data-party": result.verdict.winner}, " ".join(words)


@pytest.mark.parametrize("name", GENERAL)
def test_at_five_moments_every_hexagon_says_what_its_count_says(name: str) -> None:
    events = archive.load(name).events
    for part in (0, 0.1, 0.5, 0.9, 1):
        channel = Channel(PageRenderer(), on_air=False)
        channel.advance(events[: max(1, round(part * len(events)))])
        night = channel.night
        assert night is not None
        shapes = Counter[str]()
        for count in night.counts.values():
            hexagon = ElementTree.fromstring(channel.text(f"hex-{count.contest.slug}"))
            (outline,) = hexagon
            assert (hexagon.attrib, outline.get("class")) == expected(night, count), count.contest.name
            swing = count.result.swing if count.result else None
            winner = count.result.verdict.winner if count.result else ""
            assert outline.get("data-party", winner) == (swing.to_party if swing else winner)
            x, shape = _taken_apart(outline)
            assert x == 14 * layout_of(night.definition).cells[count.contest.gss].column
            shapes[shape] += 1
        assert shapes == Counter({SMALL: 650 - night.declared, FULL: night.declared})


async def test_each_page_has_every_hexagon_at_its_place_and_a_row_that_names_it(
    redis: Embedded, tmp_path: Path
) -> None:
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        for name in GENERAL:
            _has_every_hexagon((await answered(client, f"/nights/{name}")).text, archive.load(name).definition)
        page = (await client.get("/nights/parl.corby.by.2012-11-15")).text
        assert 'id="map"' not in page and layout.ATTRIBUTION not in page


def _taken_apart(outline: ElementTree.Element) -> tuple[int, str]:
    """The x of a hexagon's middle, and its shape."""
    found = re.fullmatch(r"M(\d+)(.*)", outline.attrib["d"])
    assert found
    return int(found[1]), found[2]


def _has_every_hexagon(page: str, night: Definition) -> None:
    drawing = ElementTree.fromstring(page[page.index('<svg class="hexes"') :].split("<p ")[0])
    found = dict[str, tuple[int, int]]()
    for row in drawing.findall("g[@transform]"):
        east, south = map(int, re.findall(r"\d+", row.attrib["transform"])[:2])
        for hexagon in row.findall("a"):
            found[hexagon.attrib["aria-labelledby"]] = (east + _taken_apart(hexagon[0])[0], south)
    assert len(found) == 650
    for contest in night.contests:
        centre = layout_of(night).cells[contest.gss].centre
        assert found[f"row-{contest.slug}"] == (7 * centre.x, 4 * centre.y)
        assert page.count(f'<li id="row-{contest.slug}"') == 1
    assert len(drawing.findall("path[@class='region']")) == len({contest.region for contest in night.contests})
    assert layout.ATTRIBUTION in page


def test_a_region_is_zoomed_to_in_the_proportions_of_the_whole_map_and_all_of_it_is_seen() -> None:
    night = archive.load(GENERAL[-1]).definition
    drawing = drawn(night)
    for region in drawing.regions:
        box = region.box
        assert box.width / box.height == pytest.approx(drawing.box.width / drawing.box.height, abs=0.02)
        for contest in night.contests:
            if contest.region == region.name:
                centre = layout_of(night).cells[contest.gss].centre
                assert box.x <= 7 * (centre.x - 1) and 7 * (centre.x + 1) <= box.x + box.width
                assert box.y <= 4 * (centre.y - 2) and 4 * (centre.y + 2) <= box.y + box.height


def test_an_event_repaints_the_hexagon_of_its_contest_and_no_other() -> None:
    renderer = PageRenderer()
    channel = Channel(renderer)
    for event in archive.load(GENERAL[-1]).events:
        channel.advance([event])
        assert channel.night is not None
        changed = [fragment for fragment in renderer.changed(channel.night, event) if fragment.startswith("hex-")]
        if isinstance(event, Declared):
            slug = channel.night.counts[event.ballot].contest.slug
            assert changed == [f"hex-{slug}"]
            assert "night" in renderer.topics(channel.night, changed[0])
        else:
            assert len(changed) == (650 if event.seq == 1 else 0)


def test_how_seats_were_held_is_on_the_map_before_the_first_result_however_a_page_comes_there() -> None:
    night, held = on_the_map(definition()), '<svg id="was"><path data-party="PP53"'
    channel = Channel(PageRenderer(), on_air=False)
    for command in (OpenNight(id="open", by="desk", night=night), declare(0), declare(1)):
        channel.advance([decide(channel.night, command, channel.night.at if channel.night else START)])
    for topic in ("night", "wall", "overlay", "embed-map"):
        assert held in frame(channel, topic, 3, 1), "a player that goes back to the beginning"
        assert '<svg id="was"></svg>' in frame(channel, topic, 1, 3)
    for seat in (0, 1):
        command = Withdraw(id=f"withdraw {seat}", by="desk", ballot=ballot(seat), reason="Wrong.")
        channel.advance([decide(channel.night, command, START)])
    assert channel.text("was").startswith(held), "the only result was taken back"


def test_a_poll_put_off_is_crossed_out_and_is_pending_again_when_it_goes_ahead() -> None:
    channel = Channel(PageRenderer())
    seat = ballot(0)

    def shown() -> str:
        return channel.text("hex-seat-0")

    def after(command: OpenNight | RecordNoPoll | Withdraw) -> None:
        channel.advance([decide(channel.night, command, channel.night.at if channel.night else START)])

    after(OpenNight(id="open", by="desk", night=on_the_map(definition())))
    pending = shown()
    assert "class" not in pending and "data-party" not in pending and SMALL in pending
    after(RecordNoPoll(id="put off", by="desk", ballot=seat, state="postponed", reason="Snow."))
    assert 'class="off"' in shown() and SMALL in shown() and "data-party" not in shown()
    after(Withdraw(id="on again", by="desk", ballot=seat, reason="It thawed."))
    assert shown() == pending


def test_an_uncontested_seat_is_won_without_steps() -> None:
    channel = Channel(PageRenderer())
    night = on_the_map(with_one_candidate(definition()))
    events = [decide(None, OpenNight(id="open", by="desk", night=night), START)]
    channel.advance(events)
    no_poll = RecordNoPoll(id="only one", by="desk", ballot=ballot(0), state="uncontested", reason="Nobody else stood.")
    channel.advance([decide(channel.night, no_poll, START + timedelta(minutes=5))])
    (outline,) = hexagon = ElementTree.fromstring(channel.text("hex-seat-0"))
    assert (hexagon.get("class"), outline.get("class")) == ("gain", "5")


def test_only_a_night_of_many_seats_that_all_have_a_hexagon_has_a_map() -> None:
    assert all(has_map(archive.load(past.id).definition) == (past.contests == 650) for past in archive.listed())
    assert not has_map(definition())
    assert has_map(on_the_map(definition()))
    for night, hexagons in ((definition(), 0), (on_the_map(definition()), 3)):
        opened = fold([decide(None, OpenNight(id="open", by="desk", night=night), START)])
        assert sum(fragment.startswith("hex-") for fragment in fragments_of(opened)) == hexagons
