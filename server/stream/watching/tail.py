"""The damaged end of an append-only file: found, kept aside, and cut off; and the list of its files where that is lost.
It imports the standard library only.

It is run as ``python -I -S tail.py FOLDER BINARY`` by the watcher, which holds the folder's lock, after a server that
could not read its file, and before one that would begin a new file over the old. On stdout it says in a sentence what
was done, or why nothing can be; the exit code is 0 if the server can read its file now and could not before, else 1.
"""

import os
import re
import subprocess
import sys
from mmap import ACCESS_READ, mmap
from pathlib import Path
from time import localtime, strftime
from typing import Final, NamedTuple

_MANIFEST: Final = "appendonly.aof.manifest"
_LISTED: Final = re.compile(r"file (\S+) seq \d+ type ([bhi])(?: [^\n]*)?\n")
_FILE: Final = re.compile(r"appendonly\.aof\.(\d+)\.(?:(base)\.(?:rdb|aof)|incr\.aof)")
_ARGUMENTS: Final = re.compile(rb"\*([1-9][0-9]{0,8})\r\n")
_LENGTH: Final = re.compile(rb"\$([0-9]{1,10})\r\n")
_STAMP: Final = re.compile(rb"#(?:TS:([0-9]{1,12}))?[^\r\n]{0,1000}\r\n")
_BEGINNING: Final = re.compile(rb"\*[1-9][0-9]{0,8}\r\n\$[0-9]{1,10}\r\n")
_NAME: Final = re.compile(rb"[A-Za-z]+")

Data = bytes | mmap


class Whole(NamedTuple):
    """How far a file is whole: its commands end at byte ``end``, the last of them at ``seconds`` since 1970 or within
    the second after (None: the file does not say); what cannot be read begins at byte ``damage``."""

    end: int
    seconds: int | None
    damage: int


def whole(data: Data) -> Whole:
    """How far this content of an append-only file is whole. A transaction is whole once its EXEC is there."""
    end, seconds, at, stamp = 0, None, 0, None
    in_transaction = False
    while at < len(data):
        if comment := _STAMP.match(data, at):
            stamp = int(comment[1]) if comment[1] else stamp
            at = comment.end()
        elif command := _command(data, at):
            name, at = command
            in_transaction = name != b"EXEC" and (in_transaction or name == b"MULTI")
        else:
            break
        if not in_transaction:
            end, seconds = at, stamp
    return Whole(end, seconds, at)


def _command(data: Data, at: int) -> tuple[bytes, int] | None:
    """The name of the command that begins at this byte, and where it ends; None if it is not whole."""
    beginning = _ARGUMENTS.match(data, at)
    if not beginning:
        return None
    at, name = beginning.end(), b""
    for place in range(int(beginning[1])):
        length = _LENGTH.match(data, at)
        if not length:
            return None
        start, at = length.end(), length.end() + int(length[1])
        if data[at : at + 2] != b"\r\n":
            return None
        if place == 0:
            name = bytes(data[start:at]).upper()
        at += 2
    return (name, at) if _NAME.fullmatch(name) else None


def goes_on(data: Data, after: int) -> bool:
    """Whether a whole command follows damage: then it is no damaged end, and to cut there would lose what is whole."""
    return any(_command(data, found.start()) for found in _BEGINNING.finditer(data, after + 1))


def listed(data: bytes) -> list[tuple[str, str]]:
    """The files that a manifest lists, each with its kind, "b" for the base and "i" for what came later; none if any
    of it cannot be read."""
    text = data.decode(errors="replace")
    found = _LISTED.findall(text)
    return found if not _LISTED.sub("", text) and any(kind == "i" for _, kind in found) else []


