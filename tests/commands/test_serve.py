"""How ``python -m server serve`` ends."""

import os
from pathlib import Path
from socket import create_server

from server.settings import ROOT
from server.stream.embedded import Embedded, socket_path
from server.stream.watching.watcher import ask
from tests.conftest import PATIENCE_SECONDS
from tests.count.conftest import process

# Nothing that anybody can write into Redis ends the follower, so a mistake of ours is put into the program.
_MISTAKE = """
from server.stream import reading

right = reading.listed

def listed(entries, nights=()):
    assert "mistaken" not in str(entries)
    return right(entries, nights)

reading.listed = listed
"""


def test_a_process_whose_follower_dies_stops_with_a_code_that_its_supervisor_sees(
    redis: Embedded, tmp_path: Path
) -> None:
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (ours := tmp_path / "ours").mkdir()
    (ours / "sitecustomize.py").write_text(_MISTAKE)
    with process(tmp_path, redis.url, port, PYTHONPATH=f"{ours}:{ROOT}") as served:
        ask(socket_path(redis.folder), b"XADD nights * opened mistaken")
        assert served.wait(PATIENCE_SECONDS) == os.EX_SOFTWARE
    assert "the follower stopped, so this process stops" in (tmp_path / "printed").read_text()


def test_a_process_that_is_told_to_stop_says_so_with_its_code(redis: Embedded, tmp_path: Path) -> None:
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with process(tmp_path, redis.url, port) as served:
        served.terminate()
        assert served.wait(PATIENCE_SECONDS) == 143
