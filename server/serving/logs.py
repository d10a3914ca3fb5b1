"""The log: each event is a line on stderr, JSON for machines or plain for people, without secrets, and never an error.

What this program logs by structlog, and what uvicorn, asyncio and other libraries log by the standard library, look
alike. Sentences for people, such as links, are printed and are no log.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import msgspec
import structlog

from server.measures import LOST_LINES

Event = MutableMapping[str, Any]

_SIMPLE = frozenset((str, int, float, bool, type(None)))
_any_json = json.JSONEncoder(default=str, skipkeys=True)  # msgspec would write bytes in base64, secrets too
_NAMED = ("authorization", "cookie", "pin", "password", "secret", "secret_key", "token")
_HINTS = ("/invitation/", "://", "bearer", *_NAMED)  # in small letters; a line without them is not searched any further
_NAMES = "|".join(_NAMED)
_SECRETS = re.compile(
    r"(?P<link>/invitation/)[^\s\"'?#\\)]+"
    r"|(?P<url>://)[^/\s\"'@]+@"
    r"|(?P<head>\b(?:authorization|cookie):\s*)[^\"'\\\n]+"
    rf"|(?P<pair>[\"'](?:{_NAMES})\\?[\"']{{1,2}}\s*[:,]\s*[\"']?b?\\?[\"'])[^\"'\\]+"
    rf"|(?P<field>\b(?:{_NAMES})=)[^\s\"'\\&,;)]+"
    r"|(?P<bearer>\bbearer\s+)[\w.~+/=-]+",
    re.IGNORECASE,
)


def without_secrets(text: str) -> str:
    """The text with all that opens a door cut out: links of invitations, passwords, PINs, cookies, keys."""
    small = text.lower()
    for hint in _HINTS:
        if hint in small:
            break
    else:
        return text
    return _SECRETS.sub(lambda found: found[found.lastgroup or 0] + ("…@" if found.lastgroup == "url" else "…"), text)


def configure(*, as_json: bool) -> None:
    """Log to stderr from now on, as JSON or plain, with colours on a terminal alone."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.stdlib.add_logger_name,
            _with_time,
            structlog.processors.ExceptionRenderer(_traceback),
            _as_json if as_json else _plain(),
            _cut,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_Stderr,
    )
    logging.root.handlers = [_FromLibraries()]
    logging.captureWarnings(True)
    if as_json:
        sys.excepthook = _uncaught


class _Stderr:
    """Where lines go. One that cannot be written, as on a full disk, is lost and counted, and the program goes on."""

    def __init__(self, name: str = "") -> None:
        self.name = name

    def msg(self, line: str) -> None:
        try:
            sys.stderr.write(line + "\n")
        except (OSError, ValueError):
            LOST_LINES.inc()

    debug = info = warning = error = critical = msg


class _FromLibraries(logging.Handler):
    """Passes on what libraries log."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = record.getMessage().strip()
        except (TypeError, ValueError, KeyError):  # its arguments do not fit
            text = str(record.msg)
        structlog.get_logger(record.name).log(record.levelno, text, exc_info=record.exc_info)


def _with_time(logger: object, method: str, event: Event) -> Event:
    event["time"] = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return event


def _traceback(exc_info: tuple[Any, BaseException, Any]) -> str:
    return "".join(traceback.format_exception(exc_info[1]))  # without the values of variables


def _as_json(logger: object, method: str, event: Event) -> str:
    first = {"time": event.pop("time"), "level": event.pop("level"), "logger": event.pop("logger")}
    line = {**first, "message": event.pop("event"), **event}
    if all(type(value) in _SIMPLE for value in line.values()):
        with suppress(UnicodeEncodeError):  # half a surrogate pair, from the name of a file
            return msgspec.json.encode(line).decode()
    return _any_json.encode(line)


def _plain() -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(),
        sort_keys=False,
        timestamp_key="time",
        exception_formatter=structlog.dev.plain_traceback,
    )


def _cut(logger: object, method: str, line: Any) -> str:
    return without_secrets(line)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    structlog.get_logger("server").critical("this program ends by an error", exc_info=error)
