"""Making much at once without holding everybody else up. No texts of its own."""

from collections.abc import Iterable, Iterator

from server.election.once import is_known
from server.election.results.councils.council import council
from server.election.results.councils.together import councils
from server.live.channel import Channel
from server.live.memory.turns import in_slices


def of_kinds(channel: Channel, *kinds: str) -> list[str]:
    """The fragments of a night that are called so, or whose names begin so, before the first hyphen."""
    asked = set(kinds)
    return [one for one in channel.fragments if one in asked or one.partition("-")[0] in asked]


async def make_texts(channel: Channel, fragments: Iterable[str]) -> None:
    """Make the councils of a night, and the texts of these fragments, where they are not made yet."""
    await make_councils(channel)
    await in_slices(_texts(channel, fragments))


async def make_councils(channel: Channel) -> None:
    """Make the councils of a night as it stands, where they are not made yet."""
    night = channel.night
    if night and night.definition.councils and not is_known(councils, night):
        await in_slices(council(night, body) for body in night.definition.councils)


def _texts(channel: Channel, fragments: Iterable[str]) -> Iterator[object]:
    known = channel.fragments
    for fragment in fragments:
        yield channel.text(fragment) if fragment in known else None
