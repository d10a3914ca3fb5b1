"""The Nu HTML checker on every page of all areas, as the tests with axe-core come past them: no error but htmx's own
attributes."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from server.settings import ROOT

_JAR = ROOT / ".cache/judges/node_modules/vnu-jar/build/dist/vnu.jar"
# htmx gives these a meaning, and its websocket extension its own: they are what the page is made with.
_HTMX = re.compile(r"Attribute “(hx-[a-z:-]+|ws-[a-z:-]+)” not allowed")


def judge() -> int:
    """Open every page, and judge its HTML as it was sent; prints each kind of error once, and returns how many."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.judges.keeping", "tests/browser/test_axe.py"]
        opened = subprocess.run(command, env={**os.environ, "KEEP_PAGES": folder}, cwd=ROOT, check=False)
        pages = sorted(Path(folder).glob("*.html"))
        if not pages:
            print("No page was opened: there is no Chromium on this machine, or CHROMIUM does not say where.")
            return 1
        errors = _errors(pages)
    for message, places in sorted(errors.items()):
        print(f"{message}\n    on {len(places)} pages: {places[0]}", flush=True)
    print(f"{len(pages)} pages, {len(errors)} kinds of errors")
    return len(errors) + opened.returncode


def _errors(pages: list[Path]) -> dict[str, list[str]]:
    """What is wrong → the pages where it is, each with the line that it is about."""
    command = ["java", "-Xss1m", "-jar", str(_JAR), "--format", "json", "--exit-zero-always", *map(str, pages)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in json.loads(done.stderr or done.stdout)["messages"]:
        if one["type"] == "info" or _HTMX.search(one["message"]):
            continue
        place = f"{one.get('url', '').rpartition('/')[2]}: {one.get('extract', '')[:160]!r}"
        found[re.sub(r"“(?:row|hex|near|seat)-[^”]+”", "“…”", one["message"])].append(place)
    return found
