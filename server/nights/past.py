"""What a past night is, for all that load, import or compare one. Nothing is read or made."""

from datetime import datetime

from msgspec import Struct

from server.election.contests import Definition
from server.election.events import AnyEvent, NoPollState
from server.election.nights import fold


class PastNight(Struct, frozen=True):
    """A night from a file. ``events`` begin with NightOpened, seq 1, and are in order of time without a gap.

    ``published`` is ballot id → verdict and majority as the source has them, ``("UKIP gain from Con", 2920)``; they are
    for checks only, what is shown is always computed. ``expected`` is ballot id → when a declaration that is still to
    come is expected.
    """

    definition: Definition
    events: tuple[AnyEvent, ...]
    published: dict[str, tuple[str, int]]
    expected: dict[str, datetime]

    @property
    def no_polls(self) -> dict[str, tuple[NoPollState, str]]:
        """Ballot id → why there is nothing to count, and a sentence, of each contest where that stands at the end."""
        counts = fold(self.events).counts
        return {ballot: (one.no_poll.state, one.no_poll.reason) for ballot, one in counts.items() if one.no_poll}
