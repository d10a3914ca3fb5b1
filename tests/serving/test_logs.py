"""What this program logs: lines that a machine reads, without secrets, whatever happens to them."""

import json
import logging
import sys
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import structlog

from server.measures import REGISTRY
from server.serving import logs
from server.settings import Settings, SettingsError


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever was configured before is configured again."""
    for name in ("uvicorn", "uvicorn.error"):  # another test's server may have set them up
        monkeypatch.setattr(logging.getLogger(name), "handlers", [])
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)
    configured, handlers, hook = structlog.get_config(), logging.root.handlers, sys.excepthook
    yield
    structlog.configure(**configured)
    logging.root.handlers, sys.excepthook = handlers, hook
    logging.captureWarnings(False)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """The lines on stderr, each of which must be an object."""
    printed = capsys.readouterr()
    assert printed.out == ""
    return [json.loads(line) for line in printed.err.splitlines()]


def test_a_line_is_an_object_with_its_time_level_logger_and_message_first(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(as_json=True)
    structlog.get_logger("server.a.room").warning("it rains", night="parl.2019-12-12", minutes=3)
    (line,) = lines(capsys)
    assert list(line) == ["time", "level", "logger", "message", "night", "minutes"]
    assert line["level"], line["message"] == ("warning", "it rains")
    assert line["logger"] == "server.a.room"
    at = str(line["time"])
    assert at.endswith("Z") and len(at) == len("2026-11-27T02:03:13.123Z")
    assert datetime.fromisoformat(at).utcoffset() == timedelta(0)


def test_an_exception_stands_in_its_line_and_libraries_log_as_we_do(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(as_json=True)
    try:
        raise LookupError("no such\nnight")
    except LookupError as error:
        structlog.get_logger(__name__).exception("it failed")
        logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=error)
        sys.excepthook(type(error), error, error.__traceback__)
    logging.getLogger("asyncio").warning("%s was never awaited", "it")
    ours, theirs, last, other = lines(capsys)
    for line in (ours, theirs, last):
        assert str(line["exception"]).startswith("Traceback")
        assert str(line["exception"]).endswith("LookupError: no such\nnight\n")
    assert (theirs["logger"], theirs["message"]) == ("uvicorn.error", "Exception in ASGI application")
    assert (other["level"], other["message"]) == ("warning", "it was never awaited")


@pytest.mark.parametrize("as_json", [True, False])
def test_no_secret_reaches_the_log_by_whatever_way(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    logs.configure(as_json=as_json)
    log, key = structlog.get_logger(__name__), "s3cr3t"
    log.info(f"GET /count/invitation/{key}.{key}-_x?ended=1", path=f"/desk/invitation/{key}")
    log.info("it is away", url=f"redis://declared:{key}@redis.example:6379/0")
    log.info(str({"pin": key, "authorization": f"Bearer {key}"}), form={"pin": key})
    log.info(f"Cookie: session={key}; other={key}", headers=[(b"cookie", key.encode())])
    try:
        raise ValueError(f"pin={key}&by=Ann, bearer {key}, Authorization: Bearer {key}")
    except ValueError:
        log.exception("it failed")
    printed = capsys.readouterr().err
    assert key not in printed and b64encode(key.encode()).decode() not in printed
    assert "redis.example:6379/0" in printed and "by=Ann" in printed and "/desk/invitation/…" in printed


def test_what_cannot_be_written_as_it_is_is_written_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(as_json=True)
    structlog.get_logger(__name__).info("a file", named="\udcff.jsonl", path=Path("x"), what={1: {2}})
    (line,) = lines(capsys)
    assert (line["named"], line["path"]) == ("\udcff.jsonl", "x")


def test_a_library_that_logs_with_arguments_that_do_not_fit_is_logged_all_the_same(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(as_json=True)
    logging.getLogger("asyncio").warning("%d of them", "none")
    assert [line["message"] for line in lines(capsys)] == ["%d of them"]


def test_a_line_for_people_has_no_colours_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(as_json=False)
    structlog.get_logger("server.a.room").warning("it rains", minutes=3)
    printed = capsys.readouterr().err
    assert "\x1b" not in printed
    assert "it rains" in printed and "minutes=3" in printed and "server.a.room" in printed


def test_a_line_that_does_not_fit_on_the_disk_is_lost_and_counted_and_nothing_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    logs.configure(as_json=True)
    before = REGISTRY.get_sample_value("declared_log_lines_lost_total") or 0
    with Path("/dev/full").open("w", buffering=1) as full:
        monkeypatch.setattr(sys, "stderr", full)
        structlog.get_logger(__name__).warning("it rains")
        logging.getLogger("asyncio").warning("it pours")
        monkeypatch.undo()
        assert REGISTRY.get_sample_value("declared_log_lines_lost_total") == before + 2
        with pytest.raises(OSError, match="No space"):
            full.close()


def test_how_it_logs_and_leaves_is_set_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"DATA_DIR": str(tmp_path)}
    for on_a_terminal, expected in ((True, (False, "few")), (False, (True, "some"))):
        monkeypatch.setattr(sys.stderr, "isatty", lambda answer=on_a_terminal: answer)
        found = Settings.from_env(given)
        assert (found.log_json, found.log_requests) == expected
    chosen = Settings.from_env(given | {"LOG_FORMAT": "plain", "LOG_REQUESTS": "all", "LOG_ADDRESSES": "1"})
    assert (chosen.log_json, chosen.log_requests, chosen.log_addresses) == (False, "all", True)
    assert [Settings.from_env(given | {"SHARE_PORT": shares}).drain_seconds for shares in "01"] == [0, 10]
    with pytest.raises(SettingsError, match="LOG_FORMAT must be one of json, plain, not 'xml'"):
        Settings.from_env(given | {"LOG_FORMAT": "xml"})
