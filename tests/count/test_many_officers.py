"""Fifty counts that come in at once, while the web process is killed twice."""

import asyncio
import random
import re
from collections import Counter
from contextlib import closing
from pathlib import Path
from socket import socket

import httpx2
from msgspec.structs import replace

from server.election.contests import Definition
from server.election.counting.acts import Asked, KeyedAgain, PapersVerified, SheetKeyed
from server.stream.embedded import Embedded
from tests.conftest import until
from tests.count import rochester
from tests.count.conftest import PIN, Desk, Phone, process
from tests.count.rochester import RECKLESS, TOLHURST, texts

OFFICERS = 50
SENT_TWICE = 0.2  # of all requests: an impatient thumb


def night() -> Definition:
    """As many contests as officers, all like Rochester and Strood."""
    night = rochester.night()
    contests = (replace(night.contests[0], ballot=ballot(one), name=f"Contest {one}") for one in range(OFFICERS))
    return replace(night, contests=tuple(contests))


def ballot(number: int) -> str:
    return f"parl.contest-{number}.2014-11-20"


def votes(number: int) -> dict[str, int]:
    """A result that is no other's."""
    return rochester.VOTES | {RECKLESS: 16867 - number, TOLHURST: 13947 + number}


class Officer:
    """A phone that sends what was not answered again, and again, and some things twice at once."""

    def __init__(self, number: int, base: str, link: str, answered: Counter[str]) -> None:
        self._client = httpx2.AsyncClient(base_url=base, headers={"Origin": base}, follow_redirects=True)
        self._thumb = random.Random(number)
        self.number, self.link, self._answered = number, link, answered

    async def declare(self) -> int:
        """Sign in, and do what each page asks for, until there is a receipt; its number."""
        steps = {
            self.link: {"pin": PIN},
            "/count/verification": {"issued": "40,113", "papers": "40,113"},
            "/count/sheet": texts(votes(self.number)),
            "/count/again": texts(votes(self.number)),
            "/count/declare": {},
        }
        async with self._client:
            while True:
                page = await self._asked("/count")
                if "is not signed in" in page:
                    page = (await self._asked(self.link)).replace("<form ", f'<form action="{self.link}" ')
                if found := re.search(r"Declared\. Receipt (\d+)", page):
                    return int(found[1])
                # A sheet has the verification beneath it: what is asked for is the first of them.
                step = min((one for one in steps if f'action="{one}"' in page), key=page.index)
                await self._sent(step, Phone.hidden(page, step) | steps[step])

    async def _sent(self, step: str, data: dict[str, str]) -> None:
        taps = 2 if self._thumb.random() < SENT_TWICE else 1
        await asyncio.gather(*(self._until_answered("POST", step, data) for _ in range(taps)))
        self._answered[step] += 1

    async def _asked(self, address: str) -> str:
        return await self._until_answered("GET", address)

    async def _until_answered(self, method: str, address: str, data: dict[str, str] | None = None) -> str:
        while True:
            try:
                answer = await self._client.request(method, address, data=data)
            except httpx2.TransportError as error:
                if data and not isinstance(error, httpx2.ConnectError):
                    self._answered["nothing"] += 1
                await asyncio.sleep(0.05)
                continue
            if answer.status_code != 503:
                assert answer.status_code < 500, answer.text
                return answer.text


async def declare_all(links: list[str], folder: Path, redis_url: str, port: int) -> tuple[dict[str, int], Counter[str]]:
    """All officers at once, while the process is killed among their sheets and among their declarations."""
    answered: Counter[str] = Counter()
    officers = [Officer(number, f"http://127.0.0.1:{port}", link, answered) for number, link in enumerate(links)]
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(one.declare()) for one in officers]
        for step, some in (("/count/sheet", OFFICERS // 3), ("/count/declare", OFFICERS // 3)):
            with process(folder, redis_url, port) as killed:
                await until(lambda step=step, some=some: answered[step] >= some, step)
                killed.kill()
                killed.wait()
        with process(folder, redis_url, port):
            await asyncio.gather(*running)
    return {ballot(one.number): task.result() for one, task in zip(officers, running, strict=True)}, answered


def test_fifty_officers_through_two_kills_lose_nothing_and_double_nothing(hall: Embedded, tmp_path: Path) -> None:
    desk = Desk(hall.url)
    desk.open_night(night())
    links = [desk.invite("officer", ballot(one), name=f"Officer {one}") for one in range(OFFICERS)]
    with closing(socket()) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    receipts, answered = asyncio.run(declare_all(links, tmp_path, hall.url, port))

    assert answered["nothing"] >= 2, "the kills came in the middle of something"
    declared = desk.declared()
    assert {event.ballot: event.seq for event in declared} == receipts
    assert len(declared) == OFFICERS
    assert {event.ballot: event.votes for event in declared} == {ballot(one): votes(one) for one in range(OFFICERS)}
    assert [event.seq for event in desk.events()] == list(range(1, len(desk.events()) + 1))
    acts = desk.acts()
    for kind in (PapersVerified, SheetKeyed, KeyedAgain):
        assert Counter(act.ballot for act in acts if isinstance(act, kind)) == dict.fromkeys(receipts, 1), kind
    assert len({act.command.id for act in acts if isinstance(act, Asked)}) == 2 * OFFICERS
    assert len(desk.events()) == 1 + 2 * OFFICERS, "the papers and the declaration of each"
