"""How often an invitation may sign in and send, and an address try what is no token, counted in Redis for all."""

import math
import time

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from server.html.process import process
from server.stream.connections import shared

# What is limited is an invitation, which is one person or one program. A thousand officers in one hall share an
# address, which is limited only in tokens that open nothing.
SIGN_IN = RateLimitItemPerMinute(10, namespace="sign-in-invitation")
OPENING = RateLimitItemPerMinute(60, namespace="opening-invitation")
SENDING = RateLimitItemPerMinute(60, namespace="sending-invitation")
WRONG_TOKENS = RateLimitItemPerMinute(300, namespace="wrong-token-address")

_WAIT_SECONDS = 2

log = structlog.get_logger()


class Rates:
    """Counts against limits; one for an app."""

    def __init__(self, redis_url: str) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(_storage(redis_url))

    async def count(self, limit: RateLimitItem, who: str) -> None:
        """One more of this from this one; HTTPException 429 with Retry-After if that is too often.

        Where Redis does not answer, nothing is refused: what is asked for needs it too, and says so better.
        """
        try:
            if await self._limiter.hit(limit, who):
                return
            stats = await self._limiter.get_window_stats(limit, who)
        except StorageError:
            log.warning("rates are not counted while redis is away")
            return
        seconds = max(1, min(60, math.ceil(stats.reset_time - time.time())))
        sentence = f"That was too often in a minute. Nothing is lost: please try again in {seconds} seconds."
        raise HTTPException(429, sentence, {"Retry-After": str(seconds)})


def rates(connection: HTTPConnection) -> Rates:
    """The app's own counts, made when first needed."""
    state = connection.app.state
    if not hasattr(state, "rates"):
        state.rates = Rates(process(connection).settings.redis_url or "")
    return state.rates


def address(connection: HTTPConnection) -> str:
    """Where a request comes from, as the server sees it."""
    return connection.client.host if connection.client else "unknown"


def _storage(redis_url: str) -> RedisStorage | MemoryStorage:
    scheme = redis_url.partition("://")[0]
    if scheme not in ("redis", "rediss", "unix"):
        return MemoryStorage()
    return RedisStorage(
        f"async+redis+{redis_url}" if scheme == "unix" else f"async+{redis_url}",
        wrap_exceptions=True,
        implementation="redispy",
        key_prefix="rates",
        # redis-py's own retries would hold an officer up for seconds
        connection_pool=shared(
            redis_url, socket_timeout=_WAIT_SECONDS, socket_connect_timeout=_WAIT_SECONDS, retry=None
        ),
    )
