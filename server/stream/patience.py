"""How a task goes on that tries again and again: with a rest after each failure, until it is cancelled. No Redis."""

import asyncio

_LONGEST_SECONDS, _FAILURES_UNTIL_THEN = 1.0, 5


def seconds_of_rest(failures: int) -> float:
    """How long to rest after so many failures in a row, of which there may be any number."""
    return min(0.05 * 2 ** min(failures, _FAILURES_UNTIL_THEN), _LONGEST_SECONDS)


def end_if_cancelled() -> None:
    """Raise CancelledError if this task was cancelled. Before Python 3.12 asyncio.wait_for, in which redis-py sends,
    swallows a cancellation that arrives as it ends."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
