"""The embedded Valkey is kept alive: by several processes, without its watcher, on a full disk, with a damaged file."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from server.stream import embedded
from server.stream.watching import watcher
from tests.conftest import PATIENCE_SECONDS
from tests.stream.conftest import (
    ROOT,
    another_pid,
    another_watcher,
    read,
    server_of,
    until,
    write,
)


def test_a_second_start_joins_the_server_that_runs(running: embedded.Embedded) -> None:
    pid = running.pid
    second = embedded.start(running.folder)
    assert second.pid == pid
    second.stop()
    assert running.pid == pid


def test_a_folder_that_another_server_keeps_elsewhere_is_refused(
    running: embedded.Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TemporaryDirectory() as short:  # a socket's path must be short
        monkeypatch.setattr("tempfile.tempdir", short)  # so the two do not find each other's socket
        with pytest.raises(embedded.EmbeddedServerError, match=f"process {os.getpid()} started"):
            embedded.start(running.folder)
        monkeypatch.undo()


def test_a_second_start_waits_for_a_server_that_stands_still(running: embedded.Embedded) -> None:
    pid = running.pid
    os.kill(pid, signal.SIGSTOP)
    with ThreadPoolExecutor() as beside:
        try:
            second = beside.submit(embedded.start, running.folder)
            with pytest.raises(TimeoutError):
                second.result(watcher.LOCK_SECONDS + 2)
        finally:
            os.kill(pid, signal.SIGCONT)
        assert second.result(PATIENCE_SECONDS).pid == pid
        second.result().stop()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_server_goes_on_when_the_first_of_two_who_keep_it_ends(
    parent: "subprocess.Popen[bytes]", folder: Path, number: signal.Signals
) -> None:
    first = server_of(parent)
    second = embedded.start(folder)
    write(folder, "majority", "2920")
    parent.send_signal(number)
    parent.wait()
    until(lambda: another_pid(second, than=first))
    until(lambda: b"2920" in read(folder, "majority"))
    second.stop()
    assert not embedded.answering(folder)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_watcher_that_is_killed_is_replaced_and_the_server_goes_on(
    running: embedded.Embedded, number: signal.Signals
) -> None:
    for _ in range(2):
        write(running.folder, "majority", "2920")
        killed = until(lambda: another_watcher(running, than=0))
        os.kill(killed, number)
        until(lambda killed=killed: another_watcher(running, than=killed))
        until(lambda: b"2920" in read(running.folder, "majority"))


def test_a_server_that_was_stopped_is_not_started_again_for_a_watcher_that_died(running: embedded.Embedded) -> None:
    os.kill(until(lambda: another_watcher(running, than=0)), signal.SIGKILL)
    running.stop()
    until(lambda: not embedded.answering(running.folder))
    running.stop()


def test_a_server_that_could_not_come_back_comes_back_once_it_can(running: embedded.Embedded) -> None:
    write(running.folder, "majority", "2920")
    manifest = running.folder / "appendonlydir" / "appendonly.aof.manifest"
    right = manifest.read_text()
    manifest.write_text(right.replace("1.incr", "7.incr"))
    os.kill(running.pid, signal.SIGKILL)
    log = running.folder / embedded.LOG
    until(lambda: log.read_text().count("is started again") > 9)
    with pytest.raises(embedded.EmbeddedServerError, match="down at the moment"):
        _ = running.pid
    manifest.write_text(right)
    until(lambda: b"2920" in read(running.folder, "majority"))


@pytest.mark.parametrize("damage", [b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$10\r\n29", b"\x00" * 4096, b"\xfe\r\n*" * 999])
def test_a_damaged_end_of_the_file_is_cut_off_kept_and_told(
    folder: Path, damage: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    first = embedded.start(folder)
    write(folder, "majority", "2920")
    first.stop()
    file = folder / "appendonlydir" / "appendonly.aof.1.incr.aof"
    whole = file.read_bytes()
    file.write_bytes(whole + damage)
    second = embedded.start(folder)
    assert b"2920" in read(folder, "majority")
    second.stop()
    (copy,) = folder.glob("*.lost")
    assert copy.read_bytes() == damage
    assert copy.stat().st_mode & 0o777 == 0o600
    told = "".join(capsys.readouterr())
    assert f"The last {len(damage):,} bytes of" in told
    assert f"kept in {copy}. All that was stored before " in told


@pytest.mark.parametrize("damage", [None, b"", b"file appendonly.aof.1.base.rdb seq 1 type b\nfile app", b"\xff\n"])
def test_the_list_of_its_files_is_written_anew_where_it_is_lost_and_nothing_else_is(
    folder: Path, damage: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    first = embedded.start(folder)
    write(folder, "majority", "2920")
    first.stop()
    manifest = folder / "appendonlydir" / "appendonly.aof.manifest"
    right = manifest.read_bytes()
    if damage is None:
        manifest.unlink()
    else:
        manifest.write_bytes(damage)
    second = embedded.start(folder)
    assert b"2920" in read(folder, "majority")
    second.stop()
    assert manifest.read_bytes() == right
    assert [copy.read_bytes() for copy in folder.glob("*.lost")] == [damage] * bool(damage)
    assert f"{manifest} was lost or damaged, and is written anew" in "".join(capsys.readouterr())


def test_files_that_are_lost_or_do_not_tell_their_order_are_named_and_left_as_they_are(folder: Path) -> None:
    first = embedded.start(folder)
    write(folder, "majority", "2920")
    first.stop()
    files = folder / "appendonlydir"
    base, later, manifest = (files / f"appendonly.aof.{end}" for end in ("1.base.rdb", "1.incr.aof", "manifest"))
    right = base.read_bytes()
    base.write_bytes(right[:20] + bytes(10))
    with pytest.raises(embedded.EmbeddedServerError, match=f"{base}, which has all that was stored before .* damaged"):
        embedded.start(folder)
    base.unlink()
    with pytest.raises(embedded.EmbeddedServerError, match=r"has lost appendonly.aof.1.base.rdb"):
        embedded.start(folder)
    manifest.unlink()
    whole = later.read_bytes()
    with pytest.raises(embedded.EmbeddedServerError, match=r"do not tell their order: appendonly.aof.1.incr.aof"):
        embedded.start(folder)
    assert later.read_bytes() == whole and not manifest.exists()


def test_a_server_whose_file_is_damaged_while_it_is_down_comes_back(running: embedded.Embedded) -> None:
    write(running.folder, "majority", "2920")
    file = running.folder / "appendonlydir" / "appendonly.aof.1.incr.aof"
    pid = running.pid
    os.kill(pid, signal.SIGSTOP)
    with file.open("ab") as opened:
        opened.write(b"\x00" * 10)
    os.kill(pid, signal.SIGKILL)
    until(lambda: another_pid(running, than=pid))
    until(lambda: b"2920" in read(running.folder, "majority"))
    assert [copy.read_bytes() for copy in running.folder.glob("*.lost")] == [b"\x00" * 10]


def test_damage_that_whole_commands_follow_is_not_cut_off_but_told_with_what_to_do(folder: Path) -> None:
    first = embedded.start(folder)
    write(folder, "majority", "2920")
    first.stop()
    file = folder / "appendonlydir" / "appendonly.aof.1.incr.aof"
    whole = file.read_bytes()
    damaged = whole + b"\x00" * 100 + whole
    file.write_bytes(damaged)
    with pytest.raises(embedded.EmbeddedServerError, match=rf"whole commands follow.*truncate -s {len(whole)} "):
        embedded.start(folder)
    assert file.read_bytes() == damaged
    assert not list(folder.glob("*.lost"))


FULL = """
import os, signal, subprocess, sys
from pathlib import Path
from server.stream import embedded
from server.stream.watching.watcher import ask
from tests.stream.conftest import another_watcher, is_running, read, until, write

