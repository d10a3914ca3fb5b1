"""How a person's requests get through: with the accidents of a bad line, and sent again until they are answered. What
they say does not matter here."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from time import perf_counter

from server.rehearsal.accidents import Kind
from server.rehearsal.wire import Answer, Wire

_AGAIN_SECONDS = 0.25
_LONGEST_HANG_UP_SECONDS = 0.02  # by then some answers are already on their way


@dataclass
class Traffic:
    """What went over all lines. ``seconds``: how long each answer took. The others are counts: requests ``dropped`` by
    hanging up, ``doubled``, and sent again (``retried``), and answers that asked to wait (``waited``)."""

    seconds: list[float] = field(default_factory=list[float])
    dropped: int = 0
    doubled: int = 0
    retried: int = 0
    waited: int = 0


class UnreliableLine:
    """The line of one person, who has an IP ``address`` of their own. A ``share`` (0 to 1) of the requests that are
    sent has an accident of one of the ``kinds``."""

    def __init__(
        self, url: str, address: str, traffic: Traffic, kinds: frozenset[Kind], share: float, random: Random
    ) -> None:
        self._wires = (Wire(url, address), Wire(url, address))
        self._traffic, self._share, self._random = traffic, share, random
        self._accidents = [kind for kind in ("dropped", "doubled") if kind in kinds]

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> list[Answer]:
        """The answer to a GET, once there is one."""
        return [await self._answered(self._wires[0], "GET", path, headers or {}, b"")]

    async def post(self, path: str, headers: Mapping[str, str], body: bytes) -> list[Answer]:
        """Send a POST until it is answered. There are two answers if an accident sent it twice at once."""
        accident = self._accident()
        if accident == "doubled":
            self._traffic.doubled += 1
            both = (self._answered(wire, "POST", path, headers, body) for wire in self._wires)
            return list(await asyncio.gather(*both))
        if accident == "dropped":
            self._traffic.dropped += 1
            try:
                after = self._random.uniform(0, _LONGEST_HANG_UP_SECONDS)
                await self._wires[0].hang_up("POST", path, headers, body, after)
            except OSError:  # the server could not be reached, which is an accident too
                self._traffic.retried += 1
        return [await self._answered(self._wires[0], "POST", path, headers, body)]

    async def close(self) -> None:
        """Close the connections."""
        for wire in self._wires:
            await wire.close()

    def _accident(self) -> str:
        # There are always two draws: the same seed gives the same accidents.
        happens, which = self._random.random() < self._share, self._random.random()
        return self._accidents[int(which * len(self._accidents))] if happens and self._accidents else ""

    async def _answered(self, wire: Wire, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        while True:
            began = perf_counter()
            try:
                answer = await wire.exchange(method, path, headers, body)
            except OSError:
                await wire.close()
                self._traffic.retried += 1
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            self._traffic.seconds.append(perf_counter() - began)
            match answer.status:
                case 429:
                    self._traffic.waited += 1
                    await asyncio.sleep(float(answer.headers.get("retry-after", "1")))
                case 502 | 503 | 504:
                    self._traffic.retried += 1
                    await asyncio.sleep(_AGAIN_SECONDS)
                case _:
                    return answer
