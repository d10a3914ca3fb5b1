"""Ending a night on air: keeping it as a past night, or discarding it. No command line, no HTML."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from server.election.counting.desk import Desk, fold_acts
from server.election.counting.entry import pending
from server.election.events import AnyEvent, Corrected, Declared
from server.election.nights import Night, fold
from server.election.refusals import Refused, still_open
from server.election.texts.said import Said, _, say, say_all
from server.election.texts.several import listed, some_of
from server.election.texts.words import NO_POLL
from server.nights.kept import DESK, Kept, NotKept
from server.nights.photos.kept import put_photos, seen_in
from server.stream.events import EventStream
from server.stream.photos.photos import Photos
from server.stream.record import written

_MOST_TRIES = 20


class Ended(Struct, frozen=True):
    """A night as it was when it went off air, both sides of it."""

    night: Night
    desk: Desk


async def keep(stream: EventStream, kept: Kept, name: str, may_end: Callable[[Night, Desk], None]) -> Ended:
    """Keep a whole night and take it off air, or do neither. Whoever watches is shown the past night.

    ``may_end`` raises Refused if the night must stay on air as it is. Refused also if there is no such night or it does
    not come to rest, NotKept if it cannot be written.
    """
    for _attempt in range(_MOST_TRIES):
        events = await _events(stream, name)
        if not events:
            over = f"{name} is a past night already." if kept.events(name) else f"There is no night called {name}."
            if name.endswith(".jsonl"):
                over = f"{name} is a file, and import {name} keeps it."
            raise Refused("night-unknown", f"Only a night on air can be kept. {over}")
        acts = await stream.read_acts(name)
        ended = Ended(fold(events), fold_acts(acts))
        may_end(ended.night, ended.desk)
        private = kept.file(name, DESK)
        _must_go_on(private, count := b"".join(written(acts)))
        record = b"".join(written(events))
        await asyncio.to_thread(kept.add, record, goes_on=True)  # others have a turn while a large record is checked
        await keep_photos(stream, kept.folder, ended.night)
        if acts:  # only after the record is kept: a refused night must leave nothing here
            kept.put(private, count, 0o600)
        if await stream.take_off(name, (ended.night.seq, ended.desk.seq)):
            return ended
    raise _restless(name)


async def keep_photos(stream: EventStream, folder: Path, night: Night) -> int:
    """Write the photographs of a night on air beside its record, one after the other; how many there were."""
    name, number = night.definition.id, 0
    for sha256 in seen_in(night):
        data = await Photos(stream).get(name, sha256)
        number += await asyncio.to_thread(put_photos, folder, name, [(sha256, data)] if data else [])
    return number


async def discard(stream: EventStream, name: str) -> Ended:
    """Take a night off air for good, with everything that was done on it; returns what it was.

    Refused if there is no such night, ``must_be_discardable`` refuses it, or it does not come to rest.
    """
    for _attempt in range(_MOST_TRIES):
        ended = await discardable(stream, name)
        if await stream.take_off(name, (ended.night.seq, ended.desk.seq)):
            return ended
    raise _restless(name)


async def discardable(stream: EventStream, name: str) -> Ended:
    """What would go if this night were discarded now; Refused as by ``discard``."""
    events = await _events(stream, name)
    if not events:
        message = _("Only a night on air can be discarded. %(night)s is not on air.")
        raise Refused("night-unknown", say(message, night=name))
    night = fold(events)
    must_be_discardable(night)
    return Ended(night, fold_acts(await stream.read_acts(name)))


def must_be_discardable(night: Night) -> None:
    """Refuse to discard a night on which something was declared: it is kept. A rehearsal or a replay may always go."""
    if night.definition.rehearsal or night.definition.replay_of:
        return
    told = [
        count.contest
        for count in night.counts.values()
        if count.result or any(isinstance(event, Declared | Corrected) for event in count.history)
    ]
    if told:
        was, were = _("%(contests)s was declared, %(then)s"), _("%(contests)s were declared, %(then)s")
        then = say(
            "and everybody could read it. The night is not discarded: close it instead, and it is kept as a past night."
        )
        raise Refused("declared", say(was if len(told) == 1 else were, contests=some_of(told), then=then))


class Objection(Struct, frozen=True):
    """What stands against keeping a night now, though it can be kept anyway; ``sentence`` is for people."""

    code: str
    sentence: str


def objections(night: Night, desk: Desk, at: datetime) -> tuple[Objection, ...]:
    """What stands against keeping a night as it is at a time."""
    found: list[Objection] = []
    if night.awaited and (sentence := still_open(night, at)):
        found.append(Objection("poll-open", say_all(sentence, say("If the night should not be there, discard it."))))
    if missing := [count.contest for count in night.missing]:
        sentence = say("%(declared)s; missing: %(contests)s.", declared=declared(night), contests=some_of(missing))
        found.append(Objection("missing", sentence))
    if waited := len(pending(night, desk)):
        one, many = (
            _("Something waits to go out on %(night)s, and would not."),
            _("%(number)s things wait to go out on %(night)s, and would not."),
        )
        sentence = say(one if waited == 1 else many, number=waited, night=night.definition.id)
        found.append(Objection("waiting", sentence))
    if night.held:
        found.append(Objection("held", say("The desk holds %(night)s.", night=night.definition.id)))
    return tuple(found)


def must_be_stopped(night: Night, desk: Desk) -> None:
    """Refuse to keep a replay while it is played: its record would end in the middle."""
    if desk.replay and desk.replay.state in ("playing", "paused"):
        name = night.definition.id
        state = say("playing") if desk.replay.state == "playing" else say("paused")
        message = _("%(night)s is a replay that is %(state)s: stop it at its desk first.")
        raise Refused("playing", say(message, night=name, state=state))


def declared(night: Night) -> Said:
    """How much of a night is declared: ``412 of 650 declared``.

    A contest whose poll is postponed or countermanded is not awaited: ``649 of 649 declared, 1 postponed``.
    """
    off = [count.status for count in night.called_off]
    words = [say("%(declared)s of %(all)s declared", declared=night.declared, all=night.awaited)]
    return listed([*words, *(listed([off.count(state), NO_POLL[state]], " ") for state in dict.fromkeys(off))])


def things(number: int) -> str:
    """How many things wait, as the beginning of a sentence."""
    return f"{number:,} things wait" if number > 1 else "Something waits"


async def _events(stream: EventStream, name: str) -> list[AnyEvent]:
    return await stream.read(name) if name in await stream.nights() else []


def _restless(name: str) -> Refused:
    sentence = say("%(night)s does not come to rest: try again when nobody enters anything.", night=name)
    return Refused("goes-on", sentence)


def _must_go_on(private: Path, count: bytes) -> None:
    """Refuse to replace the private acts of another night that had the same id; NotKept."""
    if private.exists() and not count.startswith(private.read_bytes()):
        raise NotKept(f"{private} holds what was done at the count of another night of that id: move it away first.")
