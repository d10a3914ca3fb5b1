"""What an open page sends, and is told, as JSON: of clocks and directors that lead others, and of notices. What decodes
it has these shapes, and so do the descriptions.

Times are a night's, in milliseconds since 1970; ``number`` grows with each move of one leader.
"""

from typing import Annotated

from msgspec import Meta, Struct

_Time = Annotated[int, Meta(ge=0, lt=1 << 43)]
_Number = Annotated[int, Meta(ge=0, lt=1 << 53)]
_Banner = Annotated[str, Meta(pattern="^[A-Za-z0-9._-]{1,120}$")]
_Key = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{16,120}$")]
_Endpoint = Annotated[str, Meta(min_length=12, max_length=1000)]


class ClockMove(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a clock is to stand, and whether it ``plays`` from there, ``pace`` times as fast as real."""

    at: _Time
    pace: Annotated[float, Meta(gt=0, le=3600)]
    plays: bool
    number: _Number = 1


class ClockBegun(Struct, frozen=True):
    """A new clock: its ``code``, the ``token`` of who leads it, and the ``address`` at which others follow."""

    code: str
    token: str
    address: str


class ClockStands(Struct, frozen=True):
    """Where a clock stood ``age`` milliseconds ago."""

    at: _Time
    pace: Annotated[float, Meta(gt=0, le=3600)]
    plays: bool
    age: Annotated[int, Meta(ge=0)]


class DirectorShows(Struct, frozen=True, forbid_unknown_fields=True):
    """The ids of the banners that overlays are to show, for how many ``seconds`` at most, 0 until they are told
    otherwise."""

    shows: Annotated[tuple[_Banner, ...], Meta(max_length=6)]
    seconds: Annotated[int, Meta(ge=0, le=600)] = 0
    number: _Number = 1


class DirectorBegun(Struct, frozen=True):
    """A new director: the ``code`` for overlays, and the ``token`` to lead them by."""

    code: str
    token: str


class DirectorShowing(Struct, frozen=True):
    """Which banners are shown, and for how long, ``age`` milliseconds after they were."""

    shows: tuple[str, ...]
    seconds: int
    age: int


class LeadingOver(Struct, frozen=True):
    """Nobody leads this clock, or these overlays, any more."""

    over: bool


class NoticeKeys(Struct, frozen=True):
    """The keys of a browser's subscription, as browsers name them."""

    p256dh: _Key
    auth: _Key


class NoticesWanted(Struct, frozen=True):
    """A browser's subscription, and of which seats it is told, by slug; none of them ends it."""

    endpoint: _Endpoint
    keys: NoticeKeys
    seats: Annotated[tuple[str, ...], Meta(max_length=50)]
    lang: Annotated[str, Meta(max_length=8)] = "en"


class NoticesEnded(Struct, frozen=True):
    """The address of a browser that is not to be told any more."""

    endpoint: _Endpoint
