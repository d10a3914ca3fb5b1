"""A trial: nights are counted and watched while one fault after another befalls the place; then all is judged."""

import asyncio
import random
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from signal import SIGKILL
from time import monotonic
from typing import Any

from msgspec import Struct, field

from tests.chaos import oracle
from tests.chaos.officers import Ballot, Officers
from tests.chaos.oracle import Judgement
from tests.chaos.place import REPLAY, Place
from tests.chaos.reader import Reader
from tests.chaos.viewers import Page, Viewer, apart

_OFFICERS, _PACE = 8, 2.0
_CONTESTS = 240
_LANGUAGES = ("", "?lang=cy", "?lang=de")
_SECONDS_TO_SETTLE, _SECONDS_BETWEEN_LINES = 90.0, 20.0
_REST = (0.1, 1.2)  # seconds between faults
_OVERLAPS = 0.2  # of the faults strike before anybody was acknowledged after the one before


class Struck(Struct, frozen=True):
    """A fault: its kind, when it struck, and when it was ``over``, as where what stood still goes on; ``overlaps`` if
    nothing was acknowledged since the one before."""

    kind: str
    at: float
    over: float
    overlaps: bool


class Found(Struct):
    """What a trial has found; it has ``begun`` at ``begun_at`` by the monotonic clock."""

    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    begun_at: float = field(default_factory=monotonic)
    seconds: float = 0.0
    faults: list[Struck] = field(default_factory=list[Struck])
    nights: int = 0
    viewers: int = 0
    judgement: Judgement = field(default_factory=lambda: Judgement([], [], [], [], []))
    apart: list[str] = field(default_factory=list[str])
    wrong: list[str] = field(default_factory=list[str])
    noted: list[str] = field(default_factory=list[str])


