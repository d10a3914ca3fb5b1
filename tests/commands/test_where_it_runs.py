"""Where people run it: what the Procfile, the unit and the container's file say is done as they say it."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import create_server

import httpx2
import pytest

from server.__main__ import main
from server.settings import ROOT
from server.stream.embedded import Embedded
from tests.conftest import PATIENCE_SECONDS
from tests.count.conftest import SECRET

_OF_A_PLATFORM = f"{Path(sys.executable).parent}:/usr/bin:/bin"


@contextmanager
def started(command: list[str], folder: Path, environment: Mapping[str, str]) -> Generator[subprocess.Popen[bytes]]:
    """A process of its own group, once it is ready at the port of its environment."""
    running = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, start_new_session=True)
    try:
        with httpx2.Client() as client:
            while True:
                with suppress(httpx2.TransportError):
                    if client.get(f"http://127.0.0.1:{environment['PORT']}/readyz").status_code == 200:
                        break
                assert running.poll() is None, running.stderr and running.stderr.read().decode()
                time.sleep(0.01)
        yield running
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()


def printed(verb: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a verb prints."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert main([verb]) == 0
    return capsys.readouterr().out


def environment_of(redis: Embedded, folder: Path, **more: str) -> dict[str, str]:
    """Settings, and nothing else of this process's environment."""
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return {"PORT": str(port), "REDIS_URL": redis.url, "SECRET_KEY": SECRET, "DATA_DIR": str(folder), **more}


def test_the_procfile_starts_with_the_python_and_the_port_of_a_platform_and_ends_when_told(
    shared_redis: Embedded, tmp_path: Path
) -> None:
    app = tmp_path / "app"
    app.mkdir()
    shutil.copytree(ROOT / "scripts", app / "scripts")
    for name in ("server", "web"):
        (app / name).symlink_to(ROOT / name)
    (web,) = re.findall("^web: (.+)$", (ROOT / "Procfile").read_text(), re.MULTILINE)
    with started(["sh", "-c", web], app, environment_of(shared_redis, tmp_path, PATH=_OF_A_PLATFORM)) as server:
        server.terminate()  # the one process that a platform knows
        assert server.wait(PATIENCE_SECONDS) == 143


def test_the_unit_is_one_and_what_it_starts_ends_when_systemd_says_so(
    shared_redis: Embedded, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = printed("unit", capsys, tmp_path, monkeypatch)
    settings = dict(re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE))
    name, _, value = settings["Environment"].partition("=")
    assert (name, value) == ("DATA_DIR", f"/var/lib/{settings['StateDirectory']}")
    command = re.sub('"', "", settings["ExecStart"]).split()
    with started(command, Path(settings["WorkingDirectory"]), environment_of(shared_redis, tmp_path)) as server:
        server.terminate()
        code = server.wait(float(settings["TimeoutStopSec"]))
        assert str(code) == settings["SuccessExitStatus"]
    assert settings["RestartPreventExitStatus"] == str(os.EX_CONFIG)
    assert settings["StartLimitIntervalSec"] == "0", "systemd gives up otherwise, while Redis is away"


@pytest.mark.parametrize(("drain", "stop"), [("", 60), ("10", 60), ("120", 280)])
def test_systemd_waits_for_a_process_that_leaves_slowly(
    drain: str, stop: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRAIN_SECONDS", drain)
    assert f"\nTimeoutStopSec={stop}\n" in printed("unit", capsys, tmp_path, monkeypatch)


def test_the_containers_health_check_passes_while_the_server_is_ready_and_then_alone(
    shared_redis: Embedded, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = printed("container", capsys, tmp_path, monkeypatch).replace("\\\n", "")
    (check,) = re.findall(r"^HEALTHCHECK .*?CMD (.+)$", file, re.MULTILINE)
    environment = environment_of(shared_redis, tmp_path)
    path = {"PATH": f"{Path(sys.executable).parent}:{_OF_A_PLATFORM}"}
    codes: list[int] = []
    with started([sys.executable, "-m", "server", "serve"], ROOT, environment):
        codes.append(subprocess.run(check, shell=True, env=environment | path, stderr=subprocess.DEVNULL).returncode)
    codes.append(subprocess.run(check, shell=True, env=environment | path, stderr=subprocess.DEVNULL).returncode)
    assert codes == [0, 1]


def test_a_setting_that_cannot_be_used_is_no_reason_to_start_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "eight thousand")
    assert main(["serve"]) == os.EX_CONFIG


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_finds_nothing_wrong_with_the_unit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "declared.service"
    file.write_text(printed("unit", capsys, tmp_path, monkeypatch))
    checked = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_containers_file_copies_what_there_is_and_starts_a_verb_there_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = printed("container", capsys, tmp_path, monkeypatch)
    for copied in re.findall(r"^COPY (?!--from)(.+) \S+$", file, re.MULTILINE):
        assert all((ROOT / name).exists() for name in copied.split()), copied
    assert set(re.findall(r"scripts/\w+", file)) == {"scripts/setup"}
    assert file.endswith('CMD ["python", "-m", "server", "serve"]\n')
    assert file.count("--require-hashes -r requirements.txt") == 1
