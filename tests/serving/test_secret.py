"""The key that signs sessions and invitations: its file is whole or not there, and every process has the same key."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from server.settings import Settings, SettingsError

_READ = "from server.settings import Settings; print(Settings.from_env().secret_key)"
# Does what a full disk does: the file is made, and no byte goes into it.
_ON_A_FULL_DISK = (
    "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY));" + _READ
)


def started(program: str, folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", program],
        env={"DATA_DIR": str(folder)},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_a_disk_that_is_full_leaves_no_empty_key(tmp_path: Path) -> None:
    program = started(_ON_A_FULL_DISK, tmp_path)
    said = program.communicate()[1]
    assert program.returncode == 1
    assert "SettingsError" in said and "SECRET_KEY" in said, said
    assert list(tmp_path.iterdir()) == []
    assert len(Settings.from_env({"DATA_DIR": str(tmp_path)}).secret_key) == 43, "once there is room, a key is made"


def test_processes_that_start_at_once_have_one_key(tmp_path: Path) -> None:
    for turn in range(3):
        programs = [started(_READ, tmp_path / str(turn)) for _ in range(10)]
        keys = {program.communicate()[0] for program in programs}
        assert len(keys) == 1 and len(keys.pop()) == 44
        (kept,) = (tmp_path / str(turn)).iterdir()
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600


@pytest.mark.parametrize("kept", ["", "\n", "short"])
def test_a_key_that_is_empty_or_short_signs_nothing(tmp_path: Path, kept: str) -> None:
    (tmp_path / "secret").write_text(kept)
    with pytest.raises(SettingsError, match=r"secret has no key of at least 16 characters. Delete it"):
        Settings.from_env({"DATA_DIR": str(tmp_path)})


def test_a_key_that_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("k" * 16)
    (tmp_path / "secret").chmod(0o644)
    Settings.from_env({"DATA_DIR": str(tmp_path)})
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


@pytest.mark.parametrize("port", ["٨٠٠٠", "8" * 5000, "-1", "70000"])
def test_a_port_that_is_no_number_is_refused_with_a_sentence(tmp_path: Path, port: str) -> None:
    with pytest.raises(SettingsError, match=r"PORT must be a whole number up to 65535"):
        Settings.from_env({"DATA_DIR": str(tmp_path), "PORT": port})


def test_a_key_of_the_environment_needs_no_file_and_an_empty_one_is_none(tmp_path: Path) -> None:
    assert Settings.from_env({"DATA_DIR": str(tmp_path), "SECRET_KEY": "k" * 16}).secret_key == "k" * 16
    assert not list(tmp_path.iterdir()), "it needs no file"
    kept = Settings.from_env({"DATA_DIR": str(tmp_path), "SECRET_KEY": ""}).secret_key
    assert (tmp_path / "secret").read_text() == kept == Settings.from_env({"DATA_DIR": str(tmp_path)}).secret_key


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "http://redis.example",
        "redis://redis.example:six",
        "redis://redis.example:6379/six",
        "redis://redis.example?db=six",
        "redis+sentinel://redis.example:6379/night/six",
        "redis+cluster://one.example/1",
        "http+cluster://one",
        "unix://",
        "Jane:hush@redis.example:6379",
        "redis://Jane:hu/hush@redis.example",
        "redis:/redis.example?password=hush&db=1",
    ],
)
def test_an_address_that_is_none_of_a_redis_is_told_in_a_sentence_without_its_password(
    url: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=r"REDIS_URL must be like redis://") as told:
        Settings.from_env({"REDIS_URL": url, "DATA_DIR": str(tmp_path)})
    assert "hush" not in str(told.value)
