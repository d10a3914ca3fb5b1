"""What people are elected to: a House, a council, an office; what is known of it before the night. No results."""

from typing import Literal

from msgspec import Struct

NO_OVERALL_CONTROL = ""
"""Stands in place of a party's id where no party controls a council."""


class Body(Struct, frozen=True, omit_defaults=True):
    """A House, a council, or an office such as a mayor's; contests name it by its ``id``, Democracy Club's id of the
    election without its date: "local.kent", "mayor.london".

    ``seats`` are all it has, 0 where that is not known, as where one ward is fought: nothing is said of control then.
    ``not_up`` is party id → seats of those that no contest of the night is for, as where a
    council is elected by thirds; a seat that is vacant and not up is in none. ``control`` is the party, by the id under
    which it is counted, that controlled it on the eve of the poll, ``NO_OVERALL_CONTROL`` where none did, None where it
    is not known. ``member`` and ``area`` are its words for somebody elected and for where: a councillor, a division.
    ``gss`` is the Office for National Statistics' code of its area. Fields that are as here are not encoded.
    """

    id: str
    name: str
    kind: Literal["house", "council", "office"]
    seats: int = 1
    not_up: dict[str, int] = {}
    control: str | None = None
    member: str = ""
    area: str = ""
    gss: str = ""

    @property
    def line(self) -> int:
        """The seats that make control: more than half of all, those not up and vacant ones among them."""
        return self.seats // 2 + 1
