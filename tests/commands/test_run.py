"""``scripts/run`` for whoever has nothing but what it prints."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Raw
from msgspec.structs import replace

from server.count.visit.invitations import Invitations
from server.nights.coming.lists import candidates_in
from server.nights.coming.seats import by_election, the_seat
from server.nights.coming.sheet import encoded
from server.settings import ROOT
from server.stream.drafts import Drafts, Stored
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from tests.conftest import PATIENCE_SECONDS, until
from tests.count.conftest import SECRET
from tests.count.setup import clacton


async def test_the_printed_link_opens_and_a_night_that_was_due_while_nothing_ran_is_opened_once(
    redis: Embedded, stream: EventStream, tmp_path: Path
) -> None:
    seat = the_seat("clacton")
    assert seat
    sheet = by_election(seat, clacton.DAY)
    whole = replace(sheet, contests=(replace(sheet.contests[0], candidates=candidates_in(clacton.LIST)),))
    drafts, over = Drafts(stream), datetime(2026, 1, 1, tzinfo=UTC)
    await drafts.put("a-draft", Stored(1, over, "Ann", Raw(encoded(whole)), opens=over))
    environment = {**os.environ, "REDIS_URL": redis.url, "DATA_DIR": str(tmp_path), "SECRET_KEY": SECRET, "PORT": "0"}
    command = [sys.executable, "-m", "server", "run", "parl.clacton.by.2014-10-09", "--speed", "max"]
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for number in range(2):
            with (tmp_path / f"printed-{number}").open("wb") as out:
                processes.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out))
        links: set[str] = set()
        for number in range(2):
            printed = tmp_path / f"printed-{number}"
            await until(lambda printed=printed: b"on air at" in printed.read_bytes(), "the address")
            link = printed.read_text().splitlines()[0]
            assert "/admin/invitation/" in link
            links.add(Invitations(SECRET).read(link.rpartition("/")[2])[1])
        assert len(links) == 1, "two that start at once invite one person"
        while not await drafts.became("a-draft"):
            assert all(process.poll() is None for process in processes)
        assert len(await stream.read(clacton.NIGHT)) == 1
        assert await drafts.newest("a-draft") is None
    finally:
        for process in processes:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_SECONDS)
