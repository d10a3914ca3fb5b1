"""Two web processes at one port are restarted in turn, while viewers watch a replay and others ask for pages: how many
requests were not answered, and how many viewers missed something."""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
from msgspec import Struct

from server.stream import embedded
from tests.bench.herd import Flock, Viewer, declared_in, gaps_of
from tests.bench.program import percentile
from tests.conftest import free_port

_PAST = "parl.2019-12-12"
_SPEED = "60"  # about two declarations a second at three in the morning
_BEFORE = 20
_KEPT = 10  # clients who keep their connection, each of whom asks once a second
_PATHS = (f"/nights/{_PAST}.replay", "/", f"/api/nights/{_PAST}.replay", f"/nights/{_PAST}.replay/contests")


class Rolling(Struct, frozen=True):
    """``seconds`` that each restart took, from SIGTERM to ready again; of the requests how many were ``answered`` with
    200, ``refused`` with another status, and ``failed`` without an answer; their milliseconds. ``came_again`` is how
    often viewers connected anew, ``gaps`` how many missed a row that others have."""

    seconds: list[float]
    answered: int
    refused: int
    failed: int
    median: float
    most: float
    worst: float
    viewers: int
    came_again: int
    declared: int
    gaps: int


class Load:
    """Requests at a rate, most on connections of their own, until ``stop``."""

    def __init__(self, url: str, rate: int) -> None:
        self.milliseconds: list[float] = []
        self.refused: list[int] = []
        self.failed: list[str] = []
        self._url, self._rate, self._stops = url, rate, False
        self._thread = Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()

    def stop(self) -> None:
        """Ask no more, and wait for what was asked."""
        self._stops = True
        self._thread.join()

    async def _run(self) -> None:
        limits = httpx2.Limits(max_connections=2_000, max_keepalive_connections=0)
        async with (
            httpx2.AsyncClient(base_url=self._url, timeout=30, verify=False, limits=limits) as anew,
            asyncio.TaskGroup() as tasks,
        ):
            for _ in range(_KEPT):
                tasks.create_task(self._keep_asking())
            number, begun = 0, time.perf_counter()
            while not self._stops:
                tasks.create_task(self._ask(anew, number))
                number += 1
                await asyncio.sleep(max(0.0, begun + number / self._rate - time.perf_counter()))

    async def _keep_asking(self) -> None:
        async with httpx2.AsyncClient(base_url=self._url, timeout=30, verify=False) as client:
            number = 0
            while not self._stops:
                await self._ask(client, number)
                number += 1
                await asyncio.sleep(1)

    async def _ask(self, client: httpx2.AsyncClient, number: int) -> None:
        path, begun = _PATHS[number % len(_PATHS)], time.perf_counter()
        try:
            answer = await client.get(path)
        except httpx2.TransportError as error:
            self.failed.append(repr(error))
            return
        self.milliseconds.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200:
            self.refused.append(answer.status_code)


class Processes:
    """Web processes at one port, on one Redis; ``seconds`` is how long each restart took."""

    def __init__(self, folder: Path, redis_url: str, drain: int) -> None:
        self.port = free_port()
        self.seconds: list[float] = []
        self._folder = folder
        self._environment = {
            **os.environ,
            "DATA_DIR": str(folder),
            "REDIS_URL": redis_url,
            "SECRET_KEY": "a secret of this benchmark",
            "PORT": str(self.port),
            "SHARE_PORT": "1",
            "DRAIN_SECONDS": str(drain),
        }
        self._running: list[subprocess.Popen[str]] = []

    def run(self, *arguments: str) -> subprocess.Popen[str]:
        """Run the program; ``kill`` ends it."""
        with (self._folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "server", *arguments]
            one = subprocess.Popen(command, env=self._environment, stdout=subprocess.PIPE, stderr=log, text=True)
        self._running.append(one)
        return one

    def serve(self) -> subprocess.Popen[str]:
        """Another web process, once it is ready."""
        one = self.run("serve")
        assert one.stdout
        assert "on air" in one.stdout.readline(), (self._folder / "log").read_text()
        return one

    def restart(self, one: subprocess.Popen[str]) -> None:
        """End it as a supervisor does, and start another."""
        begun = time.perf_counter()
        one.terminate()
        one.wait()
        self.serve()
        self.seconds.append(time.perf_counter() - begun)

    def kill(self) -> None:
        """End all of them."""
        for one in self._running:
            one.kill()
            one.wait()


def measure(viewers: int = 500, rate: int = 100, drain: int = 10) -> Rolling:
    """Restart each of two processes once, under this load."""
    with tempfile.TemporaryDirectory() as name:
        redis = embedded.start(Path(name) / "redis")
        processes = Processes(Path(name), redis.url, drain)
        try:
            return _measured(processes, viewers, rate)
        finally:
            processes.kill()
            redis.stop()


def _measured(processes: Processes, viewers: int, rate: int) -> Rolling:
    processes.run("replay", _PAST, "--speed", _SPEED)
    both, url = [processes.serve(), processes.serve()], f"http://127.0.0.1:{processes.port}"
    night = _once_declared(url)
    retry = json.loads(re.findall(r'"ws":({[^}]+})', httpx2.get(f"{url}/nights/{_PAST}.replay").text)[0])
    flock = Flock(processes.port, [Viewer(_PAST, night["seq"]) for _ in range(viewers)], retry)
    flock.watch(all_there=True)
    load, before = Load(url, rate), flock.lost
    for one in both:
        flock.watch(2)
        restarting = Thread(target=processes.restart, args=[one])
        restarting.start()
        while restarting.is_alive():
            flock.watch(0.2)
    flock.watch(2)
    load.stop()
    flock.watch(all_there=True)
    flock.watch(2)
    flock.close()
    for what in set(load.failed):
        print(f"{load.failed.count(what)} x {what}", file=sys.stderr)
    return Rolling(
        seconds=processes.seconds,
        answered=len(load.milliseconds) - len(load.refused),
        refused=len(load.refused),
        failed=len(load.failed),
        median=percentile(load.milliseconds, 50),
        most=percentile(load.milliseconds, 99),
        worst=max(load.milliseconds),
        viewers=viewers,
        came_again=flock.lost - before,
        declared=max(len(viewer.rows) for viewer in flock.viewers),
        gaps=gaps_of(flock.viewers, declared_in(night)),
    )


def _once_declared(url: str) -> dict[str, Any]:
    while True:
        answer = httpx2.get(f"{url}/api/nights/{_PAST}.replay", timeout=30)
        if answer.status_code == 200 and (night := answer.json())["declared"] >= _BEFORE:
            return night
        time.sleep(0.05)


def show(found: Rolling) -> None:
    """Print it."""
    took = " and ".join(f"{one:.0f} s" for one in found.seconds)
    print(f"two processes at one port restarted in turn ({took}), under load")
    print(
        f"  {found.answered:,} requests answered, {found.refused} refused, {found.failed} failed | ms: median "
        f"{found.median:.0f}, 99% {found.most:.0f}, worst {found.worst:,.0f}"
    )
    print(
        f"  {found.viewers:,} viewers came again {found.came_again:,} times; {found.declared} rows changed meanwhile: "
        f"{found.gaps} viewers miss one"
    )


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.rolling", description=__doc__)
    parser.add_argument("--viewers", type=int, default=500)
    parser.add_argument("--rate", type=int, default=100, help="requests a second, each on a connection of its own")
    parser.add_argument("--drain", type=int, default=10, help="DRAIN_SECONDS")
    options = parser.parse_args()
    show(measure(options.viewers, options.rate, options.drain))


if __name__ == "__main__":
    main()
