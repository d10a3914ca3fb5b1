"""Kept nights: records of nights that were on air, in files of ``DATA_DIR/nights``. No Redis.

The folder is looked at each time a night is asked for, so a file that is added or removed is noticed at once. Other
nights are never compared with kept ones: what a page says must not depend on which nights an installation keeps.
"""

import os
import re
from datetime import date
from pathlib import Path
from tempfile import mkstemp

import structlog
from msgspec import Struct

from server.election.events import AnyEvent
from server.election.nights import Night
from server.nights import archive
from server.nights.fit import why_unfit
from server.nights.past import PastNight
from server.stream.record import BadRecord, added_up, read, written

RECORD, DESK = ".record.jsonl", ".desk.jsonl"
MOST_BYTES = 64 * 1024 * 1024  # fifty times the record of a general election
_ID = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_LONGEST_ID = 200  # a file's name has 255 bytes

log = structlog.get_logger(__name__)


class NotKept(Exception):
    """A night cannot be kept here; the message is a sentence."""


class KeptNight(Struct, frozen=True):
    """A kept night as the list of nights shows it; ``contests``, ``declared`` and ``awaited`` count contests."""

    id: str
    title: str
    date: date
    contests: int
    declared: int
    awaited: int
    replay_of: str | None
    rehearsal: bool


class _Known(Struct, frozen=True):
    """What a file held when its modification time, size and inode were ``stamp``; ``night`` is None if it cannot be
    shown."""

    stamp: tuple[int, int, int]
    night: tuple[KeptNight, PastNight] | None


class Kept:
    """The nights that are kept in a data folder, which several processes may share."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "nights"
        self._known: dict[str, _Known] = {}

    def listed(self) -> tuple[KeptNight, ...]:
        """All kept nights, the newest first, those of one date by title."""
        ids = [file.name.removesuffix(RECORD) for file in self.folder.glob(f"*{RECORD}")]
        nights = [opened[0] for night in sorted(ids) if (opened := self._found(night))]
        return tuple(sorted(nights, key=lambda night: (-night.date.toordinal(), night.title)))

    def load(self, night: str) -> PastNight:
        """A past night, shipped or kept, by its id; UnknownNight where there is none."""
        try:
            return archive.load(night)
        except archive.UnknownNight:
            if opened := self._found(night):
                return opened[1]
            raise

    def events(self, night: str) -> tuple[AnyEvent, ...] | None:
        """The events of a past night, the same object until its file changes; None where there is none."""
        try:
            return self.load(night).events
        except archive.UnknownNight:
            return None

    def file(self, night: str, ending: str = RECORD) -> Path:
        """The path where a night is kept; NotKept if its id is unsafe as the name of a file."""
        if len(night) > _LONGEST_ID or not _ID.fullmatch(night):
            raise NotKept(f"{night[:_LONGEST_ID]!r} cannot be the name of a file, so that no such night can be kept.")
        return self.folder / f"{night}{ending}"

    def add(self, data: bytes, goes_on: bool = False) -> tuple[Night, bool]:
        """Keep a record; returns its night, and whether anything was written.

        With ``goes_on`` it may replace a record that it is the continuation of. BadRecord if the data is not a record;
        NotKept if it cannot be shown or written, or another night has its id.
        """
        night, heads = checked(data)
        file = self.file(name := night.definition.id)
        if is_shipped(name):
            raise NotKept(f"{name} is a night that is shipped with the program: what is kept needs an id of its own.")
        if file.exists():
            before = read(taken(file))[1][-1]
            if before == heads[-1]:
                return night, False
            if not (goes_on and before in heads):
                raise NotKept(
                    f"{name} is kept here with another head, {before[:16]}; this one has {heads[-1][:16]}. "
                    f"Remove {file} first, if this one is to take its place."
                )
        self.put(file, data)
        return night, True

    def put(self, file: Path, data: bytes, mode: int = 0o644) -> None:
        """Write a file in this folder, which is made if need be, as the function ``put`` does; NotKept too."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NotKept(f"{self.folder} cannot be made: {error.strerror}.") from error
        put(file, data, mode)

    def _found(self, night: str) -> tuple[KeptNight, PastNight] | None:
        try:
            file = self.file(night)
            status = file.stat()
        except (NotKept, OSError):
            self._known.pop(night, None)
            return None
        stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
        known = self._known.get(night)
        if known is None or known.stamp != stamp:
            known = self._known[night] = _Known(stamp, _opened(file, night))
        return known.night


def checked(data: bytes) -> tuple[Night, list[str]]:
    """The night of a record, with the head after each event.

    BadRecord if the data is not a record as this program writes it, NotKept if no page can be made of its night.
    """
    events, heads = read(data)
    night, _ = added_up(events)
    if b"".join(written(events)) != data:
        raise BadRecord("The lines fit one another, but are not as this program writes them: their heads would change.")
    if why := why_unfit(night, events):
        raise NotKept(why)
    return night, heads


def taken(file: Path) -> bytes:
    """The bytes of a record's file; NotKept above ``MOST_BYTES``, OSError if the file cannot be read."""
    with file.open("rb") as opened:
        data = opened.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise NotKept(f"{file.name} is larger than {MOST_BYTES // 1024**2} MB, and no night's record is.")
    return data


def put(file: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file whole or not at all, with these permissions; it is on disk when this returns.

    NotKept if it cannot be written.
    """
    try:
        _put(file, data, mode)
    except OSError as error:
        raise NotKept(f"{file} cannot be written: {error.strerror}.") from error


def _put(file: Path, data: bytes, mode: int) -> None:
    # Readable by nobody else until ``mode`` is set.
    descriptor, name = mkstemp(dir=file.parent, prefix=f".{file.name[:50]}.")
    try:
        with os.fdopen(descriptor, "wb") as new:
            new.write(data)
            new.flush()
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink()
        raise
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _opened(file: Path, night: str) -> tuple[KeptNight, PastNight] | None:
    """The night in a file; None for a damaged file, and the log says why: it must not break the pages of other
    nights."""
    try:
        data = taken(file)
        state = checked(data)[0]
        definition = state.definition
        if definition.id != night or is_shipped(night):
            raise NotKept(f"It holds the night {definition.id}.")
    except (BadRecord, NotKept, OSError) as error:
        log.warning("a kept night cannot be shown", file=str(file), why=str(error))
        return None
    kept = KeptNight(
        id=night,
        title=definition.title,
        date=definition.date,
        contests=len(state.counts),
        declared=state.declared,
        awaited=state.awaited,
        replay_of=definition.replay_of,
        rehearsal=bool(definition.rehearsal),
    )
    return kept, past_of(state, data)


def past_of(night: Night, record: bytes) -> PastNight:
    """The past night of a record that was ``checked``."""
    expected = {one: count.expected for one, count in night.counts.items() if count.expected and not count.result}
    return PastNight(night.definition, tuple(read(record)[0]), published={}, expected=expected)


def is_shipped(night: str) -> bool:
    """Whether the night of this id is shipped with the program, alone or as a group of nights."""
    return any(summary.id == night for summary in (*archive.listed(), *(group.summary for group in archive.groups())))
