"""What of a night is still to come, as pages say it: whether its poll has yet to close, and what is not awaited."""

from collections import Counter

from server.election.nights import Night
from server.stream import clock


def is_before_poll(night: Night) -> bool:
    """Whether the poll of a night has yet to close, by Redis's time."""
    return clock.now() < night.definition.polls_close


def called_off(night: Night) -> tuple[tuple[str, int], ...]:
    """The states "postponed" and "countermanded", each with the number of contests whose poll is."""
    return tuple(sorted(Counter(count.status for count in night.called_off).items(), reverse=True))
