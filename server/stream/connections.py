"""The connections to Redis that a process shares; a caller that finds all of them in use waits for one. No commands."""

from typing import Any, cast

from redis.asyncio import BlockingConnectionPool

_MOST = 100
_WAIT_SECONDS = 10.0  # a hall that sends at once is served in less, and a longer wait does not bring Redis back


def shared(url: str, **options: Any) -> Any:
    """A pool of at most 100 connections to ``url``. redis-py's default pool answers the 101st caller at once with the
    same error as for a Redis that is away."""
    return cast(Any, BlockingConnectionPool).from_url(url, max_connections=_MOST, timeout=_WAIT_SECONDS, **options)
