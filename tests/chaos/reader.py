"""What is read of a place in the end: whoever asks tries until somebody answers."""

import asyncio
import json
import random
from typing import Any

import httpx2

from tests.chaos import oracle
from tests.chaos.place import Place
from tests.chaos.viewers import Page, loaded


class Reader:
    """Asks any of the web processes, or Redis itself."""

    def __init__(self, place: Place, dice: random.Random) -> None:
        self._place, self._dice = place, dice

    async def page(self, path: str, seq: int) -> Page:
        """A page as who comes now sees it, once it is at a seq."""
        while True:
            for address in self._dice.sample(self._place.addresses, 2):
                try:
                    page = await loaded(address, path)
                except httpx2.HTTPError:
                    continue
                if page is not None and page.after >= seq:
                    return page
            await asyncio.sleep(0.2)

    async def stored(self, night: str) -> tuple[list[oracle.Entry], list[oracle.Entry]]:
        """A night's events and acts, of the server that has the truth."""
        while True:
            try:
                async with await self._place.redis() as redis:
                    names = (f"{{{night}}}:events", f"{{{night}}}:desk")
                    events, acts = [oracle.entries(await redis.xrange(name)) for name in names]
                    return events, acts
            except OSError:
                pass
            except Exception as error:  # redis-py's own
                if "redis" not in type(error).__module__:
                    raise
            await asyncio.sleep(0.2)

    async def json(self, path: str, seq: int = 0) -> Any:
        """A night's JSON, once it is at a seq."""
        while (found := json.loads(await self.text(path)))["seq"] < seq:
            await asyncio.sleep(0.2)
        return found

    async def text(self, path: str) -> str:
        """What an address answers, once some process does."""
        while True:
            for address in self._dice.sample(self._place.addresses, 2):
                try:
                    async with httpx2.AsyncClient(timeout=10.0, verify=False) as client:
                        answer = await client.get(address + path)
                except httpx2.HTTPError:
                    continue
                if answer.status_code == 200:
                    return answer.text
            await asyncio.sleep(0.2)
