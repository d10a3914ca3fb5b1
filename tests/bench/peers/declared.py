"""Our own program as it is, but that its night comes from standard input, not from Redis, and each note is a page."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop
from starlette.applications import Starlette

from server.app import build_app
from server.count.board.render import DeskRenderer
from server.election.events import AnyEvent, NightOpened, NotePosted
from server.election.nights import Night
from server.live.channel import Channel
from server.live.hub import Hub
from server.live.renderer import NIGHT
from server.serving.web import WebServer
from server.settings import Settings
from tests.bench.peers.told import told
from tests.handed import handed
from tests.nights_by_hand import START, definition


class Notes:
    """Renders a night whose page is the newest note."""

    edition = ""

    def another(self, language: str, baseline: str) -> "Notes":
        """There is one edition."""
        return self

    def against(self, night: Night) -> Night:
        """As it is."""
        return night

    def changed(self, night: Night, event: AnyEvent) -> Iterable[str]:
        """The page, with every note."""
        return ("note",) if isinstance(event, NotePosted) else ()

    def render(self, night: Night, fragment: str) -> str:
        """The newest note."""
        newest = night.feed[-1]
        assert isinstance(newest, NotePosted)
        return newest.text

    def over(self, last: int) -> "Notes":
        """The same."""
        return self

    def until_the_close(self, night: Night) -> tuple[str, ...]:
        """Nothing."""
        return ()

    def has(self, night: Night, topic: str) -> bool:
        return True

    def news_after(self, night: Night, topic: str, after: int) -> int:
        return after

    def topics(self, night: Night, fragment: str) -> tuple[str, ...]:
        """There is one page."""
        return (NIGHT,)

    def around(self, night: Night, topic: str, head: str, whole: bool) -> str:
        """Nothing."""
        return ""

    def message(self, night: Night, topic: str, after: int, fragments: Iterable[tuple[str, str]]) -> str:
        """The note as it is."""
        return "".join(text for _, text in fragments)


async def publish(channel: Channel) -> None:
    """Post what this program is told; without the hub's tick, which would be what is measured."""
    async for text in told():
        seq = channel.seq + 1
        note = NotePosted(seq=seq, at=datetime.now(UTC), by="bench", command_id=f"note-{seq}", text=text)
        channel.advance((note,))


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncGenerator[dict[str, Any]]:
    """What ``server.app`` has, but for Redis."""
    hub = Hub(Notes(), lambda night: None, DeskRenderer())
    channel = hub.channels["night"] = Channel(Notes())
    channel.advance((NightOpened(seq=1, at=START, by="bench", command_id="open", night=definition()),))
    publishing = asyncio.create_task(publish(channel))
    yield handed(hub)
    publishing.cancel()


def main(port: int) -> None:
    """Serve until standard input ends."""
    settings = Settings(redis_url="redis://nobody", data_dir=Path(), secret_key="a secret", port=port)
    app = build_app(settings)
    app.router.lifespan_context = lifespan
    server = WebServer(app, settings, lambda: None)
    uvloop.run(server.listen())


main(int(sys.argv[1]))
