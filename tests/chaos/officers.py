"""Programs that declare, as those of counts do: each sends a declaration until it has a receipt, to whoever answers."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from time import monotonic

import httpx2
from msgspec import Struct

from tests.chaos.oracle import Acknowledged

SECONDS_TO_ANSWER = 8.0
_PAUSE = 0.2  # between two tries
_MOST_REFUSED = 5
_ASKS_AGAIN = 0.1  # of those that have a receipt, as programs do that lost it


class Ballot(Struct, frozen=True):
    """A contest to declare, and the token of the invitation with which that may be done."""

    night: str
    ballot: str
    token: str


class Receipt(Struct, frozen=True):
    """What was acknowledged; when it was ``first`` sent, ``sent`` for the last time, and answered, by the monotonic
    clock."""

    said: Acknowledged
    first: float
    sent: float
    answered: float


class Officers:
    """All who declare. ``wrong`` has answers that must never be given, ``answers`` how often each status was,
    ``others`` the receipts that were given where a declaration with another receipt was sent again."""

    def __init__(self, addresses: Sequence[str], dice: random.Random, pace: float) -> None:
        self.receipts: list[Receipt] = []
        self.answers = Counter[str]()
        self.wrong: list[str] = []
        self.others: list[Acknowledged] = []
        self._addresses, self._dice, self._pace = addresses, dice, pace

    async def declare(self, ballots: Iterable[Ballot]) -> None:
        """Declare some contests one after the other, one every ``pace`` seconds while all is well."""
        limits = httpx2.Timeout(SECONDS_TO_ANSWER)
        async with httpx2.AsyncClient(timeout=limits, verify=False) as client:
            for one in ballots:
                begun = monotonic()
                await self._declare_one(client, one)
                await asyncio.sleep(max(0.0, begun + self._pace * self._dice.uniform(0.5, 1.5) - monotonic()))

    async def _declare_one(self, client: httpx2.AsyncClient, one: Ballot) -> None:
        first, second = self._dice.randint(12_001, 19_999), self._dice.randint(5_001, 9_999)
        votes = {"1": first, "2": second, "3": 1_000}
        votes["3"] += 17 - (first + second) % 100  # neither votes nor papers are a round number, which is asked about
        body = {"votes": votes, "rejected": {"total": 57}, "papers": sum(votes.values()) + 57}
        begun, number, wrong = monotonic(), self._dice.randrange(len(self._addresses)), len(self.wrong)
        while len(self.wrong) < wrong + _MOST_REFUSED:
            sent = monotonic()
            receipt = await self._asked(client, one, body, self._addresses[number % len(self._addresses)])
            if receipt is not None:
                said = Acknowledged(one.night, one.ballot, votes, *receipt)
                self.receipts.append(Receipt(said, begun, sent, monotonic()))
                if self._dice.random() < _ASKS_AGAIN:
                    await self._ask_again(client, one, body, said)
                return
            number += 1
            await asyncio.sleep(_PAUSE)

    async def _asked(
        self, client: httpx2.AsyncClient, one: Ballot, body: object, address: str
    ) -> tuple[int, str] | None:
        """The number and time of a receipt; None if there was none."""
        try:
            answer = await client.post(
                f"{address}/api/nights/{one.night}/contests/{one.ballot}/declaration",
                json=body,
                headers={"Authorization": f"Bearer {one.token}", "Idempotency-Key": one.ballot},
            )
        except httpx2.HTTPError as error:
            self.answers[type(error).__name__] += 1
            return None
        self.answers[str(answer.status_code)] += 1
        if answer.status_code in (200, 201):
            said = answer.json()
            return said["seq"], said["at"]
        if answer.status_code == 429:
            await asyncio.sleep(float(answer.headers["retry-after"]))
        elif answer.status_code not in (404, 503):  # 404: this process has not heard of the night yet
            self.wrong.append(f"{one.ballot} of {one.night}: {answer.status_code} {answer.text[:300]}")
        return None

    async def _ask_again(self, client: httpx2.AsyncClient, one: Ballot, body: object, said: Acknowledged) -> None:
        """Send what has a receipt again: whoever answers has to say the same, or the first is told as lost."""
        for address in self._dice.sample(self._addresses, 2):
            again = await self._asked(client, one, body, address)
            if again is not None and again != (said.seq, said.at):
                self.others.append(Acknowledged(one.night, one.ballot, said.votes, *again))
