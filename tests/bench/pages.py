"""Page loads: bytes of a first one, requests a second for one core beside a bare hello, and the push while ten thousand
people open the page in a minute.
"""

import argparse
import asyncio
import http.client
import json
import re
import select
import socket
import statistics
import subprocess
import sys
import time

from msgspec import Struct

from tests.bench.crowd import Crowd, processor_seconds
from tests.bench.peers.peer import Python
from tests.bench.program import Program, program
from tests.bench.reach import DECLARED, Reach, declared_to, open_night_of_2019
from tests.running import play

_GENERAL = "parl.2019-12-12"
_ROCHESTER = "parl.rochester-and-strood.by.2014-11-20"
_CONNECTIONS = 8
_LOADS_A_SECOND = 10_000 / 60


class Page(Struct, frozen=True):
    """``first`` is the page itself in bytes, compressed as browsers take it; ``all`` with style, icon and scripts;
    ``gzipped`` the same for a browser that takes only gzip."""

    path: str
    first: int
    all: int
    gzipped: int


class Answer(Struct, frozen=True):
    """``a_second`` is what one core answers of it; ``of_hello`` the same as a part of a bare hello."""

    what: str
    microseconds: float
    a_second: float
    of_hello: float


class Pages(Struct, frozen=True):
    """``quiet`` and ``crowded``: a declaration's way to a thousand viewers without and with the page loads."""

    pages: tuple[Page, ...]
    answers: tuple[Answer, ...]
    quiet: Reach
    crowded: Reach


def measure(
    viewers: int = 1_000,
    requests: int = 2_000,
    turns: int = 5,
    rounds: int = 8,
    general: str = _GENERAL,
    contests: int = len(DECLARED),
) -> Pages:
    """The real program with a finished replay and an open night on air; so many requests of each kind in each turn."""
    hello = Python("hello", "hello")
    with program() as one:
        asyncio.run(play(one.redis_url, general, f"{general}.replay"))
        asyncio.run(open_night_of_2019(one, 3 * rounds, contests))
        one.start()
        one.get("/nights/live")
        paths = (f"/nights/{general}.replay", f"/nights/{general}", f"/nights/{_ROCHESTER}", "/")
        sizes = tuple(_sizes(one, path) for path in paths)
        hello.start()
        try:
            answers = _answers(one, hello, f"{general}.replay", requests, turns)
        finally:
            hello.stop()
        seats = iter(DECLARED)
        with Crowd(one.port, "/nights/live/live?after=1", deflate=True) as crowd:
            crowd.open(viewers)
            declared_to(one, crowd, seats, number=rounds)  # to warm up
            quiet = declared_to(one, crowd, seats, number=rounds)
            loads = subprocess.Popen([sys.executable, "-m", "tests.bench.pages", "--load", str(one.port)])
            try:
                crowd.settle(1.0)
                crowded = declared_to(one, crowd, seats, number=rounds)
                assert loads.poll() is None, "the page loads ended too soon"
            finally:
                loads.kill()
                loads.wait()
    return Pages(sizes, answers, quiet, crowded)


def _sizes(one: Program, path: str) -> Page:
    page = _bytes(one, path, "identity").decode()
    files = [path, *re.findall(r'(?:href|src)="(/static/[^"]+)"', page)]
    brotli, gzip = (sum(len(_bytes(one, file, coding)) for file in files) for coding in ("br", "gzip"))
    return Page(path, len(_bytes(one, path, "br")), brotli, gzip)


def _bytes(one: Program, path: str, coding: str) -> bytes:
    line = http.client.HTTPConnection("127.0.0.1", one.port)
    line.request("GET", path, headers={"Accept-Encoding": coding})
    answer = line.getresponse()
    assert answer.status == 200, path
    body = answer.read()
    line.close()
    return body


