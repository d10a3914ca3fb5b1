"""A server of somebody else's that takes webhooks: it verifies each by the library of the Standard Webhooks rules."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from socket import socket

import msgspec
import uvicorn
from msgspec import Struct
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.election.commands import PostNote
from server.election.counting.acts.hook_acts import HookKind, HookMade
from server.election.events import AnyEvent
from server.hooks.secret import secret_of
from server.stream.codec import decode
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.count.rochester import NIGHT

EVERYTHING: tuple[HookKind, ...] = ("results", "stages", "expected", "notes", "papers", "night")
LOOPBACK = "127.0.0.1/32"
Answering = Callable[[int], Response]
"""What is answered to the message of that number, counted from 1."""


class Received(Struct, frozen=True):
    """A message that was verified."""

    id: str
    type: str
    seq: int
    data: dict[str, object]


class Receiver:
    """``received`` are the messages that were answered with success, by path; ``tried`` counts all."""

    def __init__(self, secrets: dict[str, str]) -> None:
        self.secrets, self.received = secrets, defaultdict[str, list[Received]](list)
        self.tried, self.answering = 0, defaultdict[str, Answering](lambda: lambda _: Response(status_code=204))

    def seqs(self, path: str = "/hook") -> list[int]:
        """The seqs received, each once, in the order in which they came first."""
        return list(dict.fromkeys(one.seq for one in self.received[path]))

    async def take(self, request: Request) -> Response:
        """Verify a message; WebhookVerificationError, and so 500, if it is not signed rightly."""
        path, body = request.url.path, await request.body()
        self.tried += 1
        told = Webhook(self.secrets[path]).verify(body, dict(request.headers))
        response = self.answering[path](self.tried)
        if 200 <= response.status_code < 300:
            one = Received(request.headers["webhook-id"], told["type"], told["data"]["seq"], told["data"])
            self.received[path].append(one)
        return response


@asynccontextmanager
async def receiving(receiver: Receiver, port: int = 0) -> AsyncGenerator[str]:
    """The receiver at a port of loopback; the address at which it is."""
    app = Starlette(routes=[Route("/{path:path}", receiver.take, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
    listening = socket()
    listening.bind(("127.0.0.1", port))
    running = asyncio.create_task(server.serve([listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await running
        listening.close()


async def make(
    stream: EventStream, night: str, hook: str, url: str, kinds: tuple[HookKind, ...] = EVERYTHING, *ballots: str
) -> None:
    """Make a webhook as the desk of another process would, for all that comes."""
    act = HookMade(
        seq=0,
        at=datetime.now(UTC),
        by="The desk",
        invitation="",
        device="a test",
        command_id=f"make-{hook}",
        hook=hook,
        url=url,
        kinds=kinds,
        ballots=ballots,
        after=0,
    )
    await Submitter(stream).record(night, act)


async def note(submitter: Submitter, *numbers: int, ballot: str | None = None) -> None:
    """Post notes with these numbers."""
    for number in numbers:
        command = PostNote(id=f"note-{number}", by="desk", text=f"Note {number}", ballot=ballot)
        await submitter.submit(NIGHT, command, datetime.now(UTC))


def event_in(one: Received) -> AnyEvent:
    """The event that a message tells of, which is whole but for an opening's."""
    return decode(msgspec.json.encode(one.data["event"]))


def secrets(key: str, *hooks: str) -> dict[str, str]:
    """Path → the secret of the webhook that is sent there: ``/one`` is for the webhook ``one``."""
    return {f"/{hook}": secret_of(key, hook) for hook in hooks}
