"""Whether what was done at a count, which is private, bears out what was published: the acts beside a night's record
are admitted again, one after the other, and each event is decided again by what was asked for."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from server.election.counting.acts import (
    AnyAct,
    Asked,
    BoxAct,
    ChangeConfirmed,
    CorrectionBegun,
    EventLost,
    KeyedAgain,
    SheetKeyed,
    TableAct,
)
from server.election.counting.admit import admit
from server.election.counting.desk import Desk, fold_acts
from server.election.deciding.decide import decide
from server.election.events import AnyEvent, Event
from server.election.nights import Night, apply, fold
from server.election.refusals import Refused
from server.replay.lawful import Unlawful

_RULED = SheetKeyed | KeyedAgain | ChangeConfirmed | CorrectionBegun | BoxAct | TableAct
_SINCE = {"reasons-missing"}  # checks are added over the years: an older count was not asked


def is_whole(acts: Sequence[AnyAct]) -> bool:
    """Whether the acts can be held against the events: not where the store had lost some of those."""
    return bool(acts) and not any(isinstance(act, EventLost) for act in acts)


def bear_out(events: Sequence[AnyEvent], acts: Sequence[AnyAct]) -> None:
    """Raises Unlawful at the first act or event that the rules of a count do not allow: a sheet that one person keyed
    for two, boxes or tables that do not add up, a correction that nobody else confirmed, figures that nobody keyed."""
    night, desk = fold(events[:1]), Desk()
    asked = {act.command.id: act for act in acts if isinstance(act, Asked)}
    gone_out = {event.command_id for event in events}
    for one in _in_order(events[1:], acts, asked):
        if isinstance(one, Event):
            night = _decided_again(night, asked.get(one.command_id), one)
            continue
        try:
            if isinstance(one, _RULED) or (isinstance(one, Asked) and one.command.id in gone_out):
                admit(night, desk, one)
        except Refused as refused:
            if refused.code not in _SINCE:
                message = f"Act {one.seq} at the count, by {one.by}, breaks its rules: {refused.sentence}"
                raise Unlawful(message) from refused
        desk = fold_acts([one], desk)


def _in_order(
    events: Sequence[AnyEvent], acts: Sequence[AnyAct], asked: dict[str, Asked]
) -> Iterator[AnyAct | AnyEvent]:
    """Acts and events as they came: each event after the act that asked for it, and after the event before it."""
    done = 0
    for event in events:
        act = asked.get(event.command_id)
        until = max(done, act.seq if act else done)
        yield from acts[done:until]
        done = until
        yield event
    yield from acts[done:]


def _decided_again(night: Night, asked: Asked | None, event: AnyEvent) -> Night:
    if asked is None:
        raise Unlawful(f"Event {event.seq} was asked for by nobody at the count.")
    try:
        decided = decide(night, asked.command, event.at)
    except Refused as refused:
        raise Unlawful(f"Event {event.seq} breaks the rules of a count: {refused.sentence}") from refused
    if replace(decided, by=event.by, at=event.at) != event:
        raise Unlawful(f"Event {event.seq} does not say what {asked.by} had asked for.")
    return apply(night, event)