def _answers(one: Program, hello: Python, night: str, requests: int, turns: int) -> tuple[Answer, ...]:
    page, data = f"/nights/{night}", f"/api/nights/{night}"
    style = re.findall(rb'"(/static/[^"]+css)"', one.get(page))[0].decode()
    etag = f'If-None-Match: "{json.loads(one.get(data))["seq"]}"\r\n'
    kinds = [
        ("a bare hello", hello.port, hello.pids()[0], "/", ""),
        ("the night's page", one.port, one.pid, page, ""),
        ("the same, 304", one.port, one.pid, page, etag),
        ("the night as JSON", one.port, one.pid, data, ""),
        ("the style sheet", one.port, one.pid, style, ""),
    ]
    took: dict[str, list[float]] = {what: [] for what, *_ in kinds}
    for _ in range(turns):
        for what, port, pid, path, extra in kinds:
            before = processor_seconds([pid])
            _ask(port, path, extra, requests)
            took[what].append((processor_seconds([pid]) - before) / requests)
    medians = {what: statistics.median(each) for what, each in took.items()}
    least = medians["a bare hello"]
    return tuple(Answer(what, each * 1e6, 1 / each, least / each) for what, each in medians.items())


def _ask(port: int, path: str, extra: str, requests: int) -> None:
    """Ask over and over on a few connections that stay; AssertionError if an answer is neither 200 nor 304."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: br\r\n{extra}\r\n".encode()
    epoll, lines, waiting = select.epoll(), dict[int, socket.socket](), dict[int, int]()
    for _ in range(_CONNECTIONS):
        line = socket.create_connection(("127.0.0.1", port))
        lines[line.fileno()], waiting[line.fileno()] = line, 0
        epoll.register(line.fileno(), select.EPOLLIN)
        line.send(request)
    asked, answered = _CONNECTIONS, 0
    while answered < requests:
        for descriptor, _ in epoll.poll():
            data = lines[descriptor].recv(1 << 18)
            if not waiting[descriptor]:
                head, _, rest = data.partition(b"\r\n\r\n")
                assert head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 304")), head
                length = re.search(rb"(?i)content-length: (\d+)", head)
                waiting[descriptor], data = int(length[1]) if length else 0, rest
            waiting[descriptor] -= len(data)
            assert waiting[descriptor] >= 0
            if waiting[descriptor] == 0:
                answered += 1
                if asked < requests:
                    asked += 1
                    lines[descriptor].send(request)
    for line in lines.values():
        line.close()


def _load(port: int, path: str = "/nights/live") -> None:
    """Open the page as newcomers do, each on a connection of its own, so many a second, for a minute at most."""
    begin = time.perf_counter()
    for number in range(10_000):
        time.sleep(max(0.0, begin + number / _LOADS_A_SECOND - time.perf_counter()))
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        line.request("GET", path, headers={"Accept-Encoding": "br"})
        assert line.getresponse().read()
        line.close()


def show(found: Pages) -> None:
    """Print it."""
    print("first page, bytes: the page itself | with style, icon and scripts | with gzip")
    for page in found.pages:
        print(f"  {page.path:<60} {page.first:>7,} | {page.all:>7,} | {page.gzipped:>7,}")
    print("answers a second of one core | of a bare hello")
    for answer in found.answers:
        print(f"  {answer.what:<20} {answer.microseconds:>6.0f} µs {answer.a_second:>9,.0f} | {answer.of_hello:.2f}")
    print(f"a declaration's way to {found.quiet.clients:,.0f} viewers, ms: half, 99%, all")
    for what, one in (("quiet", found.quiet), ("10,000 page loads a minute", found.crowded)):
        print(f"  {what:<28} {one.half:>6.0f} {one.most:>6.0f} {one.last:>6.0f}")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.pages", description=__doc__)
    parser.add_argument("--viewers", type=int, default=1_000)
    parser.add_argument("--requests", type=int, default=2_000, help="of each kind in each of five turns")
    parser.add_argument("--load", type=int, metavar="PORT", help="only open pages there, for a minute at most")
    options = parser.parse_args()
    if options.load:
        _load(options.load)
    else:
        show(measure(options.viewers, options.requests))


if __name__ == "__main__":
    main()
