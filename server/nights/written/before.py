"""What is known of a night's councils on the eve, where it may not stand in the night's own file.

Who controlled councils, and which seats are not up, is known from rolls whose licence asks that what is made of them be
shared alike. It is shipped as a file of its own, ``<night-id>.eve.json``, with the licence in it, and is put into the
night when that is loaded; the attribution then stands on every page of the night.
"""

from typing import Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from server.election.bodies import Body
from server.nights.written.lines import Header


class Before(Struct, frozen=True, omit_defaults=True):
    """One council on the eve; the fields are those of ``Body``, unset where the night's own file says it."""

    control: str | UnsetType | None = UNSET
    not_up: dict[str, int] | UnsetType = UNSET


class Eve(Struct, frozen=True):
    """The whole file: ``bodies`` is body id → what is known of it, ``control_baseline`` the day of the rolls."""

    format: Literal["declared-eve"]
    version: Literal[1]
    attribution: str
    control_baseline: str
    bodies: dict[str, Before]


def told(header: Header, data: bytes) -> Header:
    """The first line of a night with what such a file knows of its councils."""
    eve = msgspec.json.decode(data, type=Eve)
    return replace(
        header,
        attribution=f"{header.attribution}; {eve.attribution}",
        control_baseline=eve.control_baseline,
        bodies=UNSET if header.bodies is UNSET else tuple(_known(body, eve) for body in header.bodies),
    )


def written(eve: Eve) -> str:
    """The text of such a file, a council a line."""
    head = msgspec.json.encode(replace(eve, bodies={})).decode().removesuffix("}}")
    lines = (f'"{body}": {msgspec.json.encode(its).decode()}' for body, its in eve.bodies.items())
    return head + "\n" + ",\n".join(lines) + "\n}}\n"


def _known(body: Body, eve: Eve) -> Body:
    its = eve.bodies.get(body.id, Before())
    return replace(
        body,
        control=body.control if its.control is UNSET else its.control,
        not_up=body.not_up if its.not_up is UNSET else its.not_up,
    )
