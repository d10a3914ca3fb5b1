"""How often an invitation may sign in and send, and an address may try tokens that are not ours."""

from limits import RateLimitItem, RateLimitItemPerMinute
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from server.html.process import process

# The limits are per invitation, which is one person or one program. They are not per address: a thousand officers in
# one hall share an address. Only tokens that open nothing are counted by address.
SIGN_IN = RateLimitItemPerMinute(10, namespace="sign-in-invitation")
OPENING = RateLimitItemPerMinute(60, namespace="opening-invitation")
SENDING = RateLimitItemPerMinute(60, namespace="sending-invitation")
WRONG_TOKENS = RateLimitItemPerMinute(300, namespace="wrong-token-address")


async def limit(connection: HTTPConnection, most: RateLimitItem, who: str) -> None:
    """Count one more request by ``who``; HTTPException 429 with Retry-After, in seconds, if it is over the limit."""
    if seconds := await process(connection).rates.seconds_over(most, who):
        sentence = f"That was too often in a minute. Nothing is lost: please try again in {seconds} seconds."
        raise HTTPException(429, sentence, {"Retry-After": str(seconds)})


def address(connection: HTTPConnection) -> str:
    """The IP address that a request comes from, as the server sees it."""
    return connection.client.host if connection.client else "unknown"
