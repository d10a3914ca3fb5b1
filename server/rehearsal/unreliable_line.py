"""How a person's requests get through: sent again until they are answered, with the accidents of a bad line. It knows
nothing of what they say."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from time import perf_counter

from server.rehearsal.accidents import Kind
from server.rehearsal.wire import Answer, Wire

_AGAIN_SECONDS = 0.25
_LONGEST_HANG_UP_SECONDS = 0.02  # so that some answers are on their way already


@dataclass
class Traffic:
    """What all lines have sent. ``seconds`` each answer took; ``waited`` is how often somebody was asked to wait."""

    seconds: list[float] = field(default_factory=list[float])
    dropped: int = 0
    doubled: int = 0
    retried: int = 0
    waited: int = 0


class UnreliableLine:
    """One person's, from an address of their own. ``share`` of all that is sent meets one of the ``kinds``."""

    def __init__(
        self, url: str, address: str, traffic: Traffic, kinds: frozenset[Kind], share: float, random: Random
    ) -> None:
        self._wires = (Wire(url, address), Wire(url, address))
        self._traffic, self._share, self._random = traffic, share, random
        self._accidents = [kind for kind in ("dropped", "doubled") if kind in kinds]

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> list[Answer]:
        """What is there, once it is answered."""
        return [await self._answered(self._wires[0], "GET", path, headers or {}, b"")]

    async def post(self, path: str, headers: Mapping[str, str], body: bytes) -> list[Answer]:
        """Send something until it is answered; two answers, if it was sent twice at once."""
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
            except OSError:  # nobody was there: that is an accident too
                self._traffic.retried += 1
        return [await self._answered(self._wires[0], "POST", path, headers, body)]

    async def close(self) -> None:
        """Hang up."""
        for wire in self._wires:
            await wire.close()

    def _accident(self) -> str:
        found = self._random.random() < self._share, self._random.random()  # as many draws, whatever happens
        return self._accidents[int(found[1] * len(self._accidents))] if found[0] and self._accidents else ""

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
