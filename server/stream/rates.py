"""How often something was done in the last minute, counted in Redis for all processes together. No limit of its own."""

import asyncio
import math
import time
from typing import Any

import structlog
from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, RedisClusterStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError

from server.stream.servers.cluster import CLUSTERS, FAILURE, named
from server.stream.servers.connections import SENTINELS, address, pool
from server.stream.servers.failures import ended, failed

_WAIT_SECONDS = 1.0

log = structlog.get_logger(__name__)


class Rates:
    """Counts requests against limits; a process has one of these."""

    def __init__(self, redis_url: str) -> None:
        self._storage, self._where = _storage(redis_url), address(redis_url)
        self._limiter = SlidingWindowCounterRateLimiter(self._storage)
        self._is_away = False

    async def seconds_over(self, limit: RateLimitItem, who: str) -> int:
        """Count one more request by ``who``; returns 0 if it is within the limit, else how many seconds to wait.

        If Redis does not answer it is 0: the request itself needs Redis, and its own answer says more.
        """
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                with ended():
                    within = await self._limiter.hit(limit, who) or await self._never_ends(limit, who)
                    self._is_away = False
                    if within:
                        return 0
                    stats = await self._limiter.get_window_stats(limit, who)
        except (StorageError, FAILURE, OSError) as error:
            if not self._is_away:  # the request's own line says so of each request
                cause = error.storage_error if isinstance(error, StorageError) else error
                log.warning("rates are not counted", why=str(failed(cause, self._where)))
            self._is_away = True
            return 0
        return max(1, min(60, math.ceil(stats.reset_time - time.time())))

    async def _never_ends(self, limit: RateLimitItem, who: str) -> bool:
        """Whether a count would last longer than one can, as Redis's clock was set back; then counting begins anew."""
        window = self._storage.get_sliding_window(limit.key_for(who), limit.get_expiry())
        _, before_ends, _, ends = await window
        if max(before_ends, ends) <= 2 * limit.get_expiry():
            return False
        await self._limiter.clear(limit, who)
        return True


def _storage(redis_url: str) -> RedisStorage | MemoryStorage:
    scheme = redis_url.partition("://")[0]
    waits = {"socket_timeout": _WAIT_SECONDS, "socket_connect_timeout": _WAIT_SECONDS}
    if scheme in CLUSTERS:
        cluster: dict[str, Any] = {**waits, **named(redis_url)}
        uri = "async+redis+cluster://named:6379"  # which the nodes in the options replace
        return RedisClusterStorage(uri, wrap_exceptions=True, implementation="redispy", key_prefix="rates", **cluster)
    if scheme not in ("redis", "rediss", "unix", *SENTINELS):
        return MemoryStorage()
    return RedisStorage(
        "async+redis://",  # the pool knows where
        wrap_exceptions=True,
        implementation="redispy",
        key_prefix="rates",
        # redis-py's own retries would keep an officer waiting for seconds
        connection_pool=pool(redis_url, retry=None, **waits),
    )
