"""A newsroom's pages over HTTP, what may be framed, and that the push brings each banner once and as it stands."""

import json
import re
from collections.abc import AsyncIterator, Sequence
from html import unescape
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest
import websockets
from msgspec.structs import replace
from starlette.routing import Route

from server.app import build_app
from server.election.commands import AnyCommand, HoldNight, OpenNight, ReleaseNight, Withdraw
from server.election.deciding.decide import decide
from server.election.events import AnyEvent, Declared, NightOpened
from server.election.nights import Night, fold
from server.election.results.tally import add_up
from server.html.security import policy
from server.live.channel import Channel
from server.nights import archive
from server.pages.newsroom.menu import TASKS
from server.pages.newsroom.screens import OVERLAY, TOPICS, WALL
from server.pages.render import PageRenderer
from server.settings import ROOT, Settings
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.nights_by_hand import START, ballot, correct, declare, definition, on_the_map
from tests.running import answered, open_then, serving

GENERAL = "parl.2019-12-12"
COUNCIL = "local.rushmoor.2024-05-02"
ROCHESTER = "parl.rochester-and-strood.by.2014-11-20"
FRAMABLE = {
    *("/nights/{night}/embed/score", "/nights/{night}/embed/map", "/nights/{night}/contests/{ballot}/embed"),
    "/nights/{night}/overlay",  # which graphics controllers have in a frame
}
SCREENS = ("overlay", "wall", "embed/score", "embed/map", f"contests/{ballot(0)}/embed")
FILLED = {"night": "night", "ballot": ballot(0), "digest": "latest", "name": "embed.js"}
_BANNER = re.compile(r'<li id="banner-([^"]+)".*?</li>', re.DOTALL)


