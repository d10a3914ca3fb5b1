"""Everything of a place in a folder, and back into a place: what ``export --all`` writes and ``import`` restores.

``on-air`` and ``kept`` hold the record of each night, and beside it the private acts at its count; ``coming`` the
drafts of nights to come, and ``place.desk.jsonl`` who runs the place. The key that signs sessions is not in it. Not a
verb.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from server.commands.words import number_of, told
from server.election.counting.acts import PLACE, Act, AnyAct
from server.election.events import AnyEvent
from server.election.nights import Night, fold
from server.election.refusals import Refused
from server.nights.ending import keep_photos
from server.nights.ids import must_be_free
from server.nights.kept import DESK, RECORD, Kept, NotKept, put, taken
from server.nights.photos.kept import copied, photo_in, seen_in
from server.settings import Settings
from server.stream.codec import NOT_JSON, UnknownEvent
from server.stream.drafts import DraftConflict, Drafts, Stored, TooManyDrafts
from server.stream.events import EventStream
from server.stream.photos.photos import Photos
from server.stream.reading import Position
from server.stream.record import BadRecord, read, read_acts, written
from server.stream.servers.failures import NotOurs

_ON_AIR, _KEPT, _COMING, _DRAFT = "on-air", "kept", "coming", ".json"
_OWN = 0o600
_KEY = "The key that signs links and sessions is not in this folder: it is SECRET_KEY, or the file secret in DATA_DIR."


async def export_all(folder: Path, settings: Settings, stream: EventStream) -> int:
    """Write everything to a new folder; 1, with a sentence for each, if something cannot be read."""
    _make(folder)
    kept, drafts, problems = Kept(settings.data_dir), Drafts(stream), list[str]()
    nights = await stream.nights()
    for name in nights:
        try:
            stands = await stream.look(name, Position())
            if stands.events:
                file = folder / _ON_AIR / kept.file(name).name
                put(file, b"".join(written(stands.events)))
                _put_acts(file.with_name(f"{name}{DESK}"), stands.acts)
                await keep_photos(stream, file.parent, fold(stands.events))
                print(f"{name}, on air: {told(fold(stands.events))}.")
        except (UnknownEvent, NotOurs, NotKept) as error:
            problems.append(f"{name} is not in it. {error}")
    for file in sorted((*kept.folder.glob(f"*{RECORD}"), *kept.folder.glob(f"*{DESK}"))):
        try:
            put(folder / _KEPT / file.name, taken(file), file.stat().st_mode & 0o777)
            if file.name.endswith(RECORD):
                copied(kept.folder, folder / _KEPT, fold(read(taken(file))[0]))
        except (NotKept, BadRecord, OSError) as error:
            problems.append(f"{file.name} is not in it. {error}")
    for draft, stored in (coming := await drafts.listed()).items():
        if isinstance(stored, str):
            problems.append(f"{draft} is not in it. {stored}")
        else:
            put(folder / _COMING / f"{draft}{_DRAFT}", msgspec.json.encode(stored), _OWN)
    try:
        _put_acts(folder / f"place{DESK}", await stream.read_acts(PLACE))
    except (UnknownEvent, NotOurs) as error:
        problems.append(f"Who runs this place is not in it. {error}")
    on_air, past = (len(list((folder / name).glob(f"*{RECORD}"))) for name in (_ON_AIR, _KEPT))
    print(
        f"{folder}: {number_of(on_air, 'night')} on air, {number_of(past, 'kept night')}, "
        f"{number_of(len(coming), 'draft')}. {_KEY}"
    )
    print("\n".join(problems), end="\n" if problems else "", file=sys.stderr)
    return 1 if problems else 0


async def restore(folder: Path, settings: Settings, stream: EventStream) -> int:
    """Bring everything of such a folder into this place: what is here already stays as it is.

    Called again after a failure it goes on. 1, with a sentence for each, if something here is in the way.
    """
    if not all((folder / name).is_dir() for name in (_ON_AIR, _KEPT, _COMING)):
        raise Refused("no-backup", f'{folder} is no folder that "export --all" has written.')
    kept, drafts, problems = Kept(settings.data_dir), Drafts(stream), list[str]()
    for file in sorted((folder / _KEPT).glob(f"*{RECORD}")):
        try:
            night, new = kept.add(taken(file))
        except (BadRecord, NotKept) as error:
            problems.append(str(error))
            continue
        name = night.definition.id
        copied(file.parent, kept.folder, night)
        acts = file.with_name(f"{name}{DESK}")
        if acts.exists() and not kept.file(name, DESK).exists():
            kept.put(kept.file(name, DESK), taken(acts), _OWN)
        print(f"{name}: {'kept here again' if new else 'is here already'}.")
    for file in sorted((folder / _ON_AIR).glob(f"*{RECORD}")):
        try:
            night, was_here = await _put_on_air(file, kept, stream)
            print(f"{night.definition.id}: {'is on air already' if was_here else 'on air again'}, {told(night)}.")
        except (BadRecord, NotKept, Refused, UnknownEvent, NotOurs) as error:
            problems.append(f"{file.name.removesuffix(RECORD)} was not put on air. {error}")
    for file in sorted((folder / _COMING).glob(f"*{_DRAFT}")):
        draft = file.name.removesuffix(_DRAFT)
        try:
            await drafts.put(draft, replace(msgspec.json.decode(taken(file), type=Stored), version=1))
        except DraftConflict:
            print(f"The draft {draft} is here already.")
        except (TooManyDrafts, NotKept, *NOT_JSON) as error:
            problems.append(f"The draft {draft} was not brought here. {error}")
    try:
        if not await _run_by(_acts_in(folder / f"place{DESK}"), stream):
            problems.append("Others run this place already: who ran the other one was not brought here.")
    except (BadRecord, NotKept) as error:
        problems.append(f"Who runs the place was not brought here. {error}")
    print(_KEY)
    print("\n".join(problems), end="\n" if problems else "", file=sys.stderr)
    return 1 if problems else 0


def _make(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise Refused("folder-used", f"{folder} is not empty: name a folder that is not there yet.")
    for one in (folder, *(folder / name for name in (_ON_AIR, _KEPT, _COMING))):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)


async def _put_on_air(file: Path, kept: Kept, stream: EventStream) -> tuple[Night, bool]:
    """The night of a record, put on air as it was; and whether it is on air already, perhaps further on."""
    name = file.name.removesuffix(RECORD)
    events, acts = tuple(read(taken(file))[0]), _acts_in(file.with_name(f"{name}{DESK}"))
    here = await stream.look(name, Position())
    if here.events and name in await stream.nights():
        if here.events[: len(events)] != events:
            raise Refused("night-on-air", "Another night of this name is on air here.")
        return fold(here.events), True
    must_be_free(kept, name)
    if here.events or here.acts:  # this was begun before, and did not come to its end
        await stream.erase(name)
    await _write(name, events, acts, stream)
    night = fold(events)
    for sha256 in seen_in(night):
        if data := photo_in(file.parent, name, sha256):
            await Photos(stream).put(name, sha256, data)
    await stream.announce(name)
    return night, False


async def _run_by(acts: Sequence[AnyAct], stream: EventStream) -> bool:
    """Restore who runs the place; False, and nothing is done, if that is otherwise here."""
    here = await stream.read_acts(PLACE)
    if tuple(here[: len(acts)]) == tuple(acts):
        return True  # perhaps somebody has signed in since
    if tuple(here) != tuple(acts[: len(here)]):
        return False
    await _write(PLACE, (), acts[len(here) :], stream)
    return True


async def _write(night: str, events: Sequence[AnyEvent], acts: Sequence[AnyAct], stream: EventStream) -> None:
    """Write both sides of a night as they were; what is there of it is continued. It is on disk when this returns."""
    since = await stream.look(night, Position())
    at = Position(since.round, len(since.events), len(since.acts), since.event_mark, since.act_mark)
    for entry in (*acts, *events):
        mark = await stream.append(night, entry, at)
        if isinstance(entry, Act):
            at = replace(at, acts=entry.seq, act_mark=mark)
        else:
            at = replace(at, events=entry.seq, event_mark=mark)
    await stream.settle(night, *acts[-1:], *events[-1:], again=True)


def _put_acts(file: Path, acts: Sequence[AnyAct]) -> None:
    if acts:
        put(file, b"".join(written(acts)), _OWN)


def _acts_in(file: Path) -> tuple[AnyAct, ...]:
    """The acts in a file, none where there is no file; BadRecord if it was changed."""
    if not file.exists():
        return ()
    try:
        return read_acts(taken(file))
    except BadRecord as error:
        raise BadRecord(f"{file}: {error}") from error
