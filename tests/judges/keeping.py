"""A plugin of pytest that keeps every page which the program answers with while tests run, in ``KEEP_PAGES``."""

import hashlib
import os
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import tests.running
from server.settings import Settings


class _Keeping:
    """Keeps what is a whole page; it is asked for plain, whatever the browser takes."""

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        self.app, self.folder = app, folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""

        async def kept(message: Message) -> None:
            nonlocal body
            body += message.get("body", b"")
            await send(message)

        if scope["type"] == "http":
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
            await self.app(scope, receive, kept)
            if body.lstrip()[:15].lower() == b"<!doctype html>":
                name = scope["path"].strip("/").replace("/", "_")[:80] or "front"
                mark = hashlib.sha256(body).hexdigest()[:8]
                (self.folder / f"{scope['method']}_{name}_{mark}.html").write_bytes(body)
        else:
            await self.app(scope, receive, send)


@pytest.fixture(autouse=True)
def kept_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each program that a test starts in its process keeps its pages."""
    build, folder = tests.running.build_app, Path(os.environ["KEEP_PAGES"])

    def building(settings: Settings) -> Starlette:
        app = build(settings)
        app.add_middleware(_Keeping, folder)
        return app

    monkeypatch.setattr(tests.running, "build_app", building)
