"""What every act at the count has: who did it, when, and from which device. No act itself."""

from datetime import datetime
from typing import Literal, TypedDict

from msgspec import Struct

Role = Literal["officer", "second officer", "returning officer", "desk", "admin"]
"""What somebody is invited as: the first four to a night, the last to run the place, which has all nights."""


class Act(Struct, frozen=True, tag_field="kind", kw_only=True):
    """What every act has.

    ``seq`` counts from 1 without a gap within the private stream. ``by`` is a person's name, ``invitation`` the id of
    that person's invitation ("" for the command line), ``device`` what the person used. ``command_id`` is the same when
    the act is sent again.
    """

    seq: int
    at: datetime
    by: str
    invitation: str
    device: str
    command_id: str


class Stamp(TypedDict):
    """The fields that every act has, for building one: ``Invited(**stamp, …)``. ``seq`` is provisional: ``admit`` sets
    it."""

    seq: int
    at: datetime
    by: str
    invitation: str
    device: str
    command_id: str
