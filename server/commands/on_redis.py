"""Work on a Redis: the one in the settings, or the embedded one, which is kept alive for that time. Not a verb."""

import asyncio
from argparse import Namespace
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from server.settings import Settings
from server.stream import embedded
from server.stream.events import EventStream, StreamUnavailable

T = TypeVar("T")

Work = Callable[[Namespace, Settings, EventStream], Awaitable[int]]
"""The work of a command: takes its options, the settings and the stream, and gives the exit code."""


@contextmanager
def with_redis(settings: Settings) -> Generator[Settings]:
    """The settings with the URL of a Redis: the one they name, or the embedded one, kept alive meanwhile."""
    if settings.redis_url is not None:
        yield settings
        return
    server = embedded.start(settings.data_dir / "redis")
    try:
        yield replace(settings, redis_url=server.url)
    finally:
        server.stop()


def nights_on_air(settings: Settings) -> list[str]:
    """The nights on air in the Redis of these settings; none if it does not run: it is not started to be asked."""
    if settings.redis_url is None and not embedded.answering(settings.data_dir / "redis"):
        return []
    try:
        return with_stream(settings, lambda stream: stream.nights())
    except StreamUnavailable:
        return []


def with_stream(settings: Settings, work: Callable[[EventStream], Awaitable[T]]) -> T:
    """Run ``work`` on the stream of these settings, and close the stream; returns what ``work`` returns."""

    async def call(url: str) -> T:
        stream = EventStream(url, settings.replicas)
        try:
            await stream.open()
            return await work(stream)
        finally:
            await stream.close()

    with with_redis(settings) as known:
        assert known.redis_url is not None
        return asyncio.run(call(known.redis_url))


def on_stream(work: Work) -> Callable[[Namespace, Settings], int]:
    """The function that the command line calls for a command that works on a stream."""

    def call(options: Namespace, settings: Settings) -> int:
        return with_stream(settings, lambda stream: work(options, settings, stream))

    return call
