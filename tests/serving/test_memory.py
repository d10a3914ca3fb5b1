"""Memory that a web process does not use any more is the system's again."""

import asyncio
import ctypes
import re
from pathlib import Path

import pytest

from server.serving import web
from tests.conftest import until

_BLOCKS, _BYTES = 1000, 60_000


def resident() -> int:
    """Bytes of this process that are in memory."""
    return int(re.findall(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())[0]) * 1024


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="this C library gives it back by itself")
async def test_what_is_free_between_what_is_in_use_goes_back_to_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "_SECONDS_BETWEEN_TRIMS", 0.01)
    blocks = [b"x" * _BYTES for _ in range(_BLOCKS)]
    full = resident()
    kept = blocks[::50]
    blocks.clear()
    giving = asyncio.create_task(web._give_memory_back())  # pyright: ignore[reportPrivateUsage]
    await until(lambda: resident() < full - _BLOCKS * _BYTES // 2, "memory to be given back")
    giving.cancel()
    assert len(kept) == _BLOCKS // 50
