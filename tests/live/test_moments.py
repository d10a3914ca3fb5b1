"""Any moment of any past night: the player, ``?at=`` and watching from the start all end on the same page."""

import re
from collections.abc import AsyncIterator

import httpx2
import pytest

from server.live import moments as past
from server.stream.embedded import Embedded
from tests.playing import Player, same_for_all, whole
from tests.running import Site, answered, serving

GENERAL = "parl.2019-12-12"
ROCHESTER = "parl.rochester-and-strood.by.2014-11-20"
CONTEST = "/contests/parl.ynys-mon.2019-12-12"
BARNSLEY = "parl.barnsley-central.by.2011-03-03"


@pytest.fixture(scope="module")
async def site(shared_redis: Embedded, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """The past nights, which these tests only read."""
    async with serving(shared_redis.url, tmp_path_factory.mktemp("data")) as server:
        yield server


@pytest.fixture
async def client(site: Site) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=site.url) as visitor:
        await answered(visitor, "/readyz")
        yield visitor


@pytest.mark.parametrize(
    ("night", "page", "topic", "instants"),
    [
        (GENERAL, "", "", 4),
        (ROCHESTER, "", "", 20),
        (BARNSLEY, "", "", 2),
        (GENERAL, CONTEST, "parl.ynys-mon.2019-12-12", 3),
        (GENERAL, "/contests", "contests", 1),
        (GENERAL, "/areas", "areas", 1),
        (GENERAL, "/battlegrounds?party=PP53", "battlegrounds/PP53", 1),
        (GENERAL, "/swing?from=PP53&to=PP52", "swing/PP53/PP52", 1),
        (GENERAL, "/records", "records", 1),
    ],
)
async def test_a_page_at_any_instant_is_the_same_by_the_player_by_its_address_and_for_who_watched(
    client: httpx2.AsyncClient, night: str, page: str, topic: str, instants: int
) -> None:
    # Pages other than the night's and a contest's are one fragment, made anew each time: watching adds nothing there.
    await same_for_all(client, night, page, topic, instants, watching=page in ("", CONTEST))


@pytest.mark.parametrize(("night", "topic"), [("parl.2017-06-08", ""), (ROCHESTER, "")])
async def test_played_frame_by_frame_a_night_ends_on_its_page(
    client: httpx2.AsyncClient, night: str, topic: str
) -> None:
    player, there = Player(client, night, topic), Player(client, night, topic)
    frames = await player.reels()
    moments = past.moments(whole(night))
    assert len(frames) == len(moments)
    for number, (frame, moment) in enumerate(zip(frames, moments, strict=True)):
        player.texts.apply(frame)
        if number % 60 == 1 or moment is moments[-1]:
            await there.jump(moment.seq)
            assert player.texts == there.texts


async def test_what_nobody_sees_of_a_page_may_be_left_where_it_stands_and_follow(client: httpx2.AsyncClient) -> None:
    player, there = Player(client, GENERAL), Player(client, GENERAL)
    await player.jump(300)
    before = dict(player.texts)
    await player.jump(400, rows=400, hexagons=400)
    unseen = ("row-", "hex-")
    assert {name for name, text in before.items() if text != player.texts[name]} >= {"banner", "score", "latest"}
    assert all(text == player.texts[name] for name, text in before.items() if name.startswith(unseen))
    await player.jump(100, rows=300, hexagons=100)  # from 400, and the rows from where they were left
    await there.jump(100)
    differ = {name for name, text in there.texts.items() if text != player.texts[name]}
    assert differ and all(name.startswith("hex-") for name in differ)
    await player.jump(100, hexagons=300)
    assert player.texts == there.texts


async def test_a_frame_says_what_no_fragment_does(client: httpx2.AsyncClient) -> None:
    player = Player(client, ROCHESTER)
    await player.jump(1)
    assert player.texts["title"] == "Rochester and Strood by-election, 20 November 2014 · Declared"
    assert "As it stood at 22:00" in player.texts["stands"]
    await player.jump(whole(ROCHESTER).seq)
    assert player.texts["title"].startswith("UKIP gain from Con: ")
    assert "Past night" in player.texts["stands"]
    assert whole(ROCHESTER).head[:16] in player.texts["record"]


async def test_what_is_no_moment_of_the_night_is_said_in_a_sentence(client: httpx2.AsyncClient) -> None:
    for address in ("frame?seq=0", "frame?seq=99999", "frame?seq=x", "reel/99", f"reel/{10**20}"):
        answer = await client.get(f"/nights/{ROCHESTER}/{address}")
        assert answer.status_code == 404
        assert re.search(r"This night has no (event|reel) \d+\.", answer.text), answer.text
    assert (await client.get("/nights/parl.1066-10-14/frame?seq=1")).status_code == 404
