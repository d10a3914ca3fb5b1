"""``python -m tests.audit FOLDER``: what is known of the packages that are installed; ``scripts/audit`` calls it.

pip-audit, in that folder, asks PyPI and then OSV, and npm its registry. A package of which nobody could be asked counts
as not checked: pip-audit itself reports none found for it, and exits with 0.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

_FILES = ("requirements.txt", "requirements-dev.txt")
_SERVICES = ("pypi", "osv")


def told(what: str, packages: Sequence[Mapping[str, Any]], why: str) -> tuple[list[str], int]:
    """Lines about packages as pip-audit lists them, and how many vulnerabilities are known; ``why`` nobody told."""
    checked = [package for package in packages if "vulns" in package]
    left_out = [package for package in packages if "vulns" not in package]
    if not checked:
        reason = why or (left_out[0]["skip_reason"] if left_out else "nothing was said of any")
        return [f"{what.upper()}: NOT CHECKED AGAINST KNOWN VULNERABILITIES, which are not told here: {reason}."], 0
    lines = [f"{what}: {len(checked)} were checked against known vulnerabilities."]
    lines += [f"  {package['name']} was NOT: {package['skip_reason']}" for package in left_out]
    known = [
        f"  {package['name']} {package['version']}: {one['id']}, mended in {', '.join(one['fix_versions']) or 'none'}"
        for package in checked
        for one in package["vulns"]
    ]
    return lines + known, len(known)


def by_versions(old: Iterable[tuple[str, str, str]] | None, why: str) -> list[str]:
    """Lines about packages that are not the newest, as name, version and newest; None where nobody tells ``why``."""
    if old is None:
        return [f"  Nor could versions be compared: {why}"]
    lines = [f"  {name} {version}, the newest is {newest}" for name, version, newest in old]
    return [f"  Compared by versions instead: {len(lines)} are not the newest.", *lines]


def _output(*command: str) -> tuple[Any, str]:
    """The JSON that a command prints, None if it is none; and the end of what it says."""
    done = subprocess.run(command, capture_output=True, text=True)
    try:
        return json.loads(done.stdout), ""
    except ValueError:
        return None, " ".join(done.stderr.split()[-20:])


def _of_python(folder: Path) -> tuple[list[str], int]:
    files = [part for name in _FILES for part in ("-r", name)]
    lines, known, why = list[str](), 0, ""
    for service in _SERVICES:
        asked = (str(folder / "pip-audit"), "-s", service, "-f", "json", "--progress-spinner", "off", "--timeout", "10")
        found, why = _output(*asked, "--disable-pip", "--require-hashes", *files)
        lines, known = told("Python packages", found["dependencies"] if found else (), why)
        if "NOT CHECKED" not in lines[0]:
            return lines, known
    pip = (str(folder / "python"), "-m", "pip", "--disable-pip-version-check", "--python", ".venv/bin/python")
    listed, why = _output(*pip, "list", "--outdated", "--format", "json")
    old = None if listed is None else [(one["name"], one["version"], one["latest_version"]) for one in listed]
    return lines + by_versions(old, why), known


def _of_npm() -> tuple[list[str], int]:
    found, why = _output("npm", "audit", "--prefix", "web", "--json")
    if found and "vulnerabilities" in found:
        known = [f"  {name} {one['range']}: {one['severity']}" for name, one in found["vulnerabilities"].items()]
        number = found["metadata"]["dependencies"]["total"]
        return [f"npm's packages: {number} were checked against known vulnerabilities.", *known], len(known)
    lines, _ = told("npm's packages", (), found["message"] if found else why)
    listed, why = _output("npm", "outdated", "--prefix", "web", "--json")
    old = None
    if listed is not None and "error" not in listed:
        old = [(name, one.get("current", "?"), one["latest"]) for name, one in listed.items()]
    return lines + by_versions(old, why), 0


def main(folder: Path) -> int:
    """Print what is known; 1 if anything is."""
    known = 0
    for lines, number in (_of_python(folder), _of_npm()):
        print("\n".join(lines), flush=True)
        known += number
    return 1 if known else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
