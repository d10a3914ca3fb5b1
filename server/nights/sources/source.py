"""A file as somebody has it, before anything in it is understood: its bytes become text, or what it is instead is
named. No columns and no votes."""

from io import BytesIO
from pathlib import Path

from msgspec import Struct

from server.election.texts.unseen import visible
from server.nights.sources.problems import Problem

MOST_BYTES = 16 * 1024 * 1024  # twenty times the largest file that the Library publishes
_BEGINNING = 2000  # bytes by which is told what a file is

# What files begin with that are not the text of a table, and what to do with each.
_SAVE = "save the table as CSV in UTF-8"
_OTHERS = (
    (b"\xd0\xcf\x11\xe0", f"This is an old Excel workbook: open it and {_SAVE}."),
    (b"%PDF", f"This is a PDF: copy the table into a spreadsheet and {_SAVE}."),
    (b"{\\rtf", f"This is a document of a word processor: {_SAVE}."),
    (b"\x1f\x8b", "This is a compressed file: unpack it first."),
    (b"\x89PNG", "This is a picture: a table of text is needed, as CSV in UTF-8."),
    (b"\xff\xd8\xff", "This is a picture: a table of text is needed, as CSV in UTF-8."),
)
_ZIPPED = (
    (b"opendocument.spreadsheet", f"This is a spreadsheet of LibreOffice, a ZIP file: open it and {_SAVE}."),
    (b"[Content_Types].xml", f"This is an Excel workbook, a ZIP file: open it and {_SAVE}."),
    (b"xl/", f"This is an Excel workbook, a ZIP file: open it and {_SAVE}."),
)
_WEB_PAGES = (b"<!doctype html", b"<html", b"<table", b"<?xml", b"<head", b"<body")


class Source(Struct, frozen=True):
    """A file that was read already, such as an upload: its ``name``, which errors are said with, and its bytes."""

    name: str
    data: bytes


File = Path | Source
"""A file to import: one on disk, or one that was read already."""


def data_of(file: File) -> bytes:
    """The bytes of a file; ValueError with a sentence where it cannot be read, or has more than ``MOST_BYTES``."""
    try:
        with file.open("rb") if isinstance(file, Path) else BytesIO(file.data) as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise ValueError(f"It cannot be read: {error.strerror}.") from error
    if len(data) > MOST_BYTES:
        most = f"{MOST_BYTES // 1024**2} MB"
        raise ValueError(f"It has more than {most}, and no table of a night has: leave out what is not of the night.")
    return data


def text_of(file: File, problems: list[Problem]) -> str | None:
    """The text of a file, with LF between its lines; None where it is no text, and ``problems`` then says what it is.

    Bytes that are not UTF-8 become lone surrogates, so that it can be said at the row which has them: see ``damage``.
    """
    try:
        data = data_of(file)
        return _decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    except ValueError as error:
        problems.append(Problem(file.name, 0, str(error)))
        return None


def beginning_of(file: File) -> str:
    """The first 20,000 bytes of a file as text, however long it is; "" where it cannot be read, or is no text."""
    try:
        with file.open("rb") if isinstance(file, Path) else BytesIO(file.data) as opened:
            return visible(_decoded(opened.read(20_000)))
    except (OSError, ValueError):
        return ""


def damage(text: str) -> str | None:
    """What is wrong with a line in which bytes were not UTF-8, as a sentence; None where there are none."""
    for letter in text if not text.isascii() else "":
        if "\udc80" <= letter <= "\udcff":
            return f"A letter is not UTF-8 (byte 0x{ord(letter) - 0xDC00:02X}); save the file as UTF-8."
    return None


def _decoded(data: bytes) -> str:
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    for beginning, sentence in _OTHERS:
        if data.startswith(beginning):
            raise ValueError(sentence)
    if data.startswith(b"PK\x03\x04"):
        raise ValueError(_zipped(data))
    if encoding := _utf_16(data):
        return _from_utf_16(data, encoding)
    if b"\0" in data:
        raise ValueError(f"This is no text in UTF-8: {_SAVE}.")
    if data[:_BEGINNING].lstrip().lower().startswith(_WEB_PAGES):
        raise ValueError(
            "This is a web page, or XML, and no CSV: download the CSV itself, or copy the table into a "
            f"spreadsheet and {_SAVE}."
        )
    return data.decode("utf-8", "surrogateescape")


def _zipped(data: bytes) -> str:
    beginning = data[:_BEGINNING]
    for mark, sentence in _ZIPPED:
        if mark in beginning:
            return sentence
    return f"This is a ZIP file or a spreadsheet: unpack it, or {_SAVE}."


def _utf_16(data: bytes) -> str | None:
    """The kind of UTF-16 that bytes are in: as its mark says, or because every other byte of plain letters is 0."""
    if data.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return None  # UTF-32, which nobody has
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    beginning = data[: _BEGINNING // 2 * 2]
    even, odd = beginning[::2].count(0), beginning[1::2].count(0)
    if not beginning or max(even, odd) < 0.8 * len(beginning) / 2 or min(even, odd):
        return None
    return "utf-16-le" if odd else "utf-16-be"


def _from_utf_16(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise ValueError(f"This looks like UTF-16, but is damaged: {_SAVE}.") from None
    if "\0" in text:
        raise ValueError(f"This is no text in UTF-8: {_SAVE}.")
    return text
