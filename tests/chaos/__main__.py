"""Chaos for as many minutes as asked: what befell the place, what was acknowledged, and whether all of it is true."""

import argparse
import asyncio
import logging
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.chaos.cluster import Clustered
from tests.chaos.embedded import Embedded, small_disk
from tests.chaos.machines import machines
from tests.chaos.place import Place
from tests.chaos.report import show
from tests.chaos.sentinel import Watched
from tests.chaos.soak import Quiet, soak
from tests.chaos.trial import Trial


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 0 if all is well."""
    parser = argparse.ArgumentParser(prog="scripts/chaos", description=__doc__)
    parser.add_argument("minutes", nargs="?", type=float, default=1.0, help="how long faults strike (1)")
    parser.add_argument(
        "--on", choices=("embedded", "sentinel", "cluster"), default="embedded", help="what Redis there is"
    )
    parser.add_argument("--soak", action="store_true", help="no faults: looping replays, 300 viewers, and the memory")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="of the order of the faults")
    parser.add_argument("--only", action="append", metavar="FAULT", help="these kinds of faults alone")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that machines and disks are taken away
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # connections that are cut are what this is about
    folder = Path(tempfile.mkdtemp(prefix="declared-chaos-"))
    print(f"seed {options.seed}, logs in {folder}", flush=True)
    dice = random.Random(options.seed)
    data = folder / "data"
    data.mkdir()
    if options.soak:
        well = asyncio.run(soak(Quiet(folder, dice), options.minutes))
    elif options.on == "embedded":
        with small_disk(data) as has_disk:
            well = _tried(Embedded(folder, dice, has_disk), dice, options)
    else:
        with machines(3) as three:
            kind = Watched if options.on == "sentinel" else Clustered
            well = _tried(kind(folder, three, dice), dice, options)
    if well:
        shutil.rmtree(folder)
    return 0 if well else 1


def _tried(place: Place, dice: random.Random, options: argparse.Namespace) -> bool:
    if options.only:
        place.faults = {kind: fault for kind, fault in place.faults.items() if kind in options.only}
    trial = Trial(place, dice)
    found = asyncio.run(trial.run(options.minutes * 60))
    return show(found, trial.officers, place.folder) and not found.judgement.told


if __name__ == "__main__":
    sys.exit(main())
