"""``python -m tests.bench.burst``: 10,000 requests for one page at once, behind nginx with a cache: how many reach us.

nginx is set up as the page for who operates it says. A night is on air and declared meanwhile; the readers have five
languages. Ends by itself within a minute; nginx must be installed.
"""

import asyncio
import re
import tempfile
from collections import Counter
from pathlib import Path
from time import perf_counter

from server.stream import embedded
from tests.running import play
from tests.serving.test_behind_a_proxy import PREFIX, Front, in_front, nginx

_Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_NIGHT = "parl.2010-05-06"
_READERS, _EACH = 500, 20
_LANGUAGES = ("en-GB,en;q=0.9", "cy,en;q=0.8", "de-DE,de;q=0.9", "en-US", "fr")


async def _reader(number: int, line: _Line, front: Front, found: Counter[str], seconds: list[float]) -> None:
    """One browser that asks for the page again and again, on a connection that is kept."""
    reading, writing = line
    head = f"GET /nights/burst HTTP/1.1\r\nHost: results.example:{front.port}\r\nAccept-Encoding: br, gzip\r\n"
    head += f"Accept-Language: {_LANGUAGES[number % len(_LANGUAGES)]}\r\nSec-Fetch-Site: none\r\n\r\n"
    for _ in range(_EACH):
        begun = perf_counter()
        writing.write(head.encode())
        answer = (await reading.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = re.search(r"(?i)content-length: (\d+)", answer)
        assert length, answer
        await reading.readexactly(int(length[1]))
        cache = re.search(r"(?i)x-cache: (\w+)", answer)
        found[f"{answer.split()[1]} {cache[1] if cache else ''}"] += 1
        seconds.append(perf_counter() - begun)
    writing.close()


async def _burst(front: Front, redis: str) -> None:
    found, seconds = Counter[str](), list[float]()
    playing = asyncio.create_task(play(redis, _NIGHT, "burst"))
    await asyncio.sleep(2)
    lines = [await asyncio.open_connection("127.0.0.1", front.port, ssl=front.tls) for _ in range(_READERS)]
    begun = perf_counter()
    await asyncio.gather(*(_reader(number, line, front, found, seconds) for number, line in enumerate(lines)))
    lasted = perf_counter() - begun
    playing.cancel()
    reached = sum(number for how, number in found.items() if not how.endswith(("HIT", "UPDATING", "STALE")))
    print(f"{sum(found.values()):,} requests in {lasted:.1f} s: {reached} reached the program. {dict(found)}")
    median, worst = sorted(seconds)[len(seconds) // 2], sorted(seconds)[-len(seconds) // 100]
    print(f"answered within {1000 * median:.0f} ms, 99% within {1000 * worst:.0f} ms")


def main() -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory() as folder:
        redis = embedded.start(Path(folder) / "redis")
        try:
            (Path(folder) / "front").mkdir()
            with in_front(nginx, Path(folder) / "front", redis.url) as front:
                print(f"behind nginx, at {front.site}{PREFIX}")
                asyncio.run(_burst(front, redis.url))
        finally:
            redis.stop()


if __name__ == "__main__":
    main()
