"""``scripts/judges``: what Lighthouse and the Nu HTML checker say; the exit status is 1 if they find anything."""

import argparse
import asyncio
import sys

from tests.judges import lighthouse, nu


def main() -> None:
    """Ask both judges, or one."""
    parser = argparse.ArgumentParser(prog="scripts/judges", description=__doc__)
    parser.add_argument("judge", nargs="?", choices=("both", "lighthouse", "nu"), default="both")
    parser.add_argument("paths", nargs="*", help="for Lighthouse: only these pages")
    options = parser.parse_args()
    found = nu.judge() if options.judge in ("both", "nu") else 0
    if options.judge in ("both", "lighthouse"):
        found += asyncio.run(lighthouse.judge(tuple(options.paths)))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
