"""Whether the events of a night follow the rules of a count: each is decided again on the night before it."""

from collections.abc import Sequence

from msgspec.structs import replace

from server.election.commands import AnyCommand, Declare, OpenNight, ReportPreferences
from server.election.deciding.decide import decide
from server.election.events import AnyEvent, Declared, NightOpened
from server.election.nights import Night, fold
from server.election.refusals import Refused
from server.replay.commands import commands


class Unlawful(Exception):
    """An event that the rules do not allow where it stands; the message says which, and why."""


def follow_the_rules(events: Sequence[AnyEvent]) -> None:
    """Raises Unlawful at the first event that the program would have refused, or would have written otherwise.

    Where a night was counted with this program, votes must reconcile with papers; a past night's are taken as they were
    published. What goes out where no papers were announced before is taken to account for all that there were.
    """
    name = "record"
    night: Night | None = None
    for event, (at, command) in zip(events, commands(events, name), strict=True):
        event = replace(event, command_id=command.id, by=command.by)
        after = fold((event,), night)
        try:
            decided = decide(night, _as_it_was(command, event, after), at)
        except Refused as refused:
            raise Unlawful(f"Event {event.seq} breaks the rules of a count: {refused.sentence}") from refused
        if decided.at != event.at:
            raise Unlawful(f"Event {event.seq} is of an earlier time than the event before it.")
        if decided != event:
            raise Unlawful(f"Event {event.seq} is not written as this program writes it.")
        night = after


def _as_it_was(command: AnyCommand, event: AnyEvent, after: Night) -> AnyCommand:
    if isinstance(event, NightOpened):
        return OpenNight(id=command.id, by=command.by, night=event.night)
    if isinstance(command, Declare) and isinstance(event, Declared):
        result = after.counts[event.ballot].result
        return replace(command, papers=result.papers if result else None)
    if isinstance(command, ReportPreferences) and command.rejected:
        return replace(command, papers=sum(command.votes.values()) + command.rejected.total)
    return command
