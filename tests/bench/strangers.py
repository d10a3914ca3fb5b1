"""What a stranger can ask of a server that is running, one function each: all are bounded in number, bytes and time.

Each is entered when the server is at rest, and what it opened stays open until it is left, so that what the server
holds meanwhile can be measured. ``tests.bench.asking`` measures them.
"""

import asyncio
import http.client
import re
import socket
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import takewhile

import httpx2
from msgspec import Struct

from server.election.events import Declared
from server.nights import archive
from server.nights.against import baselines
from server.pages.analysis.choices import choices, why_no_swing
from tests.bench.crowd import hang_up, memory_kib, processor_seconds
from tests.bench.nights import DONE, LIVE, append, erase, invite_desk
from tests.bench.program import Program
from tests.bench.reach import DECLARED, declare, part_of_2019
from tests.bench.wire import flood, get, message, websocket
from tests.count.conftest import Phone

_AN_ADDRESS = 4000  # ports run out
_PING = b"\x89\xfd\0\0\0\0" + b"p" * 125  # masked with nothing
_LANGUAGES = ("", "cy", "de")
_ROWS = ("", "/contests", "/areas", "/swing", "/battlegrounds", "/records", "/newsroom")


class Sizes(Struct, frozen=True):
    """How much is asked. ``seconds`` is what any of it may take at most."""

    seconds: float = 40
    flood_seconds: float = 9
    header_seconds: float = 5
    frames_seconds: float = 1.0  # in which the last frame of a declaration is made
    rest_seconds: float = 0.5  # after which what is held is looked at
    texts: int = 20_000
    swings: int = 100
    contests: int = 650
    crawled: int = 650
    nights: tuple[str, ...] = ("parl.2019-12-12", "parl.2017-06-08", "parl.2015-05-07", "parl.2010-05-06")
    paths: int = 1_000
    rounds: int = 40
    viewers: int = 300
    nested: int = 3_000


class Told(Struct):
    """What was done, what the server said to it, and whether that is what it should say."""

    did: str
    said: str = ""
    right: bool = True


Case = Callable[[Program, Sizes], AbstractContextManager[Told]]


@contextmanager
def pings(one: Program, sizes: Sizes) -> Generator[Told]:
    """Pings from a client that reads nothing."""
    with websocket(one, f"/nights/{LIVE}/live?after=1", buffer=4096) as line:
        sent, ended = flood(one, line, _PING * 500, sizes.flood_seconds)
        yield Told(f"{sent / 1e6:,.0f} MB of pings, and nothing read", ended)


@contextmanager
def headers(one: Program, sizes: Sizes) -> Generator[Told]:
    """A request whose headers do not end."""
    with socket.create_connection(("127.0.0.1", one.port)) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        sent, ended = flood(one, line, (b"X-More: " + b"h" * 990 + b"\r\n") * 64, sizes.header_seconds)
        yield Told(f"{sent / 1e6:,.0f} MB of headers of one request", ended)


@contextmanager
def texts(one: Program, sizes: Sizes) -> Generator[Told]:
    """A different text as the page that is watched, each time: on a past night, and polled on air."""
    night, end = sizes.nights[0], time.monotonic() + sizes.seconds
    done = 0
    for number in range(sizes.texts):
        if time.monotonic() > end:
            break
        with websocket(
            one, f"/nights/{night}/live?contest=text-{number}", f"127.0.4.{1 + number // _AN_ADDRESS}"
        ) as line:
            line.recv(1 << 16)
            hang_up(line)
            done += 1
    asking = http.client.HTTPConnection("127.0.0.1", one.port)
    for polled in (night, LIVE):
        for number in takewhile(lambda _: time.monotonic() < end + sizes.seconds, range(done)):
            get(asking, f"/nights/{polled}/live?contest=text-{number}&after=0")
    yield Told(f"{done:,} texts as ?contest=, over a websocket, polled, polled on air", _of(done, sizes.texts))


@contextmanager
def swings(one: Program, sizes: Sizes) -> Generator[Told]:
    """Very many pages of swing watched by one viewer each, and a declaration."""
    known = choices(part_of_2019(LIVE, sizes.contests))
    pairs = [(one, other) for one in known for other in known if not why_no_swing(known, one, other)][: sizes.swings]
    seats = iter(DECLARED)
    spent = [_declared(one, seats, sizes) for _ in range(3)][1:]  # the first compiles what it needs
    paths = (f"/nights/{LIVE}/live?after=1&contest=swing/{first}/{second}" for first, second in pairs)
    lines = [websocket(one, path) for path in paths]
    watched = [_declared(one, seats, sizes) for _ in range(3)][1:]
    said = f"a declaration takes {min(watched) * 1000:.0f} ms of CPU, {min(spent) * 1000:.0f} without them"
    yield Told(f"{len(lines)} pages of swing watched, 3 declarations", said)
    for line in lines:
        line.close()


@contextmanager
def catching_up(one: Program, sizes: Sizes) -> Generator[Told]:
    """Everybody comes back with another cursor."""
    end, done, size = time.monotonic() + sizes.seconds, 0, 0
    for after in range(1, sizes.contests + 1):
        if time.monotonic() > end:
            break
        with websocket(one, f"/nights/{DONE}/live?after={after}") as line:
            size += message(line)
            done += 1
    yield Told(f"{done} of {sizes.contests} different cursors", f"{size / done / 1000:,.0f} KB each")


