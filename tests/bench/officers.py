"""A thousand officers who sign in and send their counts within ten seconds, over HTTP: what each is answered, how soon.

Each has a contest, a connection and a browser's cookies; twenty share an address, as in a sports hall. It can be run
alone: ``python -m tests.bench.officers [--officers N] [--seconds N]``.
"""

import argparse
import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace

from server.count.visit.invitations import Invitations
from server.count.visit.inviting import invite_person
from server.stream.events import EventStream
from server.stream.opening import open_night
from server.stream.submit import Submitter
from tests.bench.crowd import processor_seconds
from tests.bench.program import Program, percentile, program
from tests.count import rochester
from tests.count.conftest import PIN, Phone

NIGHT = "officers"
_IN_A_HALL = 20
_PATIENCE_SECONDS = 180.0  # for all of it
_AGAIN_SECONDS = 1.0  # after an answer that says so
_TRIES = 30
_STATUSES = (200, 303, 429, 503)


class Step(Struct, frozen=True):
    """Milliseconds that half and 99% of the answers took at most."""

    what: str
    answers: int
    half: float
    most: float


class Officers(Struct, frozen=True):
    """``answers`` by status; ``wrong`` is each sentence, or page, that nobody should have been shown, and how often.

    ``seconds`` until the last had a receipt, of which the server's processor was busy for ``cpu``.
    """

    officers: int
    within: float
    receipts: int
    answers: dict[int, int]
    wrong: dict[str, int]
    steps: tuple[Step, ...]
    seconds: float
    cpu: float


class Browser:
    """One officer's: a connection from an address of the hall, cookies, and the answers that came."""

    def __init__(self, one: Program, address: str) -> None:
        self._host, self._port, self._address = f"127.0.0.1:{one.port}", one.port, address
        self.cookies: dict[str, str] = {}
        self._line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.took: list[tuple[str, int, float]] = []
        self.wrong: Counter[str] = Counter()

    async def ask(self, what: str, path: str, form: dict[str, str] | None = None) -> str:
        """The page that is answered, after a redirect's address if there is one; tried again where it says so."""
        for _ in range(_TRIES):
            begun = time.perf_counter()
            status, location, page = await self._answer(path, form)
            self.took.append((what, status, (time.perf_counter() - begun) * 1000))
            if status == 303:
                return await self.ask(f"then {location.partition('?')[0]}", location)
            if status == 200:
                return page
            sentence = re.sub(r"<[^>]+>|\s+", " ", page.partition("<main")[2].partition(">")[2])
            self.wrong[f"{status} {what}: {' '.join(sentence.split())[:100]}"] += 1
            if status not in (429, 503):
                return page
            await asyncio.sleep(_AGAIN_SECONDS)
        return ""

    def close(self) -> None:
        """Hang up."""
        if self._line:
            self._line[1].close()

    async def _answer(self, path: str, form: dict[str, str] | None) -> tuple[int, str, str]:
        if self._line is None:
            self._line = await asyncio.open_connection("127.0.0.1", self._port, local_addr=(self._address, 0))
        reader, writer = self._line
        body = urlencode(form).encode() if form is not None else b""
        lines = [
            f"{'GET' if form is None else 'POST'} {path} HTTP/1.1",
            f"Host: {self._host}",
            f"Cookie: {'; '.join(f'{name}={value}' for name, value in self.cookies.items())}",
        ]
        if form is not None:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
            lines += [f"Origin: http://{self._host}"]
        try:
            writer.write("\r\n".join((*lines, "", "")).encode() + body)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            found = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:-2])
            content = await reader.readexactly(int(found.get("content-length", 0)))
        except (OSError, asyncio.IncompleteReadError):  # it was kept for too long: a browser connects anew
            writer.close()
            self._line = None
            return await self._answer(path, form)
        for name, value in re.findall(r"(?im)^set-cookie: ([^=]+)=([^;\r]*)", head):
            self.cookies[name] = value
        location = re.search(r"(?im)^location: ([^\r]*)", head)
        return int(head.split(" ", 2)[1]), location[1] if location else "", content.decode()


