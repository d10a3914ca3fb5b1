"""A clock of a past night that leads other screens: begun, moved and followed, in two processes."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import websockets

from server.live.leading import Leading, Stands
from server.stream import embedded
from server.stream.cursors.clocks import MOST_CLOCKS, Clocks
from server.stream.drafts import Drafts
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from tests.running import Site, serving

NIGHT = "parl.rochester-and-strood.by.2014-11-20"
MOVE = {"at": 1416520800000, "pace": 60, "plays": False}


@pytest.fixture(scope="module")
async def store(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Embedded]:
    """A Redis of this file."""
    redis = embedded.start(tmp_path_factory.mktemp("clocks") / "redis")
    yield redis
    redis.stop()


@pytest.fixture(scope="module")
async def both(store: Embedded, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Site, Site]]:
    """Two web processes' worth of application on one Redis."""
    folder: Path = tmp_path_factory.mktemp("sites")
    async with serving(store.url, folder) as one, serving(store.url, folder) as other:
        yield one, other


async def begun(site: Site) -> dict[str, str]:
    async with httpx2.AsyncClient(base_url=site.url) as client:
        answer = await client.post(f"/nights/{NIGHT}/clock", json=MOVE)
    assert answer.status_code == 201
    return answer.json()


async def moved(site: Site, clock: dict[str, str], **how: Any) -> int:
    headers = {"Authorization": f"Bearer {clock['token']}"}
    async with httpx2.AsyncClient(base_url=site.url) as client:
        return (await client.put(f"/clocks/{clock['code']}", json=MOVE | how, headers=headers)).status_code


async def told(line: Any) -> dict[str, Any]:
    while not (said := await line.recv()):
        pass
    return json.loads(said)


async def test_who_follows_in_one_process_is_told_of_each_move_in_another(both: tuple[Site, Site]) -> None:
    one, other = both
    clock = await begun(one)
    assert clock["address"].endswith(f"/follow/{clock['code']}")
    async with websockets.connect(f"{other.ws}/clocks/{clock['code']}") as line:
        first = await told(line)
        assert (first["at"], first["pace"], first["plays"]) == (MOVE["at"], 60, False)
        assert await moved(one, clock, at=1416530000000, plays=True, number=5) == 204
        assert (await told(line))["at"] == 1416530000000
        assert await moved(one, clock, at=1, number=4) == 204  # overtaken on its way
        assert await moved(one, clock, pace=300, number=6) == 204
        assert (await told(line))["pace"] == 300
        async with websockets.connect(f"{other.ws}/clocks/{clock['code']}") as late:
            assert (await told(late))["pace"] == 300


async def test_only_who_began_a_clock_moves_it_and_what_is_no_move_is_refused(both: tuple[Site, Site]) -> None:
    one, other = both
    clock = await begun(one)
    assert await moved(other, clock | {"token": "another"}, number=2) == 403
    assert await moved(other, clock | {"code": "AAAAA"}, number=2) == 404
    for wrong in ({"pace": 0}, {"pace": 1e9}, {"at": -1}, {"at": "noon"}, {"by": "me"}):
        assert await moved(one, clock, **wrong) == 400
    async with httpx2.AsyncClient(base_url=one.url) as client:
        for what, sent in (("clock", b'{"at":1,"pace":1,"plays":true,"\xff":1}'), ("director", b'{"shows":["\xff"]}')):
            answer = await client.post(f"/nights/{NIGHT}/{what}", content=sent)
            assert answer.status_code == 400, answer.text
    assert await moved(other, clock, number=2) == 204
    async with websockets.connect(f"{one.ws}/clocks/AAAAA") as line:
        assert [json.loads(said) async for said in line] == [{"over": True}]
    async with httpx2.AsyncClient(base_url=one.url) as client:
        assert (await client.get("/clocks/AAAAA")).status_code == 404


async def test_a_code_leads_to_the_moment_of_its_night_and_a_wrong_code_stays_typed(
    both: tuple[Site, Site],
) -> None:
    one, other = both
    clock = await begun(one)
    code = clock["code"]
    async with httpx2.AsyncClient(base_url=other.url, follow_redirects=True) as client:
        typed = {"code": f" {code[:2].lower()} {code[2:].lower()} ", "lang": "cy"}
        for page in (await client.get("/follow", params=typed), await client.get(f"/follow/{code}?lang=cy")):
            asked = {"at": "2014-11-20T22:00:00+00:00", "led": code, "lang": "cy"}
            assert (page.url.path, dict(page.url.params)) == (f"/nights/{NIGHT}", asked)
            assert 'datetime="2014-11-20T22:00' in page.text and '<html lang="cy"' in page.text
            assert page.history[0].headers["cache-control"] == "no-store"
        wrong = await client.get("/follow", params={"code": "<b>"})
        assert wrong.status_code == 404 and 'value="&lt;b&gt;"' in wrong.text and "Nobody leads" in wrong.text
        assert (await client.get("/follow")).status_code == 200


async def test_a_clock_of_which_nothing_can_be_read_is_none(store: Embedded) -> None:
    stream = EventStream(store.url)
    clocks = Clocks(Drafts(stream))
    leading = Leading(clocks, Stands)
    for says in (b"{]", b"[]", b'{"since":1}', b"\xff", b'{"\xff":1}'):
        code, _ = await clocks.begin(NIGHT, says) or ("", "")
        assert await leading.find(code) is None
    code, _ = await leading.begin(NIGHT, Stands(1, 1, 1.0, plays=True)) or ("", "")
    assert await leading.find(code)
    await stream.client.call("HDEL", f"{{clocks}}:{code}", "says")
    assert await leading.find(code) is None
    await stream.close()


async def test_there_is_an_end_to_clocks(store: Embedded) -> None:
    stream = EventStream(store.url)
    clocks = Clocks(Drafts(stream))
    begun = await asyncio.gather(*(clocks.begin(NIGHT, b"") for _ in range(MOST_CLOCKS + 1)))
    codes = {clock[0] for clock in begun if clock}
    assert None in begun and len(codes) == len([clock for clock in begun if clock]) > MOST_CLOCKS / 2
    assert await clocks.begin(NIGHT, b"") is None
    await stream.close()
