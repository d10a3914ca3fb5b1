"""What the dearest addresses cost: ``python -m tests.bench.prices`` prints a table in Markdown.

Each address is asked for on a process that has made nothing yet, then again. What is measured is the time of the
processor that the web process uses, so that a busy machine changes little.
"""

import http.client
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server

from tests.stream.conftest import until

_AGAIN = 20
NIGHT = "/nights/parl.2019-12-12"
ADDRESSES = (
    "/",
    NIGHT,
    f"{NIGHT}?lang=cy",
    f"{NIGHT}?at=2019-12-13T03:40",
    f"{NIGHT}?at=2019-12-13T03:40&known=now&lang=de",
    f"{NIGHT}/areas",
    f"{NIGHT}/swing",
    f"{NIGHT}/battlegrounds",
    f"{NIGHT}/records",
    f"{NIGHT}/newsroom",
    f"{NIGHT}/wall",
    f"{NIGHT}/embed/map",
    f"{NIGHT}/picture.png",
    f"{NIGHT}/contests",
    "/find?q=clacton",
    "/api/nights",
    f"/api{NIGHT}",
    f"/api{NIGHT}/record",
)


@contextmanager
def _served() -> Generator[tuple[int, int]]:
    with create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"PORT": str(port), "HOST": "127.0.0.1", "DATA_DIR": folder}
        command = [sys.executable, "-m", "server", "serve"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
            try:
                until(lambda: _answers(port))
                yield port, process.pid
            finally:
                process.terminate()


def _answers(port: int) -> bool:
    try:
        return _asked(port, "/readyz") > 0
    except (OSError, AssertionError):
        return False


def _asked(port: int, address: str) -> int:
    """The bytes of an answer."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    line.request("GET", address)
    answer = line.getresponse()
    size = len(answer.read())
    line.close()
    assert answer.status in (200, 303), (address, answer.status)
    return size


def _spent(process: int) -> float:
    """Milliseconds of processor that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print the table."""
    print("| address | bytes | first, ms | again, ms |\n|---|---|---|---|")
    for address in ADDRESSES:
        with _served() as (port, process):
            before = _spent(process)
            size = _asked(port, address)
            first = _spent(process)
            for _ in range(_AGAIN):
                _asked(port, address)
            again = (_spent(process) - first) / _AGAIN
        print(f"| `{address.replace(NIGHT, '…')}` | {size:,} | {first - before:.0f} | {again:.1f} |", flush=True)


if __name__ == "__main__":
    main()
