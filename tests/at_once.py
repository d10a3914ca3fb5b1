"""What a test client does with a request, in one step: Starlette's own goes eight times from the test's thread to that
of the program and back, which takes longer than most answers."""

from typing import Any
from urllib.parse import unquote

import anyio
import httpx2
from starlette import testclient
from starlette.types import Message

_STREAMS = "text/event-stream"  # what does not end goes Starlette's way


class AtOnce(testclient._TestClientTransport):  # pyright: ignore[reportPrivateUsage]
    """Runs the program until it has answered, and hands its whole answer back."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request over HTTP; a websocket is left to Starlette."""
        if request.url.scheme in ("ws", "wss") or _STREAMS in request.headers.get("accept", ""):
            return super().handle_request(request)
        body, asked, answered = request.read(), False, anyio.Event()
        begun: Message = {}
        sent: list[bytes] = []

        async def receive() -> Message:
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": body}
            await answered.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            assert not answered.is_set(), f"{message['type']} after the end of an answer"
            if message["type"] == "http.response.start":
                assert not begun, "an answer that begins twice"
                begun.update(message)
                return
            assert begun and message["type"] == "http.response.body", f"{message['type']} out of place"
            sent.append(bytes(message.get("body", b"")))
            if not message.get("more_body"):
                answered.set()

        with self.portal_factory() as portal:
            portal.call(self.app, self._scope(request), receive, send)
        assert answered.is_set(), "an answer without an end"
        return httpx2.Response(
            begun["status"],
            headers=[(name.decode(), value.decode()) for name, value in begun["headers"]],
            stream=httpx2.ByteStream(b"" if request.method == "HEAD" else b"".join(sent)),
            request=request,
        )

    def _scope(self, request: httpx2.Request) -> dict[str, Any]:
        url = request.url
        return {
            "type": "http",
            "http_version": "1.1",
            "method": request.method,
            "path": unquote(url.path),
            "raw_path": url.raw_path.split(b"?", 1)[0],
            "root_path": self.root_path,
            "scheme": url.scheme,
            "query_string": url.query,
            "headers": [(name.lower().encode(), value.encode()) for name, value in request.headers.multi_items()],
            "client": self.client,
            "server": [url.host, url.port or {"http": 80, "https": 443}[url.scheme]],
            "state": self.app_state.copy(),
            "extensions": {},
        }


testclient._TestClientTransport = AtOnce  # pyright: ignore[reportPrivateUsage]