def measure(officers: int = 1_000, within: float = 10.0) -> Officers:
    """Each is invited for a contest like Rochester and Strood, and comes at a moment of these seconds."""
    with program() as one:
        links = asyncio.run(_invited(one, officers))
        one.start()
        one.get(f"/nights/{NIGHT}")
        before, begun = processor_seconds([one.pid]), time.perf_counter()
        browsers = [Browser(one, f"127.0.{20 + number // _IN_A_HALL}.1") for number in range(officers)]
        receipts = asyncio.run(_all(browsers, links, within))
        seconds, cpu = time.perf_counter() - begun, processor_seconds([one.pid]) - before
    return Officers(officers, within, receipts, *answered(browsers), seconds, cpu)


def answered(browsers: Sequence[Browser]) -> tuple[dict[int, int], dict[str, int], tuple[Step, ...]]:
    """All that these were answered: how often by status, what nobody should have been shown, and how soon."""
    took: dict[str, list[float]] = {}
    answers = Counter[int]()
    wrong = Counter[str]()
    for browser in browsers:
        wrong += browser.wrong
        for what, status, each in browser.took:
            took.setdefault(what, []).append(each)
            answers[status] += 1
    steps = (Step(what, len(each), percentile(each, 50), percentile(each, 99)) for what, each in took.items())
    return dict(answers), dict(wrong), tuple(steps)


async def _invited(one: Program, officers: int) -> list[str]:
    stream, night = EventStream(one.redis_url), rochester.night(NIGHT)
    ballots = [f"parl.contest-{number}.2014-11-20" for number in range(officers)]
    contests = tuple(replace(night.contests[0], ballot=ballot, name=ballot) for ballot in ballots)
    await open_night(stream, replace(night, contests=contests), "open")
    submitter, invitations, found = Submitter(stream), Invitations(one.secret), list[str]()
    for ballot in ballots:
        invitation = await invite_person(submitter, NIGHT, f"Officer of {ballot}", "officer", (ballot,))
        found.append(f"/count/invitation/{invitations.make(NIGHT, invitation)}")
    await stream.close()
    return found


async def _all(browsers: Sequence[Browser], links: Sequence[str], within: float) -> int:
    draw = random.Random(1)
    coming = [
        asyncio.create_task(_come(one, link, draw.uniform(0, within)))
        for one, link in zip(browsers, links, strict=True)
    ]
    done, waiting = await asyncio.wait(coming, timeout=_PATIENCE_SECONDS)
    for one in waiting:
        one.cancel()
    return sum(one.result() for one in done)


async def _come(browser: Browser, link: str, moment: float) -> bool:
    """Sign in, do what each page asks for, and see the receipt; False if there is none."""
    await asyncio.sleep(moment)
    page = await browser.ask("the invitation", link)
    page = await browser.ask("the PIN", link, Phone.hidden(page) | {"pin": PIN})
    steps = {
        "/count/verification": {"issued": "40113", "papers": "40113"},
        "/count/sheet": rochester.texts(rochester.VOTES),
        "/count/again": rochester.texts(rochester.VOTES),
        "/count/declare": {},
    }
    for step, texts in steps.items():
        if f'action="{step}"' not in page:
            browser.wrong[f"a page without the form {step}"] += 1
            break
        page = await browser.ask(step, step, Phone.hidden(page, step) | texts)
    browser.close()
    return "Declared. Receipt" in page


def show(found: Officers) -> None:
    """Print it."""
    print(f"{found.officers:,} officers within {found.within:g} s, from their invitations to their receipts: ", end="")
    print(f"{found.receipts:,} receipts after {found.seconds:.1f} s, {found.cpu:.1f} s of the server's CPU")
    show_answers(found.answers, found.wrong, found.steps)


def show_answers(answers: dict[int, int], wrong: dict[str, int], steps: Sequence[Step]) -> None:
    """Print what ``answered`` found."""
    others = sum(number for status, number in answers.items() if status not in _STATUSES)
    print("  answers: " + ", ".join(f"{answers.get(status, 0):,} x {status}" for status in _STATUSES), end="")
    print(f", {others:,} others; wrong sentences: {sum(wrong.values()):,}")
    for sentence, number in sorted(wrong.items(), key=lambda item: -item[1])[:5]:
        print(f"    {number:>5,} x {sentence}")
    for step in steps:
        print(f"  {step.what:<28} {step.answers:>6,}: half after {step.half:>6.0f} ms, 99% after {step.most:>6.0f} ms")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.officers", description=__doc__)
    parser.add_argument("--officers", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=10.0, help="within which they come (default 10)")
    options = parser.parse_args()
    show(measure(options.officers, options.seconds))


if __name__ == "__main__":
    main()
