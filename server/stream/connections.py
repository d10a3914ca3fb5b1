"""The connections to Redis that a process shares: whoever finds all of them in use waits for one. No commands."""

from typing import Any, cast

from redis.asyncio import BlockingConnectionPool

_MOST = 100
_WAIT_SECONDS = 10.0  # a hall that sends at once is served in less; where Redis is away, longer helps nobody


def shared(url: str, **options: Any) -> Any:
    """A pool of connections to ``url``. redis-py's own refuses the 101st with the error of a Redis that is away."""
    return cast(Any, BlockingConnectionPool).from_url(url, max_connections=_MOST, timeout=_WAIT_SECONDS, **options)