@contextmanager
def crawl(one: Program, sizes: Sizes) -> Generator[Told]:
    """Every page of every general election, and of one on air, in every language against every baseline."""
    end, pages = time.monotonic() + 3 * sizes.seconds, list(_pages(sizes))
    line, done = http.client.HTTPConnection("127.0.0.1", one.port), 0
    for page in pages:
        if time.monotonic() > end:
            break
        status = get(line, page)
        assert status in (200, 303), (page, status)  # a night of one contest has no table of all
        done += 1
    editions = len({re.sub("(/nights/[^/?]+)[^?]*", r"\1", page) for page in pages[:done]})
    yield Told(f"{done:,} pages, {editions} editions", _of(done, len(pages)))


@contextmanager
def paths(one: Program, sizes: Sizes) -> Generator[Told]:
    """The same file under ever new names."""
    line, end = http.client.HTTPConnection("127.0.0.1", one.port), time.monotonic() + sizes.seconds
    names = takewhile(lambda _: time.monotonic() < end, range(sizes.paths))
    answers = [get(line, f"/static/x/{number}/../vendor/htmx.min.js") for number in names]
    did = f"/static/x/<anything>/../vendor/htmx.min.js {len(answers):,} times"
    yield Told(did, f"{answers[0]} {_of(len(answers), sizes.paths)}")


@contextmanager
def replays(one: Program, sizes: Sizes) -> Generator[Told]:
    """A replay erased and begun again and again, which people watch."""
    night, held = "again", list[int]()
    end = time.monotonic() + sizes.seconds
    while len(held) < sizes.rounds and time.monotonic() < end:
        asyncio.run(append(one, night, 6, contests=sizes.contests))
        one.get(f"/nights/{night}")
        lines = [websocket(one, f"/nights/{night}/live?after=0") for _ in range(sizes.viewers)]
        asyncio.run(append(one, night, 3, 6))
        for line in lines:
            message(line)
        asyncio.run(erase(one, night))
        for line in lines:
            line.recv(1 << 16)  # it is sent away
            hang_up(line)
        held.append(memory_kib([one.pid]) // 1024)
    part = len(held) // 4
    said = f"{held[part]} MiB after {part + 1} rounds, {held[-1]} after {len(held)}"
    yield Told(f"{len(held)} rounds of a replay, {sizes.viewers} viewers", said)


@contextmanager
def cards(one: Program, sizes: Sizes) -> Generator[Told]:
    """All invitations printed."""
    link = f"{one.url}/desk/invitation/{asyncio.run(invite_desk(one))}"
    with httpx2.Client(base_url=one.url, follow_redirects=True, timeout=60) as browser:
        assert Phone(browser).sign_in(link).status_code == 200
        page = browser.get("/desk/invitations").text
    yield Told(f"{page.count('<svg'):,} invitations printed", f"{len(page) / 1e6:.1f} MB")


@contextmanager
def nested(one: Program, sizes: Sizes) -> Generator[Told]:
    """JSON that is nested too deep, posted by somebody who may declare: as the whole, and in a field."""
    ballot, token = next(iter(one.tokens.items()))
    asked = {"Authorization": f"Bearer {token}", "Idempotency-Key": "nested", "Content-Type": "application/json"}
    path = f"{one.url}/api/nights/{LIVE}/contests/{ballot}/declaration"
    deep = "[" * sizes.nested + "]" * sizes.nested
    bodies = (deep, f'{{"votes":{deep}}}', f'{{"more":{deep}}}')
    statuses = [httpx2.post(path, headers=asked, content=body).status_code for body in bodies]
    said = f"{', '.join(map(str, statuses))}, where 4xx is right"
    yield Told(f"JSON nested {sizes.nested:,} deep", said, all(400 <= status < 500 for status in statuses))


def _pages(sizes: Sizes) -> Iterator[str]:
    """The addresses of a crawl, an edition of a night after the other, as its links lead."""
    nights = [
        (DONE, part_of_2019(DONE, sizes.contests)),
        *((one, archive.load(one).definition) for one in sizes.nights),
    ]
    for night, definition in nights:
        contests = [f"/contests/{contest.ballot}" for contest in definition.contests[: sizes.crawled]]
        for baseline in baselines(definition):
            for language in _LANGUAGES:
                for page in (*_ROWS, *contests):
                    yield f"/nights/{night}{page}?baseline={baseline.key}&lang={language}"


def _declared(one: Program, seats: Iterator[Declared], sizes: Sizes) -> float:
    """Declare the next seat; the seconds of the server's processor until all that follows from it is done."""
    seat, before = next(seats), processor_seconds([one.pid])
    declare(one, LIVE, one.tokens[seat.ballot], seat)
    time.sleep(sizes.frames_seconds)
    return processor_seconds([one.pid]) - before


def _of(done: int, all: int) -> str:
    return "" if done == all else f"of {all:,}: the time was over"
