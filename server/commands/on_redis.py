"""Work on a Redis: the one that is named, or the embedded one, started where nobody has. No verb of its own."""

import asyncio
from argparse import Namespace
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from server.settings import Settings
from server.stream import embedded
from server.stream.events import EventStream

T = TypeVar("T")

Work = Callable[[Namespace, Settings, EventStream], Awaitable[int]]
"""What a command does with its options on a stream; its exit code."""


@contextmanager
def with_redis(settings: Settings) -> Generator[Settings]:
    """The settings with a Redis to use: the one named, one embedded here already, or one started for this process."""
    if settings.redis_url is not None:
        yield settings
        return
    folder = settings.data_dir / "redis"
    server = None if embedded.answering(folder) else _started(folder)
    try:
        yield replace(settings, redis_url=embedded.address(folder))
    finally:
        if server:
            server.stop()


def _started(folder: Path) -> embedded.Embedded | None:
    """The embedded server, or None if another process of this checkout was quicker to start it."""
    try:
        return embedded.start(folder)
    except embedded.EmbeddedServerError:
        if not embedded.answering(folder):
            raise
        return None


def with_stream(settings: Settings, work: Callable[[EventStream], Awaitable[T]]) -> T:
    """What ``work`` gives on the stream of these settings, which is closed again after it."""

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
    """What the command line calls for work on a stream."""

    def call(options: Namespace, settings: Settings) -> int:
        return with_stream(settings, lambda stream: work(options, settings, stream))

    return call