class Trial:
    """One trial of a place."""

    def __init__(self, place: Place, dice: random.Random) -> None:
        self.place, self.dice, self.found = place, dice, Found()
        self.reader = Reader(place, dice)
        self.officers = Officers([], dice, _PACE)
        self._ends = 0.0
        self._calm = asyncio.Event()

    async def run(self, seconds: float) -> Found:
        """Strike for so long, then let everything settle, and judge it."""
        async with self.place.running():
            self.officers = Officers(self.place.addresses, self.dice, _PACE)
            print("waiting for the first night", flush=True)
            first = await self._opened(0)
            begun = monotonic()
            self._ends = begun + seconds
            replayed = [self._viewer(REPLAY, language) for language in _LANGUAGES]
            async with asyncio.TaskGroup() as group:
                telling = group.create_task(self._tell())
                striking = group.create_task(self._strike())
                watching = [group.create_task(viewer.watch()) for viewer in replayed]
                await self._count(first)
                await striking
                await self._judge_replay(replayed)
                for task in (telling, *watching):
                    task.cancel()
            self.found.seconds = monotonic() - begun
        self._read_logs()
        self.found.wrong += self.officers.wrong
        return self.found

    async def _tell(self) -> None:
        """Say now and then how far it is."""
        while True:
            await asyncio.sleep(_SECONDS_BETWEEN_LINES)
            answers = ", ".join(f"{name} {number}" for name, number in self.officers.answers.most_common())
            print(f"{len(self.found.faults)} faults, {len(self.officers.receipts)} receipts ({answers})", flush=True)

    async def _strike(self) -> None:
        """One fault after another."""
        kinds = list(self.place.faults)
        while monotonic() < self._ends:
            kind = self.dice.choice(kinds)
            overlaps = self._waits_since(self.found.faults[-1].at) if self.found.faults else False
            at = await self.place.faults[kind]()
            self.found.faults.append(Struck(kind, at, monotonic(), overlaps))
            await asyncio.sleep(self.dice.uniform(*_REST))
            if self.dice.random() >= _OVERLAPS:
                await self._receipt_after(at, kind)
        self._calm.set()

    def _waits_since(self, at: float) -> bool:
        """Whether nothing that was sent since then has been acknowledged."""
        return not any(one.sent >= at for one in self.officers.receipts[-2 * _OFFICERS :])

    async def _count(self, night: list[list[Ballot]]) -> None:
        """Count night after night until the time is over; each is judged while the next one is counted."""
        async with asyncio.TaskGroup() as group:
            for number in count(1):
                following = group.create_task(self._opened(number))
                name, viewers = night[0][0].night, self._viewers(night)
                watching = [asyncio.create_task(viewer.watch()) for viewer in viewers]
                async with asyncio.TaskGroup() as counting:
                    for ballots in night:
                        counting.create_task(self.officers.declare(self._until_the_end(ballots)))
                group.create_task(self._judge(name, viewers, watching))
                if self._calm.is_set():
                    following.cancel()
                    return
                night = await following

    def _viewers(self, night: Sequence[Sequence[Ballot]]) -> list[Viewer]:
        """Two of the night's page in each language, and one of a contest's."""
        one = self.dice.choice(self.dice.choice(night))
        everybody = [self._viewer(one.night, language) for language in _LANGUAGES * 2]
        return [*everybody, self._viewer(f"{one.night}/contests/{one.ballot}", self.dice.choice(_LANGUAGES))]

    def _until_the_end(self, ballots: Sequence[Ballot]) -> Iterator[Ballot]:
        for one in ballots:
            if self._calm.is_set():
                return
            yield one

    async def _opened(self, number: int) -> list[list[Ballot]]:
        """Put a night on air, and invite those who declare, by the command line."""
        night, file = f"chaos-{number}", self.place.folder / "night.csv"
        lines = ["contest,surname,first names,party,nation,electorate,date,title"]
        for seat in range(_CONTESTS):
            for name, party in (("Adams", "Labour"), ("Brown", "Conservative"), ("Clark", "Liberal Democrat")):
                once = "26/11/2026,A night of chaos" if len(lines) == 1 else ","
                lines.append(f"Seat {seat},{name},Pat,{party},Wales,50000,{once}")
        file.write_text("\n".join(lines) + "\n")
        await self.place.command("open", str(file), "--as", night, "--rehearsal")
        contests = (await self.reader.json(f"/api/nights/{night}"))["contests"]
        programs: list[list[Ballot]] = []
        for each in range(_OFFICERS):
            own = [contest["ballot"] for contest in contests[each::_OFFICERS]]
            told = await self.place.command("invite", night, *own, "--name", f"Program {each}")
            token = told.partition("/invitation/")[2].split()[0]
            programs.append([Ballot(night, ballot, token) for ballot in own])
        return programs

    def _viewer(self, path: str, language: str) -> Viewer:
        self.found.viewers += 1
        return Viewer(self.place.addresses, f"/nights/{path}{language}", self.dice)

    async def _judge(self, night: str, viewers: Sequence[Viewer], watching: Sequence[asyncio.Task[None]]) -> None:
        events, acts = await self.reader.stored(night)
        said = [*(one.said for one in self.officers.receipts), *self.officers.others]
        mine = [one for one in said if one.night == night]
        judgement = oracle.judged(mine, events, acts)
        for name in judgement.__struct_fields__:
            getattr(self.found.judgement, name).extend(getattr(judgement, name))
        stands = await self.reader.json(f"/api/nights/{night}", len(events))
        judgement_of_json = oracle.told_wrongly(events, stands)
        self.found.wrong += [f"{night}: {sentence}" for sentence in judgement_of_json]
        await self._look(viewers, stands)
        for task in watching:
            task.cancel()
        record = self.place.folder / f"{night}.record.ndjson"
        record.write_text(await self.reader.text(f"/api/nights/{night}/record"))
        verify = (sys.executable, "-m", "server", "verify", str(record))
        process = await asyncio.create_subprocess_exec(*verify, stdout=asyncio.subprocess.DEVNULL)
        if await process.wait():
            self.found.wrong.append(f"verify refuses the record of {night}")
        self.found.nights += 1

    async def _judge_replay(self, viewers: Sequence[Viewer]) -> None:
        """The player stands still, and everybody sees the same."""
        self.place.player.rest = 3600.0
        self.place.player.send(SIGKILL)
        events, acts = await self.reader.stored(REPLAY)
        judgement = oracle.judged([], events, acts)
        self.found.judgement.doubled += judgement.doubled
        self.found.judgement.broken += judgement.broken
        await self._look(viewers, await self.reader.json(f"/api/nights/{REPLAY}", len(events)))

    async def _look(self, viewers: Sequence[Viewer], stands: Any) -> None:
        """Wait until all viewers have the last of it, and compare them with who comes now."""
        end, wrong = monotonic() + _SECONDS_TO_SETTLE, ["nothing was looked at"]
        while wrong and monotonic() < end:
            await asyncio.sleep(0.5)
            fresh: dict[str, Page] = {}
            for path in {viewer.path for viewer in viewers}:
                fresh[path] = await self.reader.page(path, stands["seq"])
            wrong = apart(viewers, fresh, stands)
        self.found.apart += wrong

    async def _receipt_after(self, at: float, kind: str) -> None:
        """Return once something was acknowledged that was sent after a fault."""
        end = monotonic() + _SECONDS_TO_SETTLE
        while self._waits_since(at) and monotonic() < self._ends:
            if monotonic() > end:
                self.found.wrong.append(f"no receipt within {_SECONDS_TO_SETTLE:.0f} s after: {kind}")
                return
            await asyncio.sleep(0.02)

    def _read_logs(self) -> None:
        for log in sorted(self.place.folder.glob("*.log")):
            tracebacks = log.read_text(errors="replace").count("Traceback (most recent call last)")
            if tracebacks:
                self.found.wrong.append(f"{log.name} has {tracebacks} tracebacks")
        for program in self.place.programs:
            for code, last in program.ended:
                self.found.noted.append(f"{program.name} ended by itself with {code}, after: {last}")