@pytest.fixture
async def client(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    night = replace(on_the_map(definition("night", seats=3)), replay_of="night-before")
    await Submitter(stream).submit("night", OpenNight(id="open", by="desk", night=night), START)
    await stream.announce("night")
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        await answered(client, "/readyz")
        yield client


def channel_with(events: Sequence[AnyEvent]) -> Channel:
    channel = Channel(PageRenderer())
    channel.advance(events)
    return channel


def told(commands: Sequence[AnyCommand]) -> list[AnyEvent]:
    """What becomes of commands on a night of three seats, of which two make a majority."""
    events: list[AnyEvent] = []
    night: Night | None = None
    opening = OpenNight(id="open", by="desk", night=definition("night", seats=3))
    for command in (opening, *commands):
        events.append(decide(night, command, START))
        night = fold(events[-1:], night)
    return events


def sent(channel: Channel, after: int, topic: str = OVERLAY) -> str:
    message = channel.missed(topic, after)
    return message.payload.decode() if message else ""


def banners(message: str) -> dict[str, str]:
    """Contest → its banner, in the order in which they come."""
    return {found[1]: found[0] for found in _BANNER.finditer(message)}


def test_every_declaration_of_a_night_comes_once_and_in_order_however_its_events_are_bundled() -> None:
    events = archive.load(GENERAL).events
    declared = [event.ballot for event in events if isinstance(event, Declared)]
    slugs = {contest.ballot: contest.slug for contest in archive.load(GENERAL).definition.contests}
    random = Random(5)
    channel = channel_with(events[:1])
    came: list[str] = []
    while channel.seq < len(events):
        after = channel.seq
        channel.advance(events[after : after + random.choice((1, 2, 7, 40))])
        came += banners(sent(channel, after))
    assert came == [slugs[ballot_id] for ballot_id in declared]
    assert len(came) == 650


def test_a_contest_has_one_banner_with_what_stands_now() -> None:
    channel = channel_with(told([declare(0, 5, 4), declare(1, 5, 4), correct(0, 1), declare(2, 4, 5)]))
    found = banners(sent(channel, 1))
    assert list(found) == ["seat-1", "seat-0", "seat-2"]
    assert "majority 7" in found["seat-0"]
    assert "Figures revised at" in found["seat-0"]
    assert "majority 1" not in found["seat-0"]
    assert 'class="banner gain"' in found["seat-1"]
    assert 'class="banner hold"' in found["seat-2"]
    assert 'class="banner"' in found["seat-0"], "a correction is more than the hold or gain that it is"


def test_what_was_withdrawn_is_withdrawn_whatever_was_said_of_it_before() -> None:
    withdraw = Withdraw(id="withdraw", by="desk", ballot=ballot(0), reason="A box was left out.")
    found = banners(sent(channel_with(told([declare(0), withdraw])), 1))
    assert list(found) == ["seat-0"]
    assert "result withdrawn" in found["seat-0"]
    assert "GAIN" not in found["seat-0"]


def test_whoever_comes_from_nothing_or_from_another_past_is_sent_the_state_and_no_banner() -> None:
    channel = channel_with(told([declare(0), declare(1)]))
    for topic in (OVERLAY, WALL):
        assert len(banners(sent(channel, 1, topic))) == 2
        for after in (0, 99):
            assert banners(sent(channel, after, topic)) == {}
            assert '<div id="now" data-seq="3">' in sent(channel, after, topic)
    assert sent(channel, 3) == ""


def test_that_the_night_is_held_is_part_of_the_state() -> None:
    events = told([declare(0), HoldNight(id="hold", by="desk"), ReleaseNight(id="release", by="desk")])
    held = [" data-held" in sent(channel_with(events[:number]), 1) for number in (2, 3, 4)]
    assert held == [False, True, False]


@pytest.mark.parametrize("name", ["parl.2010-05-06", "parl.2015-05-07", "parl.2017-06-08", GENERAL])
def test_a_nights_moment_is_said_from_the_declaration_that_made_it(name: str) -> None:
    events = archive.load(name).events
    whole = add_up(fold(events))
    made = whole.majority or whole.hung
    assert made is not None
    key = f"majority {whole.majority.party}" if whole.majority else "hung"
    for number, expected in ((made.seq - 1, []), (made.seq, [key]), (len(events), ["complete"])):
        assert re.findall(r'data-key="([^"]+)"', sent(channel_with(events[:number]), 1)) == expected, number


def test_a_majority_that_a_correction_takes_back_is_no_moment_any_more() -> None:
    events = told([declare(0, 5, 4), declare(1, 5, 4), correct(1, 8)])
    assert "CON MAJORITY" in sent(channel_with(events[:3]), 1)
    assert "data-key" not in sent(channel_with(events), 1)


def test_a_screen_is_sent_what_is_on_it_and_nothing_else() -> None:
    events = told([declare(0), declare(1)])
    opened = events[0]
    assert isinstance(opened, NightOpened)
    channel = channel_with([replace(opened, night=on_the_map(opened.night)), *events[1:]])
    targets = {topic: set(re.findall(r'hx-target="#([^"]+)"', sent(channel, 1, topic))) for topic in TOPICS}
    rows = {"row-seat-0", "row-seat-1"}
    assert targets == {
        "overlay": {"now", "arrived", "status", "was", "cursor"},
        "wall": {"now", "arrived", "status", "score", "feed", "also", "was", "cursor"},
        "embed-score": {"status", "score", "cursor"},
        "embed-map": {"status", "was", "cursor", *rows},
    }
    hexagons = {topic: sent(channel, 1, topic).count("<svg><a hx-swap-oob") for topic in TOPICS}
    assert hexagons == {"overlay": 2, "wall": 2, "embed-score": 0, "embed-map": 2}


def test_screens_of_a_night_of_councils_are_sent_its_map_and_a_wall_the_few_councils_it_lists() -> None:
    for name, listed in (("local.2025-05-01", set[str]()), ("local.rushmoor.2024-05-02", {"council-local-rushmoor"})):
        channel = channel_with(archive.load(name).events[:5])
        targets = {topic: set(re.findall(r'hx-target="#([^"]+)"', sent(channel, 4, topic))) for topic in TOPICS}
        around = {"status", "cursor", "shapes"}
        assert targets[OVERLAY] == {"now", "arrived", *around}
        assert targets[WALL] == {"now", "arrived", "score", "feed", *around, *listed}
        assert targets["embed-map"] >= around


async def test_a_wall_and_an_overlay_of_councils_have_their_map(client: httpx2.AsyncClient) -> None:
    many, few = "/nights/local.2025-05-01", "/nights/local.rushmoor.2024-05-02"
    for address, shapes, councils in (
        (f"{many}/wall", 1, 0),
        (f"{few}/wall", 1, 1),
        (f"{many}/overlay", 1, 0),
        (f"{many}/overlay?show=banners,score", 0, 0),
        (f"{few}/wall?at=2024-05-02T22:30", 1, 1),
    ):
        page = (await client.get(address)).text
        assert (page.count('id="shapes"'), page.count('id="council-')) == (shapes, councils), address
        assert "no-map" not in page, address


async def test_only_embeds_may_be_framed_and_load_no_more_than_other_pages(client: httpx2.AsyncClient) -> None:
    app = build_app(Settings(redis_url="redis://127.0.0.1:1", secret_key="x"))
    paths = {route.path for route in app.routes if isinstance(route, Route) and "GET" in (route.methods or ())}
    assert paths >= FRAMABLE
    for path in paths - {"/static/{digest}/{name:path}"}:
        address = re.sub(r"{(\w+)[^}]*}", lambda name: FILLED.get(name[1], "none"), path)
        answer = await client.get(address)
        answer = await client.get(answer.headers["location"]) if answer.status_code in (302, 303) else answer
        framable = path in FRAMABLE
        assert answer.status_code == 200 or not framable
        assert answer.headers["content-security-policy"] == policy("*" if framable else "'none'"), address
    known = (await client.get("/nights/night/embed/score")).headers["etag"]
    answer = await client.get("/nights/night/embed/score", headers={"If-None-Match": known})
    assert (answer.status_code, answer.headers["content-security-policy"]) == (304, policy("*"))
    assert policy("*").replace("*", "'none'") == policy()


async def test_a_script_for_other_sites_has_an_address_that_stays(client: httpx2.AsyncClient) -> None:
    for name in ("embed.js", "overlay.js"):
        answer = await client.get(f"/static/latest/{name}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["cache-control"] == "no-cache"
    assert len((await client.get("/static/latest/embed.js")).content) < 1000


async def test_a_replay_says_so_on_every_screen(client: httpx2.AsyncClient) -> None:
    for path in SCREENS:
        page = await answered(client, f"/nights/night/{path}")
        assert '<b class="tag replay">Replay</b>' in page.text, path
        past = await client.get(f"/nights/{GENERAL}/{path.replace(ballot(0), 'parl.aldershot.2019-12-12')}")
        assert "Replay" not in past.text, path


async def test_links_of_a_frame_open_outside_of_it_and_one_leads_to_the_whole_page(client: httpx2.AsyncClient) -> None:
    for path, whole in (("embed/score", ""), ("embed/map", ""), (SCREENS[-1], f"/contests/{ballot(0)}")):
        page = (await client.get(f"/nights/night/{path}")).text
        assert '<base target="_blank">' in page
        assert re.search(rf'<footer>.*<a href="/nights/night{whole}">', page)
    german = (await client.get("/nights/parl.2015-05-07/embed/score?lang=de&baseline=by-elections")).text
    assert '<html lang="de">' in german
    assert '<a href="/nights/parl.2015-05-07?baseline=by-elections">' in german


async def test_options_that_make_no_sense_are_refused_in_a_sentence(client: httpx2.AsyncClient) -> None:
    for path, status, sentence in (
        ("overlay?show=banners,scores", 400, "An overlay shows banners, score, map, reactions, or some of them"),
        ("overlay?contest=none", 404, "none is not a contest of this night"),
        ("overlay/banner?contest=seat", 404, "seat is not a contest of this night"),
        ("overlay?seconds=0", 400, "A banner stays for 1 to 60 seconds"),
        ("wall?seconds=1e9", 400, "A banner stays for 1 to 60 seconds"),
        ("embed/score?theme=pink", 400, "A theme is light or dark"),
        ("contests/none/embed", 404, "none is not a contest of this night"),
        ("newsroom/chart?contest=none", 404, "none is not a contest of this night"),
    ):
        answer = await client.get(f"/nights/night/{path}")
        assert (answer.status_code, sentence in answer.text) == (status, True), path


async def test_an_overlay_has_the_parts_that_were_asked_for_as_they_stand(
    client: httpx2.AsyncClient, stream: EventStream
) -> None:
    await Submitter(stream).submit("night", declare(0), START)
    page = (await answered(client, "/nights/night/overlay", "<b>1</b> of 3 declared")).text
    assert 'id="shown" data-seconds="8"' in page
    assert page.count('aria-labelledby="row-seat-') == 3
    assert "banner-seat-0" not in page, "what was before is no banner"
    page = (await client.get("/nights/night/overlay?show=score&theme=light")).text
    assert "<b>1</b> of 3 declared" in page
    assert 'id="shown"' not in page
    assert "aria-labelledby" not in page
    assert "overlay.js" not in page
    assert '<body class="overlay light">' in page
    assert '<body class="overlay no-score">' in (await client.get("/nights/night/overlay?show=banners,map")).text


async def test_a_night_of_one_contest_embeds_that(client: httpx2.AsyncClient) -> None:
    answer = await client.get(f"/nights/{ROCHESTER}/embed/score?lang=cy")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/nights/{ROCHESTER}/contests/{ROCHESTER}/embed?lang=cy",
    )
    assert (await client.get(f"/nights/{ROCHESTER}/embed/map")).status_code == 404
    assert "UKIP GAIN" in (await client.get(f"/nights/{ROCHESTER}/wall")).text
    strip = (await client.get(f"/nights/{ROCHESTER}/overlay")).text
    assert re.search(r"<span>UKIP</span> <b>16,867</b> <span>42.1%</span>", strip)


STOOD = ("overlay", "wall", "copy", "picture.png", "chart.csv", "chart.json", "feed.atom", "expected.ics")
"""What the newsroom's page has had from the first, and must be found from it."""


@pytest.mark.parametrize("night", ["night", ROCHESTER, COUNCIL])
async def test_every_address_is_a_step_away_from_the_newsrooms_page_and_is_there(
    client: httpx2.AsyncClient, night: str
) -> None:
    menu = (await client.get(f"/nights/{night}/newsroom?lang=de")).text
    tasks = re.findall(rf'href="(/nights/{night}/newsroom/\w+)"', menu)
    assert [task.rpartition("/")[2] for task in tasks] == [*TASKS]
    paths: set[str] = set()
    for task in tasks:
        page = (await client.get(f"{task}?lang=de")).text
        assert "<h1>" in page and "<iframe" not in page, "nothing is loaded before it is asked for"
        codes = unescape(" ".join(re.findall(r"<code>(.*?)</code>", page, re.DOTALL)))
        copied = {one.partition("/")[2] for one in re.findall(r'http://([^\s"<]+)', codes)}
        opened = {unescape(one).removeprefix("/") for one in re.findall(r'<a href="([^"]+)" aria-label', page)}
        assert opened <= copied
        assert all("lang=de" in one for one in opened if f"/{night}" in one and "oembed" not in one)
        paths |= copied | opened
    names = {path.partition("?")[0].rpartition("/")[2] for path in paths}
    assert names >= {*STOOD, "embed.js", "embed", "contests.csv", "candidates.csv", "openapi.json", "asyncapi.json"}
    for path in sorted(paths):
        assert (await client.get(f"/{path}")).status_code in (200, 303), path
    assert f'href="/nights/{night}/newsroom"' in (await client.get(f"/nights/{night}")).text
    assert (await client.get(f"/nights/{night}/newsroom/coffee")).status_code == 404
    chosen = (await client.get("/nights/night/newsroom/post?contest=" + ballot(2))).text
    assert '<h2 id="seat">Seat 2</h2>' in chosen and "Seat 2: " in chosen


async def test_the_page_about_webhooks_names_every_message_that_its_readme_names(client: httpx2.AsyncClient) -> None:
    kinds = r"\b(?:contest|note|night|webhook)\.[a-z_]+\b"
    page = (await client.get("/nights/night/newsroom/webhooks")).text
    told = (ROOT / "server/hooks/README.md").read_text()
    assert {*re.findall(f"<code>({kinds})</code>", page)} == {*re.findall(f"`({kinds})`", told)}
    sent = (ROOT / "server/hooks/messages.py").read_text()
    assert {*re.findall(f'"({kinds})"', sent)} == {*re.findall(f"`({kinds})`", told)}


async def test_readers_of_news_calendars_and_frames_find_them_from_a_page(client: httpx2.AsyncClient) -> None:
    feed, calendar, framed = "application/atom+xml", "text/calendar", "application/json+oembed"
    for path, kinds in (
        ("/nights/night?lang=de", [feed, calendar, framed]),
        (f"/nights/night/contests/{ballot(1)}", [feed, calendar, framed]),
        (f"/nights/{GENERAL}", [feed, framed]),
        (f"/nights/{GENERAL}/records?lang=cy", [feed]),
    ):
        page = (await client.get(path)).text
        found = re.findall(r'<link rel="alternate" type="([^"]+)" title="([^"]+)" href="([^"]+)">', page)
        assert [kind for kind, _, _ in found] == kinds, path
        for kind, title, address in found:
            asked = unescape(address).replace("http://127.0.0.1:8000", "")
            answer = await client.get(asked)
            media = answer.headers["content-type"].partition(";")[0]
            assert (answer.status_code, media) == (200, kind.replace("+oembed", "")) and title, address
            assert ("contest=" in asked) == ("contests" in path and kind == feed)
            assert "lang=de" not in path or "lang=de" in asked or "lang%3Dde" in asked


@pytest.mark.parametrize("page", ["", f"/contests/{ballot(0)}", "/wall", f"/contests/{ballot(0)}/embed"])
async def test_what_people_said_is_on_a_page_and_can_be_left_out(client: httpx2.AsyncClient, page: str) -> None:
    with_it, without = [(await client.get(f"/nights/night{page}{query}")).text for query in ("", "?reactions=no")]
    assert "unvoiced" not in with_it
    assert "unvoiced" in without.partition("<body")[2].partition(">")[0]


async def test_an_overlay_shows_what_people_said_only_where_it_is_asked_for(client: httpx2.AsyncClient) -> None:
    assert "data-voices" not in (await client.get("/nights/night/overlay")).text
    assert "data-voices" in (await client.get("/nights/night/overlay?show=banners,reactions")).text
    director = (await client.get("/nights/night/director")).text
    assert "data-voices" not in director and 'data-address="/nights/night/overlay"' in director
    director = (await client.get("/nights/night/director?show=banners,reactions")).text
    assert "data-voices" in director, "what waits there is what the overlays that follow can show"
    assert 'data-address="/nights/night/overlay?show=banners,score,map,reactions"' in director
    wrong = await client.get("/nights/night/overlay?show=banners,speeches")
    assert wrong.status_code == 400 and "banners, score, map, reactions" in wrong.text


async def test_a_lower_third_is_one_contests_as_it_stands_by_whatever_names_it(
    client: httpx2.AsyncClient, stream: EventStream
) -> None:
    page = (await client.get("/nights/night/overlay/banner?contest=Seat+1")).text
    assert re.search(r'<li id="banner-seat-1" class="banner pending".*Seat 1.*awaiting', page, re.DOTALL)
    await Submitter(stream).submit("night", declare(1), START)
    for name in (ballot(1), "seat 1", "banner-seat-1", "seat-1"):
        page = (await answered(client, f"/nights/night/overlay/banner?contest={name}", "GAIN")).text
        assert page.count("<li") == 1 and "Seat 1" in page, name
    overlay = (await client.get(f"/nights/night/overlay?contest={ballot(1)}&show=banners&led=ab-c1<")).text
    assert 'id="banner-seat-1"' in overlay and "data-chosen" in overlay and 'class="out"' not in overlay
    assert 'data-address="/directors/ABC1"' in overlay
    newest = (await client.get("/nights/night/overlay?stays=yes")).text
    assert 'id="banner-seat-1"' in newest and "data-stays" in newest
    control = "/nights/local.2025-05-01/overlay/banner?contest=banner-control-local-kent"
    assert "Kent" in (await client.get(control)).text
    complete = (await client.get(f"/nights/{GENERAL}/overlay?stays=yes&show=banners")).text
    assert "CON MAJORITY" in complete.partition('id="shown"')[2].partition("</ol>")[0]
    past = f"/nights/{GENERAL}/overlay/banner?contest=Aldershot&at=2019-12-12T22:30"
    assert "pending" in (await client.get(past)).text


async def test_what_an_overlay_can_be_asked_for_is_on_a_page_with_its_address(client: httpx2.AsyncClient) -> None:
    query = f"show=banners&show=score&seconds=5&theme=light&contest={ballot(2)}&wait=yes&steps=yes&stays=yes&lang=de"
    page = (await client.get(f"/nights/night/overlay/options?{query}")).text
    asked = (
        f"/nights/night/overlay?lang=de&amp;show=banners,score&amp;seconds=5&amp;theme=light&amp;contest={ballot(2)}"
    )
    assert f"{asked}&amp;stays=yes&amp;steps=yes&amp;wait=yes</code>" in page
    addresses = set(re.findall(r'(?:href|src)="(/nights/night/[^"]+)"', page))
    assert {address.partition("?")[0].removeprefix("/nights/night/") for address in addresses} >= {
        "overlay",
        "overlay/template.html",
        "director",
    }
    for address in addresses:
        assert (await client.get(address.replace("&amp;", "&"))).status_code == 200, address
    assert "seconds" in (await client.get("/nights/night/overlay/options?seconds=99")).text
    assert (await client.get("/nights/night/overlay/options?contest=none")).status_code == 404


async def test_the_template_asks_a_controller_for_what_the_overlay_takes(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/nights/night/overlay/template.html?theme=light")
    assert answer.headers["content-disposition"] == 'attachment; filename="declared-night.html"'
    definition = json.loads(answer.text.partition("SPXGCTemplateDefinition = ")[2].partition("};")[0] + "}")
    assert [one["field"] for one in definition["DataFields"]] == ["f0", "f1", "f2", "f3"]
    assert definition["DataFields"][0]["items"][2] == {"text": "Seat 1", "value": ballot(1)}
    address = re.search(r'<iframe id="overlay" src="http://[^/]+([^"]+)"', answer.text)
    assert address and address[1] == "/nights/night/overlay?theme=light&amp;wait=yes"
    assert '<body class="overlay off light">' in (await client.get(address[1].replace("&amp;", "&"))).text


async def test_one_browser_directs_overlays_in_another_process(
    client: httpx2.AsyncClient, redis: Embedded, tmp_path: Path
) -> None:
    begun = (await client.post("/nights/night/director", json={"shows": []})).json()
    (folder := tmp_path / "other").mkdir()
    async with serving(redis.url, folder) as other, httpx2.AsyncClient(base_url=other.url) as there:
        async with websockets.connect(f"{other.ws}/directors/{begun['code']}") as line:

            async def told() -> dict[str, Any]:
                while not (said := await line.recv()):
                    pass
                return json.loads(said)

            assert (await told())["shows"] == []
            right = {"Authorization": f"Bearer {begun['token']}"}
            shows: dict[str, Any] = {"shows": ["banner-seat-1", ballot(2)], "seconds": 8, "number": 5}
            asked: tuple[tuple[dict[str, str], dict[str, Any], int], ...] = (
                (right, shows, 204),
                ({"Authorization": "Bearer x"}, shows, 403),
                (right, {"shows": ["<b>"]}, 400),
                (right, {"shows": ["a"] * 7}, 400),
                (right, {"shows": [], "seconds": -1}, 400),
                (right, {"shows": [], "number": 4}, 204),  # overtaken on its way
            )
            for headers, body, status in asked:
                answer = await client.put(f"/directors/{begun['code']}", headers=headers, json=body)
                assert answer.status_code == status, body
            said = await told()
            assert (said["shows"], said["seconds"]) == (shows["shows"], 8)
            assert (await there.get(f"/directors/{begun['code']}")).json()["shows"] == shows["shows"]
            assert (await client.get(f"/clocks/{begun['code']}")).status_code == 404, "it is no clock"
            assert (await client.get(f"/follow/{begun['code']}")).status_code == 404
        async with websockets.connect(f"{other.ws}/directors/AAAAA") as line:
            assert [json.loads(said) async for said in line] == [{"over": True}]
    assert (await client.put("/directors/AAAAA", json={"shows": []})).status_code == 404


async def test_a_search_for_data_sets_reads_what_tables_there_are_and_nothing_of_a_replay(
    redis: Embedded, stream: EventStream, tmp_path: Path
) -> None:
    """By what Google Dataset Search asks for: a name, 50 to 5,000 letters of description, files with their formats."""
    named = replace(definition("night", 2), title="A </script> night")
    await open_then(stream, named, "open")
    await open_then(stream, replace(definition("again", 2), replay_of="night"), "open")
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        found: dict[str, Any] = {}
        for night in ("night", GENERAL):
            page = (await client.get(f"/nights/{night}/newsroom/tables?lang=cy")).text
            (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
            found[night] = json.loads(text)
        told = found[GENERAL]
        assert (told["@type"], told["name"]) == ("Dataset", "Etholiad Cyffredinol 2019")
        assert 50 <= len(told["description"]) <= 5_000 and told["temporalCoverage"] == "2019-12-12"
        for one in told["distribution"]:
            answer = await client.get(one["contentUrl"].removeprefix(site.settings.public_url))
            assert (answer.status_code, one["@type"]) == (200, "DataDownload")
            assert answer.headers["content-type"].partition(";")[0] == one["encodingFormat"]
        assert found["night"]["name"] == "A </script> night"
        others = (
            f"/nights/{GENERAL}/newsroom/tables?at=2019-12-13T02:00",
            "/nights/again/newsroom/tables",
            f"/nights/{GENERAL}/newsroom/feed",
        )
        for address in (*others, f"/nights/{GENERAL}", f"/nights/{GENERAL}/newsroom"):
            assert "ld+json" not in (await client.get(address)).text, address
