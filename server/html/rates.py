"""How often somebody may ask for something: a request that is over its limit is refused."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from limits import RateLimitItem
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from server.election.texts.said import say
from server.html.process import process
from server.live.memory.turns import TooManyWait


async def limit(connection: HTTPConnection, most: RateLimitItem, who: str) -> None:
    """Count one more request by ``who``; HTTPException 429 with Retry-After, in seconds, if it is over the limit."""
    if seconds := await process(connection).rates.seconds_over(most, who):
        sentence = say(
            "That was too often in a minute. Nothing is lost: please try again in %(seconds)s seconds.", seconds=seconds
        )
        raise HTTPException(429, sentence, {"Retry-After": str(seconds)})


@asynccontextmanager
async def turn(connection: HTTPConnection) -> AsyncGenerator[None]:
    """A turn to make what takes long, one request after the other; HTTPException 429 if too many of an address wait."""
    try:
        async with process(connection).turns.turn(address(connection)):
            yield
    except TooManyWait:
        sentence = say("Many pages are being made for this address. Nothing is lost: please try again in 3 seconds.")
        raise HTTPException(429, sentence, {"Retry-After": "3"}) from None


def address(connection: HTTPConnection) -> str:
    """The IP address that a request comes from, as the server sees it."""
    return connection.client.host if connection.client else "unknown"
