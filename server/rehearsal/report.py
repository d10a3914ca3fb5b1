"""The report on a rehearsal: whether the public record has every acknowledged declaration exactly once, and ends with
the published results."""

import asyncio
from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from server.election.counts import Count
from server.election.events import AnyEvent, Corrected, Declared, NightHeld, StageReached, Withdrawn
from server.election.methods.figures import NOTHING_MORE
from server.election.nights import fold
from server.rehearsal.accidents import Paper
from server.rehearsal.logbook import Logbook
from server.rehearsal.script import Script
from server.rehearsal.unreliable_line import Traffic, UnreliableLine
from server.stream.record import read

_PATIENCE_SECONDS = 30.0
_LOOK_AGAIN_SECONDS = 0.1


class Report(Struct, frozen=True):
    """``lines`` to print, ``wrong`` with a sentence for everything that is not as it should be, and the ``traffic``."""

    lines: tuple[str, ...]
    wrong: tuple[str, ...]
    traffic: Traffic


async def events_of(line: UnreliableLine, night: str, receipts: set[int]) -> list[AnyEvent]:
    """The events of the night's record, once it is long enough to have all these receipt numbers.

    BadRecord if its chain of hashes is broken, TimeoutError if it is not long enough after 30 seconds.
    """
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            (answer,) = await line.get(f"/api/nights/{night}/record")
            events = read(answer.body)[0] if answer.status == 200 else []
            if len(events) >= max(receipts, default=1):
                return events
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)


def reported(script: Script, events: list[AnyEvent], logbook: Logbook, traffic: Traffic, seconds: float) -> Report:
    """The report: what happened in ``seconds``, compared with the script and with what was acknowledged."""
    kinds, done = Counter(type(event) for event in events), logbook.done
    figures = [event for event in events if isinstance(event, Declared | Corrected)]
    slips = sum(isinstance(event, Corrected) and event.slip for event in figures)
    recounts = sum(isinstance(event, StageReached) and event.stage == "recount" for event in events)
    ties = sum(event.lot is not None for event in figures)
    wrong = tuple(_wrong(script, events, logbook))
    acknowledged = sum(map(len, logbook.figures.values()))
    lines = [
        f"{_number(len(script.cases), 'contest')} in {seconds:.0f} seconds, by {_number(len(script.halls), 'hall')}: "
        f"{_number(kinds[Declared], 'declaration')}, {_number(kinds[Corrected], 'correction')} "
        f"({_number(slips, 'slip')}), {_number(kinds[Withdrawn], 'withdrawal')}, {_number(recounts, 'recount')}, "
        f"{_number(ties, 'tie')}, {done['late']:,} late ({done['late, seen']:,} seen by the desk), "
        f"held {_number(kinds[NightHeld], 'time')}.",
        f"{_number(len(traffic.seconds), 'answer')}: median {_ms(traffic.seconds, 50)}, "
        f"99% within {_ms(traffic.seconds, 99)}; "
        f"{traffic.dropped:,} dropped, {traffic.doubled:,} doubled, {traffic.retried:,} tried again, "
        f"{traffic.waited:,} told to wait.",
    ]
    if not wrong:
        lines += [
            f"{acknowledged:,} declarations were acknowledged, and each is in the record once.",
            "The final state is the published result.",
        ]
    return Report(tuple(lines), wrong, traffic)


def _wrong(script: Script, events: list[AnyEvent], logbook: Logbook) -> Iterator[str]:
    night = fold(events)
    if not night.definition.rehearsal:
        yield f"{night.definition.id} is not marked as a rehearsal."
    for ballot, count in night.counts.items():
        figures = [event for event in count.history if isinstance(event, Declared | Corrected)]
        papers = [
            Paper(event.votes, event.rejected.total if event.rejected else 0, event.lot, event.more or NOTHING_MORE)
            for event in figures
        ]
        if papers != logbook.figures[ballot]:
            yield f"{ballot}: acknowledged was {logbook.figures[ballot]}, and on record is {papers}."
        if not logbook.receipts[ballot] <= {event.seq for event in figures}:
            yield f"{ballot}: a receipt was given for what is none of its declarations."
        end, published = _end(count), _end(script.published.counts[ballot])
        if end != published:
            yield f"{ballot}: the end is {end}, and published was {published}."


def _end(count: Count) -> tuple[object, ...]:
    """The published parts of a result. They leave out the four heads of rejected papers, which no past night has."""
    result = count.result
    if result is None:
        return (None,)
    votes = tuple((line.candidate.id, line.votes, line.elected) for line in result.lines)
    return votes, result.rejected.total if result.rejected else 0, result.majority, result.verdict, result.by_lot


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _ms(seconds: list[float], percent: float) -> str:
    ordered = sorted(seconds) or [0.0]
    return f"{ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] * 1000:.0f} ms"
