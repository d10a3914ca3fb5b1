"""Nights that were on air somewhere and are kept here: their records in ``DATA_DIR/nights``, looked up each time they
are asked for, so that a file that comes or goes is noticed. No Redis.

No other night is compared with them: what a page says must not depend on what else a place keeps.
"""

import os
import re
from datetime import date
from pathlib import Path
from tempfile import mkstemp

import structlog
from msgspec import Struct

from server.election.contests import Definition
from server.election.events import AnyEvent, NightOpened
from server.election.nights import Night
from server.election.parties import counted_as
from server.nights import archive
from server.nights.format import BALLOT
from server.nights.past import PastNight
from server.stream.record import BadRecord, added_up, read, written

RECORD, DESK = ".record.jsonl", ".desk.jsonl"
MOST_BYTES = 64 * 1024 * 1024  # fifty times a general election's
_ID = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_LONGEST_ID = 200  # a file's name has 255 bytes
_YEARS = range(1900, 2200)  # that every clock has

log = structlog.get_logger()


class NotKept(Exception):
    """A night that cannot be kept here; the message is a sentence."""


class KeptNight(Struct, frozen=True):
    """A kept night in a list. ``contests`` and ``declared`` are how many."""

    id: str
    title: str
    date: date
    contests: int
    declared: int
    replay_of: str | None
    rehearsal: bool


class _Known(Struct, frozen=True):
    """What was in a file when it was as ``stamp`` says; None if that cannot be shown."""

    stamp: tuple[int, int, int]
    night: tuple[KeptNight, PastNight] | None


class Kept:
    """The nights kept in a data folder, of all processes that use it."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "nights"
        self._known: dict[str, _Known] = {}

    def listed(self) -> tuple[KeptNight, ...]:
        """All of them, the newest first, then by title."""
        ids = [file.name.removesuffix(RECORD) for file in self.folder.glob(f"*{RECORD}")]
        found = [night[0] for one in sorted(ids) if (night := self._found(one))]
        return tuple(sorted(found, key=lambda one: (-one.date.toordinal(), one.title)))

    def load(self, night: str) -> PastNight:
        """A past night, shipped or kept, by its id; UnknownNight where there is none."""
        try:
            return archive.load(night)
        except archive.UnknownNight:
            if found := self._found(night):
                return found[1]
            raise

    def events(self, night: str) -> tuple[AnyEvent, ...] | None:
        """The events of a past night, the same object until its file changes; None where there is none."""
        try:
            return self.load(night).events
        except archive.UnknownNight:
            return None

    def file(self, night: str, ending: str = RECORD) -> Path:
        """Where a night is kept, with a safe name; NotKept if its id makes none."""
        if len(night) > _LONGEST_ID or not _ID.fullmatch(night):
            raise NotKept(f"{night[:_LONGEST_ID]!r} cannot be the name of a file, so that no such night can be kept.")
        return self.folder / f"{night}{ending}"

    def add(self, data: bytes, goes_on: bool = False) -> tuple[Night, bool]:
        """Keep a record; returns its night, and whether it is new here. With ``goes_on`` it may take the place of
        a record that it goes on from.

        BadRecord if it is none, NotKept if it cannot be shown, or if another night has its id.
        """
        night, heads = checked(data)
        name = night.definition.id
        file = self.file(name)
        if _is_shipped(name):
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
        """Write a file of this folder, as ``put`` does."""
        self.folder.mkdir(parents=True, exist_ok=True)
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
    """The night of a record, with the head after each event; BadRecord or NotKept where it could not be shown."""
    events, heads = read(data)
    night, _ = added_up(events)
    if b"".join(written(events)) != data:
        raise BadRecord("The lines fit one another, but are not as this program writes them: their heads would change.")
    if why := _unfit(night.definition, events):
        raise NotKept(why)
    return night, heads


def taken(file: Path) -> bytes:
    """The bytes of a record's file; NotKept if it is too large to be one, OSError if it cannot be read."""
    with file.open("rb") as opened:
        data = opened.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise NotKept(f"{file.name} is larger than {MOST_BYTES // 1024**2} MB, and no night's record is.")
    return data


def put(file: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file whole or not at all; it is on disk when this returns. NotKept if it cannot be written."""
    try:
        _put(file, data, mode)
    except OSError as error:
        raise NotKept(f"{file} cannot be written: {error.strerror}.") from error


def _put(file: Path, data: bytes, mode: int) -> None:
    descriptor, name = mkstemp(dir=file.parent, prefix=f".{file.name[:50]}.")  # nobody else may read it so far
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
    """None of a file that somebody spoiled, and the log says why: it must not take other nights' pages with it."""
    try:
        data = taken(file)
        state = checked(data)[0]
        definition = state.definition
        if definition.id != night or _is_shipped(night):
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
        replay_of=definition.replay_of,
        rehearsal=bool(definition.rehearsal),
    )
    return kept, PastNight(definition, tuple(read(data)[0]), published={}, expected={})


def _is_shipped(night: str) -> bool:
    return any(summary.id == night for summary in (*archive.listed(), *(group.summary for group in archive.groups())))


def _unfit(definition: Definition, events: list[AnyEvent]) -> str | None:
    """What no page could be made of. A night from this program never is: night files are checked when they are read."""
    parties = {party.id for party in definition.parties}
    ballots = [contest.ballot for contest in definition.contests]
    slugs = {contest.slug for contest in definition.contests}
    if not ballots or "" in slugs or len(slugs) != len(ballots):
        return "The night has no contests, or some that cannot be told apart."
    for one in definition.contests:
        standing = {party for candidate in one.candidates for party in (candidate.party, counted_as(candidate.party))}
        named = {*standing, one.previous.holder} if one.previous else standing
        ids = [candidate.id for candidate in one.candidates]
        if not BALLOT.fullmatch(one.ballot) or not ids or ids != [str(place) for place in range(1, len(ids) + 1)]:
            return f"{one.ballot!r} is no ballot id, or its candidates are not numbered as on a ballot paper."
        if named - parties:
            return f"The night does not name the party {min(named - parties)}."
    opening = events[0]
    assert isinstance(opening, NightOpened)
    before = definition.polls_close if definition.polls_close.tzinfo else None
    if before is None or definition.date.year not in _YEARS or before.year not in _YEARS:
        return "The night is on no day that a clock has."
    before = opening.at
    for event in events:
        if event.at.tzinfo is None or event.at.year not in _YEARS or event.at < before:
            return f"Event {event.seq} is at no time, or before the one before it."
        before = event.at
    return None
