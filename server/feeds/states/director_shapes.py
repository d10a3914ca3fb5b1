"""The shapes by which a director leads overlays, and a browser says of which seats it is told, for the descriptions.
``server.pages.newsroom`` and ``server.notices`` have them."""

from typing import Annotated

from msgspec import Meta, Struct

Banner = Annotated[str, Meta(pattern="^[A-Za-z0-9._-]{1,120}$")]
Key = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{16,120}$")]
Address = Annotated[str, Meta(min_length=12, max_length=1000)]


class DirectorShows(Struct, frozen=True, forbid_unknown_fields=True):
    """The ids of the banners that overlays show, for how many ``seconds`` at most, 0 until they are told otherwise;
    ``number`` grows with each."""

    shows: Annotated[tuple[Banner, ...], Meta(max_length=6)]
    seconds: Annotated[int, Meta(ge=0, le=600)] = 0
    number: Annotated[int, Meta(ge=0, lt=1 << 53)] = 1


class DirectorBegun(Struct, frozen=True):
    """A new director: the ``code`` for overlays, and the ``token`` to lead them by."""

    code: str
    token: str


class DirectorShowing(Struct, frozen=True):
    """Which banners are shown, and for how long, ``age`` milliseconds after they were."""

    shows: tuple[str, ...]
    seconds: int
    age: int


class NoticeKeys(Struct, frozen=True):
    """The keys of a browser's subscription."""

    p256dh: Key
    auth: Key


class NoticesWanted(Struct, frozen=True):
    """A browser's subscription, and of which seats it is told; none of them ends it."""

    endpoint: Address
    keys: NoticeKeys
    seats: Annotated[tuple[str, ...], Meta(max_length=50)]
    lang: Annotated[str, Meta(max_length=8)] = "en"


class NoticesEnded(Struct, frozen=True):
    """The address of a browser that is not to be told any more."""

    endpoint: Address
