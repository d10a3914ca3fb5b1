"""What follows for a count from events that Redis lost after they had been shown. Pure, like the whole room."""

from datetime import datetime

from server.election.counting.acts import EventLost
from server.election.counting.desk import Desk
from server.election.nights import Night


def to_send_again(night: Night, desk: Desk) -> list[EventLost]:
    """The lost events that somebody has to send again: not those that have gone out again or wait to, nor those of a
    contest of which something else was announced since."""
    return [
        act
        for act in desk.log
        if isinstance(act, EventLost)
        and act.command not in night.receipts
        and act.command not in desk.asked
        and not _has_moved_on(night, act)
    ]


def other_receipt(night: Night, desk: Desk, ballot: str) -> tuple[EventLost, int, datetime] | None:
    """The newest lost event of a contest that has gone out again under another seq or time, with these; None if none
    has."""
    times = {event.command_id: event.at for event in night.counts[ballot].history}
    for act in reversed(desk.log):
        if isinstance(act, EventLost) and act.ballot == ballot:
            seq, at = night.receipts.get(act.command, act.lost), times.get(act.command, act.announced)
            if (seq, at) != (act.lost, act.announced):
                return act, seq, at
    return None


def _has_moved_on(night: Night, act: EventLost) -> bool:
    count = night.counts.get(act.ballot)
    return count is not None and bool(count.history) and count.history[-1].at > act.at
