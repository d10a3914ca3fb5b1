"""A night that is over, as everything here hands it on. Nothing is read or made."""

from datetime import datetime

from msgspec import Struct

from server.election.contests import Definition
from server.election.events import AnyEvent


class PastNight(Struct, frozen=True):
    """A night that is over. ``events`` begin with NightOpened, seq 1, and are in order of time without a gap.

    ``published`` is ballot id → verdict and majority as published, ``("UKIP gain from Con", 2920)``:
    something to check against; what is shown is always recomputed. ``expected`` is ballot id → when a declaration
    still to come is expected.
    """

    definition: Definition
    events: tuple[AnyEvent, ...]
    published: dict[str, tuple[str, int]]
    expected: dict[str, datetime]
