"""Lighthouse on every page that the public opens, as on a phone: all four categories shall be 100."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from server.settings import ROOT
from tests.bench.looked_at import looked_at
from tests.browser.conftest import chromium
from tests.judges.public import pages

_PROGRAM = ROOT / ".cache/judges/node_modules/.bin/lighthouse"
_CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
# robots.txt asks crawlers to leave these alone, on purpose: they are made for one question or one screen.
_UNCRAWLED = ("/find", "/follow/", "/overlay", "/director", "/wall", "/embed", "?")
# These are for a screen of 1920 by 1080, on which their letters are large.
_ON_A_SCREEN = re.compile(r"/nights/[^/]+/(overlay|wall)$")
_TURNS = 3  # of a page that is slow at first: other programs may have had the processor


async def judge(paths: tuple[str, ...] = ()) -> int:
    """Judge those pages, or all; prints the scores and what is missing to 100, and returns how many pages lack any."""
    below = 0
    async with looked_at() as one:
        for path in paths or pages(one):
            report = _best(one.url + path)
            scores = _scores(report)
            below += scores != [100] * len(_CATEGORIES)
            print(f"{path:<60} {' '.join(f'{score:>4}' for score in scores)}   {_times(report)}", flush=True)
            for line in _missing(report):
                print(f"    {line}", flush=True)
    print(f"{below} pages below 100 in {', '.join(_CATEGORIES)}")
    return below


def _best(address: str) -> dict[str, Any]:
    reports: list[dict[str, Any]] = []
    while len(reports) < _TURNS:
        reports.append(_report(address))
        if _scores(reports[-1])[0] == 100:
            break
    return max(reports, key=_scores)


def _scores(report: dict[str, Any]) -> list[int]:
    return [round(100 * (report["categories"][name]["score"] or 0)) for name in _CATEGORIES]


def _report(address: str) -> dict[str, Any]:
    command = [
        str(_PROGRAM),
        address,
        "--quiet",
        "--output=json",
        f"--only-categories={','.join(_CATEGORIES)}",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
        *(["--skip-audits=is-crawlable"] if any(part in address for part in _UNCRAWLED) else []),
        *(["--preset=desktop"] if _ON_A_SCREEN.search(address) else []),
    ]
    environment = {**os.environ, "CHROME_PATH": chromium() or "", "CI": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=Path("/tmp"))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _times(report: dict[str, Any]) -> str:
    audits = report["audits"]
    names = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")
    initials = ("FCP", "LCP", "TBT", "CLS")
    return ", ".join(f"{name} {audits[each]['displayValue']}" for name, each in zip(initials, names, strict=True))


def _missing(report: dict[str, Any]) -> list[str]:
    """The audits that count and are not passed, each with the first things that it names."""
    lines: list[str] = []
    for name in _CATEGORIES:
        for one in report["categories"][name]["auditRefs"]:
            audit = report["audits"][one["id"]]
            if one["weight"] and audit["score"] is not None and audit["score"] < (0.9 if name == "performance" else 1):
                items = audit.get("details", {}).get("items", [])[:3]
                named = [item.get("node", {}).get("snippet") or item.get("description") or "" for item in items]
                lines.append(f"{name}: {audit['title']} {audit.get('displayValue', '')} {' '.join(named)}"[:400])
    return lines
