"""A program that declares at a count: it sends the figures in one piece, with the token of an invitation. No forms."""

import asyncio

import msgspec

from server.rehearsal.accidents import Paper
from server.rehearsal.desk_worker import DeskWorker
from server.rehearsal.logbook import Clock, Logbook
from server.rehearsal.phone import Stuck
from server.rehearsal.script import Case
from server.rehearsal.unreliable_line import UnreliableLine

_LOOK_AGAIN_SECONDS = 0.3
_MOST_TRIES = 1000
_WHY = "As counted, and looked at again with the counting agents."


class Program:
    """Declares the contests of one invitation, and declares again once the desk has withdrawn wrong figures."""

    def __init__(
        self, line: UnreliableLine, night: str, token: str, desk: DeskWorker, clock: Clock, logbook: Logbook
    ) -> None:
        self._line, self._night, self._token = line, night, token
        self._desk, self._clock, self._logbook = desk, clock, logbook
        self._one_at_a_time = asyncio.Lock()

    async def serve(self, case: Case) -> None:
        """Serve one contest until the right figures are on air."""
        await self._clock.until(case.due)
        await self._declare(case, case.first, "first")
        if case.cure:
            await self._clock.until(case.cured)
            await self._on_air(case)
            await self._desk.withdraw(case)
            await self._declare(case, case.right, "second")

    async def _declare(self, case: Case, paper: Paper, key: str) -> None:
        self._logbook.acknowledged(case.ballot, paper, await self._posted(case, paper, key))

    async def _on_air(self, case: Case) -> None:
        """Wait until the first declaration is on air; the same request is then answered with its number."""
        for _ in range(_MOST_TRIES):
            if receipt := await self._posted(case, case.first, "first"):
                self._logbook.known(case.ballot, receipt)
                return
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        raise Stuck(f"{case.ballot} does not go on air.")

    async def _posted(self, case: Case, paper: Paper, key: str) -> int:
        """Send a declaration; the number of its receipt, or 0 while it waits for the desk."""
        body: dict[str, object] = {"votes": paper.votes, "rejected": {"total": paper.rejected}, "papers": paper.papers}
        body |= {"lot": paper.lot}
        if paper.more.valid_papers is not None:
            body |= msgspec.to_builtins(paper.more)
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Idempotency-Key": f"{case.ballot}/{key}",
            "Content-Type": "application/json",
        }
        path = f"/api/nights/{self._night}/contests/{case.ballot}/declaration"
        why = ""
        for _ in range(_MOST_TRIES):
            async with self._one_at_a_time:
                answers = await self._line.post(path, headers, msgspec.json.encode(body))
            answer = msgspec.json.decode(answers[-1].body)
            match answers[-1].status:
                case 200 | 201 | 202:
                    return answer["seq"] or 0
                case 422 if answer["code"] == "reasons-missing":
                    body |= {"reasons": {error["code"]: _WHY for error in answer["errors"]}}
                case 409:  # something sent earlier about this contest has not gone out yet
                    why = answer["detail"]
                    await asyncio.sleep(_LOOK_AGAIN_SECONDS)
                case _:
                    raise Stuck(f"{case.ballot}, by a program: {answer['detail']}")
        raise Stuck(f"{case.ballot}, by a program: {why}")