disk = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], check=True)
server = embedded.start(disk / "redis")
write(server.folder, "majority", "2920")
with (disk / "fills").open("wb", buffering=0) as fills:
    try:
        while fills.write(bytes(1024)):
            pass
    except OSError:
        pass
large = b"SET lost " + b"x" * 20000


def is_ended(pid):
    # Asked again where it did not listen yet, or was only about to end.
    assert not ask(embedded.socket_path(server.folder), large).startswith(b"+OK")
    return not is_running(pid)


for _ in range(12):
    pid = until(lambda: server.pid)
    until(lambda: is_ended(pid))
    until(lambda: embedded.answering(server.folder))
killed = until(lambda: another_watcher(server, than=0))
os.kill(killed, signal.SIGKILL)
until(lambda: another_watcher(server, than=killed))
(disk / "fills").unlink()
until(lambda: ask(embedded.socket_path(server.folder), large).startswith(b"+OK"))
assert b"2920" in read(server.folder, "majority")
server.stop()
print("it came back")
"""


def test_a_server_comes_back_after_the_disk_was_full(tmp_path: Path) -> None:
    if subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        pytest.skip("no file system can be mounted here")
    command = ["unshare", "-rm", sys.executable, "-c", FULL, str(tmp_path)]
    told = subprocess.run(command, cwd=ROOT, stdout=-1, check=True, timeout=PATIENCE_SECONDS)
    assert b"it came back" in told.stdout
