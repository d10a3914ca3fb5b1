"""A real Chromium for the tests of this folder."""

import os
import shutil
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from tests.conftest import PATIENCE_SECONDS

# A switch counts as it is given last: the first rows are what Playwright turns off itself, then come pages that
# Chromium loads behind each window for its address bar, and a process that it begins with each page for one to come.
# Nobody sees them, and they are more than half of all its work.
_WITHOUT = [
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "PaintHolding"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "ThirdPartyStoragePartitioning"),
    *("AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled"),
    *("PreconnectToSearch", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
    "SpareRendererForSitePerProcess",
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(_WITHOUT)}",
]
# All windows of a test are of one site and hold little: one process for their pages is enough, and none to draw them.
_TOGETHER = ["--process-per-site", "--renderer-process-limit=1", "--in-process-gpu"]
PHONE = ViewportSize(width=390, height=844)
HALL = "hall.test"
"""This machine by a name at which a browser does not trust plain HTTP, as it does at 127.0.0.1."""
_PATIENCE = PATIENCE_SECONDS * 1000  # ms
expect.set_options(timeout=_PATIENCE)  # instead of five seconds, which are few on a busy machine


def chromium() -> str | None:
    """Where this machine's Chromium is, as scripts/test found it or on the PATH; None if there is none."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def patient(browser: Browser) -> Browser:
    """The browser, whose windows wait for a click or a page as long as ``expect`` does, instead of thirty seconds."""
    browser.on("context", lambda context: context.set_default_timeout(_PATIENCE))
    return browser


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The machine's Chromium; scripts/test sees to it that there is one."""
    if not chromium():
        if os.environ.get("CI"):
            pytest.fail("there is no Chromium on this machine")
        pytest.skip("there is no Chromium on this machine")
    async with async_playwright() as playwright:
        flags = [*FLAGS, *_TOGETHER, f"--host-resolver-rules=MAP {HALL} 127.0.0.1"]
        one = patient(await playwright.chromium.launch(executable_path=chromium(), args=flags))
        yield one
        await one.close()


@asynccontextmanager
async def window(browser: Browser, **looks: Any) -> AsyncGenerator[Page]:
    """A page in a window of its own that ``looks`` as Playwright's ``new_context`` takes it; a script error in it fails
    the test."""
    context = await browser.new_context(**looks)
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    await context.close()
    assert errors == []


@pytest.fixture
async def viewer(browser: Browser) -> AsyncIterator[Page]:
    """A desktop window."""
    async with window(browser) as page:
        yield page


@pytest.fixture
async def phone(browser: Browser) -> AsyncIterator[Page]:
    """A phone, in another person's hand."""
    async with window(browser, viewport=PHONE, has_touch=True, is_mobile=True) as page:
        yield page
