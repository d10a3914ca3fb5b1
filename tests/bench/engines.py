"""Three browsers behind one door: a page is opened in Chromium, Firefox or WebKit, and a function runs in it.

Chromium is driven by Playwright, the stock Firefox over WebDriver BiDi, WebKitGTK by its own WebDriver in an X server
without a screen. ``scripts/engines`` installs what is missing.
"""

import asyncio
import http.client
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import websockets
from playwright.async_api import async_playwright

from tests.browser.conftest import FLAGS, PHONE, chromium
from tests.conftest import free_port

_SECONDS_TO_START = 60.0
_MINI = "/usr/lib/*/webkit2gtk-4.*/MiniBrowser"

Run = Callable[[str, object], Awaitable[Any]]
"""Runs a function, given as JavaScript with one argument, in the page; gives what it resolves to."""


@asynccontextmanager
async def _in_chromium(address: str) -> AsyncGenerator[Run]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = await browser.new_page(viewport=PHONE)
        await page.goto(address)
        yield page.evaluate
        await browser.close()


@asynccontextmanager
async def _in_firefox(address: str) -> AsyncGenerator[Run]:
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        command = ["firefox-esr", "--headless", "--no-remote", "--profile", folder, f"--remote-debugging-port={port}"]
        with _started(command, {"HOME": folder}):
            line = await _when_it_answers(lambda: websockets.connect(f"ws://127.0.0.1:{port}/session", max_size=None))
            number = 0

            async def call(method: str, **params: object) -> Any:
                nonlocal number
                number += 1
                await line.send(json.dumps({"id": number, "method": method, "params": params}))
                while (answer := json.loads(await line.recv())).get("id") != number:
                    pass
                assert answer["type"] == "success", answer
                return answer["result"]

            await call("session.new", capabilities={})
            tab = (await call("browsingContext.getTree"))["contexts"][0]["context"]
            await call("browsingContext.setViewport", context=tab, viewport=PHONE)
            await call("browsingContext.navigate", context=tab, url=address, wait="complete")

            async def run(function: str, argument: object = None) -> Any:
                code = f"async () => JSON.stringify(await ({function})({json.dumps(argument)}))"
                target = {"context": tab}
                found = await call("script.callFunction", functionDeclaration=code, target=target, awaitPromise=True)
                assert found["type"] == "success", found
                return json.loads(found["result"].get("value", "null"))

            yield run
            await line.close()


@asynccontextmanager
async def _in_webkit(address: str) -> AsyncGenerator[Run]:
    port, shown, told = free_port(), *os.pipe()
    with (
        tempfile.TemporaryDirectory() as folder,
        _started(["Xvfb", "-displayfd", str(told), "-screen", "0", "1280x1024x24"], {}, told),
    ):
        display = os.read(shown, 16).decode().strip()
        environment = {"HOME": folder, "DISPLAY": f":{display}", "GDK_BACKEND": "x11"}
        with _started(["WebKitWebDriver", f"--port={port}"], environment):

            async def call(method: str, path: str, **body: object) -> Any:
                return await asyncio.to_thread(_asked, port, method, path, body)

            options = {"binary": str(_mini_browser()), "args": ["--automation"]}
            wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
            session = await _when_it_answers(lambda: call("POST", "/session", capabilities=wanted))
            place = f"/session/{session['sessionId']}"
            await call("POST", f"{place}/window/rect", **PHONE)
            await call("POST", f"{place}/timeouts", script=600_000)
            await call("POST", f"{place}/url", url=address)

            async def run(function: str, argument: object = None) -> Any:
                code = (
                    f"({function})(arguments[0]).then((found) => arguments[1]({{found}}),"
                    " (error) => arguments[1]({error: String(error)}))"
                )
                found = await call("POST", f"{place}/execute/async", script=code, args=[argument])
                assert "error" not in found, found
                return found.get("found")

            yield run
            await call("DELETE", place)


ENGINES: Mapping[str, Callable[[str], AbstractAsyncContextManager[Run]]] = MappingProxyType(
    {"Chromium": _in_chromium, "Firefox": _in_firefox, "WebKit": _in_webkit}
)


def engines() -> tuple[str, ...]:
    """The engines that this machine has."""
    has = {
        "Chromium": chromium(),
        "Firefox": shutil.which("firefox-esr"),
        "WebKit": _mini_browser() and shutil.which("WebKitWebDriver") and shutil.which("Xvfb"),
    }
    return tuple(name for name in ENGINES if has[name])


def _mini_browser() -> Path | None:
    return next(iter(sorted(Path("/").glob(_MINI[1:]))), None)


@contextmanager
def _started(command: list[str], environment: Mapping[str, str], *passed: int) -> Generator[None]:
    """A program that ends with the block."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=quiet, stderr=quiet, pass_fds=passed)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


async def _when_it_answers(ask: Callable[[], Awaitable[Any]]) -> Any:
    end = time.monotonic() + _SECONDS_TO_START
    while True:
        try:
            return await ask()
        except OSError:
            assert time.monotonic() < end, "the browser did not start"
            await asyncio.sleep(0.1)


def _asked(port: int, method: str, path: str, body: object) -> Any:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    line.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
    answer = line.getresponse()
    value = json.loads(answer.read())["value"]
    assert answer.status == 200, value
    return value
