"""The photographs of a result sheet as data: what is on record of each. No HTTP."""

from msgspec import UNSET

from server.election.counts import Photo
from server.feeds.states.contest_shapes import SheetPhoto


def told(photo: Photo) -> SheetPhoto:
    """One of a count's photographs."""
    one, hidden = photo.added, photo.hidden
    return SheetPhoto(one.sha256, one.at, one.size, one.width, one.height, hidden.reason if hidden else UNSET)
