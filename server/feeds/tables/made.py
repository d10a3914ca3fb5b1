"""What was made of a night and may be answered again while the night stands as it did. No content of its own."""

from typing import Any, TypeVar

from server.live.channel import Channel

T = TypeVar("T")


def known(channel: Channel, name: object) -> Any:
    """What is kept by this name for the night as it is now; None if nothing is."""
    return channel.cached(name, _never) if channel.has_cached(name) else None


def keep(channel: Channel, name: object, content: T, state: object) -> T:
    """The content, which is kept unless the night has moved on from the ``state`` that it was made of."""
    return channel.cached(name, lambda: content) if channel.history.state == state else content


def _never() -> Any:
    raise AssertionError("what is cached is not made")
