"""The embedded Valkey, with real processes: what survives, who ends with whom, what is refused."""

import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from server.stream import embedded
from tests.stream.conftest import (
    another_pid,
    is_running,
    read,
    server_of,
    until,
    watcher_of,
    write,
)


def test_what_was_written_is_there_after_a_restart(folder: Path) -> None:
    first = embedded.start(folder)
    write(folder, "majority", "2920")
    first.stop()
    assert not embedded.answering(folder)
    second = embedded.start(folder)
    assert b"2920" in read(folder, "majority")
    second.stop()


def test_only_this_user_may_enter_where_the_socket_is(running: embedded.Embedded) -> None:
    path = embedded.socket_path(running.folder)
    assert running.url == f"unix://{path}"
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o777 == 0o700


def test_nobody_else_on_the_machine_can_read_what_is_stored_also_of_an_earlier_version(folder: Path) -> None:
    first = embedded.start(folder)
    write(folder, "majority", "2920")
    first.stop()
    places = [folder, *folder.rglob("*")]
    assert len(places) > 4
    for place in places:
        place.chmod(0o755 if place.is_dir() else 0o644)
    second = embedded.start(folder)
    write(folder, "majority", "2921")
    modes = {place.stat().st_mode & 0o777 for place in (folder, *folder.rglob("*")) if not place.is_dir()}
    folders = {place.stat().st_mode & 0o777 for place in (folder, *folder.rglob("*")) if place.is_dir()}
    second.stop()
    assert (modes, folders) == ({0o600}, {0o700})


def test_a_socket_folder_open_to_others_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    (folder / f"declared-{os.getuid()}").mkdir(parents=True)
    (folder / f"declared-{os.getuid()}").chmod(0o777)
    with pytest.raises(embedded.EmbeddedServerError, match="only you may enter"):
        embedded.socket_path(folder)


def test_a_path_too_long_for_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("x" * 90)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with pytest.raises(embedded.EmbeddedServerError, match="set TMPDIR"):
        embedded.socket_path(tmp_path)


def test_a_killed_server_comes_back_with_everything_acknowledged(running: embedded.Embedded) -> None:
    for round_number in range(3):
        write(running.folder, f"round-{round_number}", "kept")
        pid = running.pid
        os.kill(pid, signal.SIGKILL)
        until(lambda pid=pid: another_pid(running, than=pid))
        until(lambda key=f"round-{round_number}": b"kept" in read(running.folder, key))  # once its data is loaded


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_server_ends_with_its_parent_however_that_dies(
    parent: "subprocess.Popen[bytes]", folder: Path, number: signal.Signals
) -> None:
    pid = server_of(parent)
    write(folder, "majority", "2920")
    parent.send_signal(number)
    parent.wait()
    until(lambda: not is_running(pid))
    assert "ready to exit, bye bye" in (folder / embedded.LOG).read_text()
    server = embedded.start(folder)
    assert b"2920" in read(folder, "majority")
    server.stop()


def test_a_server_ends_even_when_its_watcher_is_killed_too(parent: "subprocess.Popen[bytes]") -> None:
    pid = server_of(parent)
    os.kill(parent.pid, signal.SIGSTOP)  # who would replace the watcher
    os.kill(watcher_of(pid), signal.SIGKILL)
    until(lambda: not is_running(pid))


def test_a_start_right_after_the_parent_was_killed_waits_for_the_folder(
    parent: "subprocess.Popen[bytes]", folder: Path
) -> None:
    server_of(parent)
    parent.kill()
    embedded.start(folder).stop()


def test_ctrl_c_does_not_reach_the_server_before_its_parent_is_done(running: embedded.Embedded) -> None:
    assert os.getsid(running.pid) != os.getsid(0)


def test_a_socket_left_behind_is_no_obstacle(folder: Path) -> None:
    path = embedded.socket_path(folder)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    assert not embedded.answering(folder)
    server = embedded.start(folder)
    assert embedded.answering(folder)
    server.stop()


def test_data_that_cannot_be_read_is_refused_and_the_log_named(folder: Path) -> None:
    embedded.start(folder).stop()
    with (folder / "appendonlydir" / "appendonly.aof.1.incr.aof").open("ab") as opened:
        opened.write(b"*1\r\n$7\r\nRUBBISH\r\n")
    with pytest.raises(embedded.EmbeddedServerError, match=embedded.LOG):
        embedded.start(folder)
