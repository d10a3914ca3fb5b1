"""How ``python -m server serve`` ends."""

import os
from pathlib import Path
from socket import create_server

from server.settings import ROOT
from server.stream.embedded import Embedded, socket_path
from server.stream.watching.watcher import ask
from tests.conftest import PATIENCE_SECONDS
from tests.count.conftest import process

FAULT = """
from server.stream import follow
read = follow.listed
follow.listed = lambda entries, nights=(): 1 / 0 if entries else read(entries, nights)
"""  # of ours: what stands in Redis, however damaged, stops no follower


def test_a_process_whose_follower_dies_stops_with_a_code_that_its_supervisor_sees(
    redis: Embedded, tmp_path: Path
) -> None:
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (tmp_path / "sitecustomize.py").write_text(FAULT)
    with process(tmp_path, redis.url, port, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}") as served:
        ask(socket_path(redis.folder), b"XADD nights * opened anything")
        assert served.wait(PATIENCE_SECONDS) == os.EX_SOFTWARE
    assert "the follower stopped, so this process stops" in (tmp_path / "printed").read_text()


def test_a_process_that_is_told_to_stop_says_so_with_its_code(redis: Embedded, tmp_path: Path) -> None:
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with process(tmp_path, redis.url, port) as served:
        served.terminate()
        assert served.wait(PATIENCE_SECONDS) == 143
