"""What must be true of a night after all that befell it. It knows JSON and Redis's streams, nothing of the server."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

Entry = Mapping[str, Any]
"""An event or an act, as it stands in the stream as JSON; ``entry`` is the id that it has there."""


class Acknowledged(Struct, frozen=True):
    """A declaration for which somebody has a receipt: which, with which figures, its number and its time."""

    night: str
    ballot: str
    votes: Mapping[str, int]
    seq: int
    at: str


class Told(Struct, frozen=True):
    """A receipt that the desk was told is lost, the time ``at`` which it was told, and what there is ``now``."""

    said: Acknowledged
    at: str
    now: str


class Judgement(Struct):
    """What is wrong with a night, each a sentence; ``told`` are the losses of which the desk was told."""

    lost: list[str]
    doubled: list[str]
    untrue: list[str]
    broken: list[str]
    told: list[Told]


def judged(acknowledged: Sequence[Acknowledged], events: Sequence[Entry], acts: Sequence[Entry]) -> Judgement:
    """Whether each acknowledged declaration is in its night's public stream once, under its number and time.

    One that is lost, or has another number or time, must have been told at the desk as lost under these.
    """
    found = Judgement([], [], [], [], [])
    for name, entries in (("events", events), ("acts", acts)):
        for number, entry in enumerate(entries, 1):
            if entry["seq"] != number or entry["entry"] != f"{number}-0":
                found.broken.append(f"entry {number} of the {name} is {entry['entry']} and says {entry['seq']}")
        commands = Counter(entry["command_id"] for entry in entries)
        found.doubled += [
            f"{command} is {times} times in the {name}" for command, times in commands.items() if times > 1
        ]
    declared: dict[str, list[Entry]] = {}
    for event in events:
        if event["kind"] == "declared.1":
            declared.setdefault(event["ballot"], []).append(event)
    found.doubled += [f"{ballot} is declared {len(some)} times" for ballot, some in declared.items() if len(some) > 1]
    told = {
        (act["ballot"], act["lost"], _with_offset(act["announced"])): _with_offset(act["at"])
        for act in acts
        if act["kind"] == "event-lost.1"
    }
    for one in acknowledged:
        what = f"receipt {one.seq}, {one.ballot} of {one.night}"
        there = [event for event in declared.get(one.ballot, ()) if event["votes"] == one.votes]
        if any((event["seq"], _with_offset(event["at"])) == (one.seq, one.at) for event in there):
            continue
        if at := told.get((one.ballot, one.seq, one.at)):
            now = f"event {there[0]['seq']} of {there[0]['at']}" if there else "gone"
            found.told.append(Told(one, at, now))
        elif there:
            found.untrue.append(f"{what} of {one.at}, is event {there[0]['seq']} of {there[0]['at']}")
        else:
            found.lost.append(what)
    return found


def entries(stream: Any) -> list[Entry]:
    """A night's stream as Redis has it."""
    return [{**json.loads(fields[b"event"]), "entry": entry.decode()} for entry, fields in stream]


def told_wrongly(events: Sequence[Entry], night: Entry) -> list[str]:
    """What a night's JSON says otherwise than its stream."""
    wrong: list[str] = []
    if events and night["seq"] != events[-1]["seq"]:
        wrong.append(f"the JSON is at {night['seq']}, the stream at {events[-1]['seq']}")
    declared = {event["ballot"] for event in events if event["kind"] == "declared.1"}
    told = {contest["ballot"] for contest in night["contests"] if contest["status"] == "declared"}
    return wrong + [f"{ballot} is declared in one of stream and JSON" for ballot in sorted(declared ^ told)]


def _with_offset(stored: str) -> str:
    return stored.replace("Z", "+00:00")
