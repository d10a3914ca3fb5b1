"""Writing and reading the photographs of a night as files, each named by its hash. What is not its hash is not read."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from server.election.events import SheetPhotographed
from server.election.limits import MOST_PHOTO_BYTES
from server.election.nights import Night

PHOTOS = ".photos"
"""The ending of the folder beside a record, after the night's id."""


def seen_in(night: Night) -> dict[str, SheetPhotographed]:
    """Hash → the photograph that is seen, of every contest."""
    return {photo.sha256: photo for count in night.counts.values() for photo in count.seen}


def photo_in(folder: Path, night: str, sha256: str) -> bytes | None:
    """A photograph of a night whose record is in this folder; None if it is not there, or was changed."""
    try:
        with (folder / f"{night}{PHOTOS}" / f"{sha256}.jpg").open("rb") as opened:
            data = opened.read(MOST_PHOTO_BYTES + 1)
    except OSError:
        return None
    return data if hashlib.sha256(data).hexdigest() == sha256 else None


def put_photos(folder: Path, night: str, photos: Iterable[tuple[str, bytes]]) -> int:
    """Write photographs (hash, file) beside a night's record; how many there were. OSError if they cannot be."""
    number = 0
    for sha256, data in photos:
        file = folder / f"{night}{PHOTOS}" / f"{sha256}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        with part.open("wb") as opened:
            opened.write(data)
            os.fsync(opened.fileno())
        part.replace(file)
        number += 1
    return number


def changed_in(folder: Path, night: Night) -> tuple[list[str], list[str]]:
    """The hashes of the photographs beside a record that are right, and the names of files that are no photograph of
    this record, were changed, or were hidden."""
    named, right, wrong = seen_in(night), list[str](), list[str]()
    for file in sorted((folder / f"{night.definition.id}{PHOTOS}").glob("*")):
        is_right = file.stem in named and photo_in(folder, night.definition.id, file.stem) is not None
        (right if is_right else wrong).append(file.stem if is_right else file.name)
    return right, wrong


def copied(folder: Path, to: Path, night: Night) -> int:
    """Copy the photographs of a night from beside its record to beside another copy of it; how many there were."""
    name = night.definition.id
    if folder.resolve() == to.resolve():
        return 0
    found = ((sha256, photo_in(folder, name, sha256)) for sha256 in seen_in(night))
    return put_photos(to, name, ((sha256, data) for sha256, data in found if data))
