"""A place that is lost and restored: from what ``export --all`` wrote, and from a copy of a running place's folder."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import Raw

from server.commands.whole import export_all, restore
from server.count.visit.inviting import first_admin, invite_person
from server.election.commands import OpenNight
from server.election.counting.acts import PLACE
from server.election.refusals import Refused
from server.nights.kept import DESK, Kept
from server.settings import Settings
from server.stream import embedded
from server.stream.drafts import Drafts, Stored
from server.stream.events import EventStream
from server.stream.opening import open_night
from server.stream.record import written
from server.stream.submit import Submitter
from tests.conftest import until
from tests.nights_by_hand import START, ballot, declare, definition

NIGHT, KEPT = "a.night", "a.kept.night"


@pytest.fixture
async def elsewhere(tmp_path: Path) -> AsyncIterator[EventStream]:
    """Another place's stream, with nothing in it."""
    server = embedded.start(tmp_path / "elsewhere" / "redis")
    stream = EventStream(server.url)
    await stream.open()
    yield stream
    await stream.close()
    server.stop()


async def filled(stream: EventStream, data_dir: Path) -> Submitter:
    """A night on air with an officer, a kept one with acts, a draft, and somebody who runs the place."""
    submitter = Submitter(stream)
    for name in (NIGHT, KEPT):
        await submitter.submit(name, OpenNight(id="open", by="desk", night=definition(name)), START)
        await invite_person(submitter, name, "Siân “Llŷn”", "officer", (ballot(0),))
        for seat in range(2 if name == NIGHT else 3):
            await submitter.submit(name, declare(seat), START)
    await stream.announce(NIGHT)
    kept = Kept(data_dir)
    kept.add(b"".join(written(await stream.read(KEPT))))
    kept.put(kept.file(KEPT, DESK), b"".join(written(await stream.read_acts(KEPT))), 0o600)
    await stream.erase(KEPT)
    drafted = Stored(1, datetime(2026, 1, 1, tzinfo=UTC), "Ann", Raw(b'{"title":"A night"}'))
    await Drafts(stream).put("a-draft", drafted)
    await first_admin(submitter)
    return submitter


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Each file below a folder, with its permissions."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {str(file.relative_to(folder)): (file.read_bytes(), file.stat().st_mode & 0o777) for file in files}


async def test_what_one_place_exports_is_byte_for_byte_in_the_place_that_imports_it(
    stream: EventStream, elsewhere: EventStream, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = Settings(data_dir=tmp_path / "one"), Settings(data_dir=tmp_path / "other")
    await filled(stream, one.data_dir)
    assert await export_all(tmp_path / "backup", one, stream) == 0
    assert await restore(tmp_path / "backup", other, elsewhere) == 0
    assert f"{NIGHT}: on air again" in capsys.readouterr().out
    assert await elsewhere.nights() == [NIGHT]
    assert await export_all(tmp_path / "again", other, elsewhere) == 0
    exported = contents(tmp_path / "backup")
    assert contents(tmp_path / "again") == exported
    assert sorted(name for name, (_, mode) in exported.items() if mode == 0o644) == [
        f"kept/{KEPT}.record.jsonl",
        f"on-air/{NIGHT}.record.jsonl",
    ]
    assert len(exported) == 6
    await Submitter(elsewhere).submit(NIGHT, declare(2), START)
    await invite_person(
        Submitter(elsewhere), PLACE, "Bob Lee", "admin", ()
    )  # and is still there after a second restore
    assert (await restore(tmp_path / "backup", other, elsewhere), "is on air already" in capsys.readouterr().out) == (
        0,
        True,
    )
    assert len(await elsewhere.read(NIGHT)) == 4, "a night that has gone on is left as it is"


async def test_an_export_counts_the_nights_that_are_in_it_and_names_the_others(
    stream: EventStream, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("well", "broken"):
        await open_night(stream, definition(name, 1), name)
    await stream.client.together([("SET", "{broken}:desk", "by hand")])
    assert await export_all(tmp_path / "backup", Settings(data_dir=tmp_path / "one"), stream) == 1
    told = capsys.readouterr()
    assert "1 night on air, 0 kept nights" in told.out and "broken is not in it." in told.err


async def test_a_restore_that_was_cut_off_goes_on_and_what_is_otherwise_here_is_left(
    stream: EventStream, elsewhere: EventStream, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = Settings(data_dir=tmp_path / "one"), Settings(data_dir=tmp_path / "other")
    await filled(stream, one.data_dir)
    await export_all(tmp_path / "backup", one, stream)
    begun = OpenNight(id="open", by="desk", night=definition(NIGHT))
    await Submitter(elsewhere).submit(NIGHT, begun, START)  # and not on air yet
    assert await restore(tmp_path / "backup", other, elsewhere) == 0
    assert await elsewhere.read(NIGHT) == await stream.read(NIGHT)
    await elsewhere.erase(NIGHT)
    await open_night(elsewhere, definition(NIGHT, 1), "another")
    assert await restore(tmp_path / "backup", other, elsewhere) == 1
    assert f"{NIGHT} was not put on air. Another night of this name" in capsys.readouterr().err
    (tmp_path / "backup" / "coming" / "another.json").write_bytes(b'{"version": "one"')
    (tmp_path / "backup" / "place.desk.jsonl").write_bytes(b"[]\n")
    assert await restore(tmp_path / "backup", other, elsewhere) == 1
    told = capsys.readouterr().err
    assert "The draft another was not brought here." in told and "Who runs the place was not brought here." in told
    for folder in ("one", "backup"):
        with pytest.raises(Refused):
            await (restore if folder == "one" else export_all)(tmp_path / folder, one, stream)


async def test_a_copy_of_the_folder_of_a_running_server_has_everything_that_was_acknowledged(tmp_path: Path) -> None:
    running = embedded.start(tmp_path / "data" / "redis")
    stream = EventStream(running.url)
    acknowledged: list[int] = []

    async def declaring() -> None:
        for seat in range(300):
            acknowledged.append((await submitter.submit(NIGHT, declare(seat), START)).seq)

    submitter = Submitter(stream)
    await open_night(stream, definition(NIGHT, 300), "open")
    writing = asyncio.create_task(declaring())
    await until(lambda: len(acknowledged) > 50)
    before = acknowledged[-1]
    await asyncio.to_thread(shutil.copytree, tmp_path / "data", tmp_path / "copy")
    assert not writing.done(), "it was copied while it was written to"
    await writing
    events = await stream.read(NIGHT)
    await stream.close()
    running.stop()
    restored = embedded.start(tmp_path / "copy" / "redis")
    copy = EventStream(restored.url)
    found = await copy.read(NIGHT)
    await copy.close()
    restored.stop()
    assert len(found) >= before
    assert found == events[: len(found)]
