"""The shapes of a clock that leads screens through a past night, for the descriptions. ``server.pages.player`` has it.

Times are the night's, in milliseconds since 1970; ``pace`` is how many times as fast as real it plays.
"""

from typing import Annotated

from msgspec import Meta, Struct

Pace = Annotated[float, Meta(gt=0, le=3600)]
Time = Annotated[int, Meta(ge=0, lt=1 << 43)]


class ClockMove(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a clock is to stand, and whether it ``plays`` from there; ``number`` grows with each move."""

    at: Time
    pace: Pace
    plays: bool
    number: Annotated[int, Meta(ge=0, lt=1 << 53)] = 1


class ClockBegun(Struct, frozen=True):
    """A new clock: its ``code``, the ``token`` of who leads it, and the ``address`` at which others follow."""

    code: str
    token: str
    address: str


class ClockStands(Struct, frozen=True):
    """Where a clock stood ``age`` milliseconds ago."""

    at: Time
    pace: Pace
    plays: bool
    age: Annotated[int, Meta(ge=0)]


class ClockOver(Struct, frozen=True):
    """Nobody leads this clock any more."""

    over: bool
