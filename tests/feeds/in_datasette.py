"""Our SQLite files as Datasette opens them: ``scripts/datasette``, which installs it apart from all else."""

import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from starlette.testclient import TestClient

from tests.feeds.site import GENERAL, Site

_FILES = {
    "night": f"/api/nights/{GENERAL}/tables.sqlite",
    "councils": "/api/nights/local.2025-05-01/tables.sqlite",
    "archive": "/api/archive.sqlite",
}


class Opened:
    """A file as one Datasette answers about it."""

    def __init__(self, datasette: str, file: Path) -> None:
        self._command = [datasette, str(file), "--get"]
        self._of = f"/{file.stem}"

    def get(self, path: str) -> bytes:
        """A page, or its JSON; CalledProcessError where Datasette has none."""
        return subprocess.run([*self._command, self._of + path], check=True, capture_output=True).stdout

    def table(self, name: str, **asked: str) -> Any:
        """What it says of a table."""
        return msgspec.json.decode(self.get(f"/{quote(name)}.json?{urlencode(asked)}"))


def look(datasette: str, file: Path) -> str:
    """Open every table of a file, as JSON and as a page; what was found, in words. AssertionError for what is wrong."""
    opened, own = Opened(datasette, file), sqlite3.connect(file)
    told = {one["name"]: one for one in msgspec.json.decode(opened.get(".json"))["tables"]}
    names = [name for (name,) in own.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert told.keys() == {*names}, told.keys()
    rows = 0
    for name in names:
        (count,) = own.execute(f'SELECT count(*) FROM "{name}"').fetchone()
        found = opened.table(name, _size="1", _shape="objects")
        assert found["filtered_table_rows_count"] == count, name
        assert b"<h1" in opened.get(f"/{quote(name)}"), name
        rows += count
    assert {one["other_table"] for one in told["candidates"]["foreign_keys"]["outgoing"]} == {"nights", "contests"}
    facets = opened.table("candidates", _facet="party_short", elected="1", _size="0")["facet_results"]
    most = facets["party_short"]["results"][0]
    own.close()
    return f"{file.name}: {len(names)} tables, {rows:,} rows; most elected: {most['value']}, {most['count']:,}"


def main() -> None:
    """Have each of our files made, and opened."""
    datasette = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as folder, Site().client() as client:
        for name, address in _FILES.items():
            print(look(datasette, _file(client, address, Path(folder) / f"{name}.sqlite")), flush=True)


def _file(client: TestClient, address: str, to: Path) -> Path:
    while (answer := client.get(address)).status_code == 503:  # it is being made
        pass
    to.write_bytes(answer.content)
    return to


if __name__ == "__main__":
    main()