def listed_anew(folder: Path) -> tuple[bool, str]:
    """Write the manifest again where it is gone or damaged and the files themselves leave no doubt; returns whether,
    and a sentence ("" if it is whole)."""
    files = folder / "appendonlydir"
    manifest = files / _MANIFEST
    data = manifest.read_bytes() if manifest.is_file() else b""
    if named := listed(data):
        gone = ", ".join(name for name, kind in named if kind != "h" and not (files / name).is_file())
        return False, gone and f"{files} has lost {gone}: bring that back from a copy of the folder."
    bases: list[tuple[int, str]] = []
    later: list[tuple[int, str]] = []
    for file in files.glob("appendonly.aof.*"):
        if found := _FILE.fullmatch(file.name):
            (bases if found[2] else later).append((int(found[1]), file.name))
    later.sort()
    numbers = [number for number, _ in later]
    if not bases and not later:
        return False, ""
    if len(bases) != 1 or not later or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        there = ", ".join(name for _, name in bases + later)
        return False, f"{manifest} is lost, and its files do not tell their order: {there}. Bring it back from a copy."
    kept = f" What was there is kept in {_kept(folder, _MANIFEST, data)}." if data else ""
    lines = [(name, number, "b") for number, name in bases] + [(name, number, "i") for number, name in later]
    fresh = manifest.with_name(f"{_MANIFEST}.new")
    with fresh.open("w") as opened:
        opened.writelines(f"file {name} seq {number} type {kind}\n" for name, number, kind in lines)
        opened.flush()
        os.fsync(opened.fileno())
    fresh.rename(manifest)
    return True, f"{manifest} was lost or damaged, and is written anew from its files, which are all there.{kept}"


def base_fault(folder: Path, binary: str) -> str:
    """A sentence about a base that the server's own check finds damaged; "" if there is none."""
    files = folder / "appendonlydir"
    data = (files / _MANIFEST).read_bytes() if (files / _MANIFEST).is_file() else b""
    bases = [name for name, kind in listed(data) if kind == "b" and name.endswith(".rdb")]
    for base in (files / name for name in bases):
        check = subprocess.run(["valkey-check-rdb", base], executable=binary, stdout=subprocess.DEVNULL, check=False)
        if check.returncode:
            before = strftime("%H:%M:%S on %d %B %Y", localtime(base.stat().st_mtime))
            return f"{base}, which has all that was stored before {before}, is damaged: bring it back from a copy."
    return ""


def newest(folder: Path) -> Path | None:
    """The file that the server writes to, as its manifest says; None if there is no such file."""
    files = folder / "appendonlydir"
    try:
        named = [name for name, kind in listed((files / _MANIFEST).read_bytes()) if kind == "i"]
    except OSError:
        return None
    return files / named[-1] if named and (files / named[-1]).is_file() else None


def mend(folder: Path) -> tuple[bool, str]:
    """Cut off the damaged end of the file, once a copy of it is on disk; returns whether, and a sentence ("" if the
    file is whole)."""
    file = newest(folder)
    if file is None or not file.stat().st_size:
        return False, ""
    with file.open("r+b") as opened, mmap(opened.fileno(), 0, access=ACCESS_READ) as data:
        end, seconds, damage = whole(data)
        if end == len(data):
            return False, ""
        if goes_on(data, damage):
            return False, (
                f"{file} is damaged at byte {damage:,}, and whole commands follow, which would be lost if it were cut "
                f"there. Mend it from a copy; or keep one, and cut it with: truncate -s {end} '{file}'"
            )
        copy = _kept(folder, f"{file.name}.from-{end}", data[end:])
        size = len(data) - end
    os.truncate(file, end)
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
    before = "" if seconds is None else strftime("%H:%M:%S on %d %B %Y", localtime(seconds))
    until = f" All that was stored before {before} is there." if before else ""
    return True, f"The last {size:,} bytes of {file} were damaged: they are cut off, and kept in {copy}.{until}"


def _kept(folder: Path, name: str, lost: bytes) -> Path:
    """Write what is lost into a new file of the folder, and return once it is on disk."""
    taken = {file.name for file in folder.glob("*.lost")}
    number = next(number for number in range(1, len(taken) + 2) if f"{name}.{number}.lost" not in taken)
    copy = folder / f"{name}.{number}.lost"
    with copy.open("xb") as opened:
        opened.write(lost)
        opened.flush()
        os.fsync(opened.fileno())
    return copy


def main(folder: Path, binary: str) -> int:
    """Mend the file of a folder and say so; an exit code."""
    os.umask(0o077)
    try:
        mended, sentence = listed_anew(folder)
        if not sentence:
            mended, sentence = mend(folder)
        if not sentence:
            sentence = base_fault(folder, binary)
    except OSError as error:
        mended, sentence = False, f"The append-only file cannot be mended: {error.strerror}."
    if sentence:
        print(sentence)
    return 0 if mended else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
