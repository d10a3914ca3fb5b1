"""One council of a night as its wards come in. Nothing is stored.

It is worked out anew only when one of its own contests has changed: a night can have 1,600 of them.
"""

from collections.abc import Mapping

from msgspec import Struct

from server.election.bodies import Body
from server.election.contests import Definition
from server.election.nights import Night
from server.election.once import once
from server.election.parties import has_a_past
from server.election.results.councils.control import Control, control_of, is_open
from server.election.results.places import Area
from server.election.results.sums import Sums, sums_of


class Council(Struct, frozen=True):
    """One council as it stands.

    ``seats`` is party → seats, those not up among them, the largest first; ``won`` those won on the night, ``gained``
    and ``lost`` against when they were last fought. ``open`` seats are to be declared; ``vacant`` are those that this
    night leaves empty: too few candidates stood, or the poll is put off or countermanded. ``declared`` of ``contests``
    are declared. ``control`` is None while it is not certain: at the end too, where vacant seats can make it another;
    ``opened`` is the seq of the event that made it so where it had been certain, else 0.
    """

    body: Body
    seats: dict[str, int]
    won: dict[str, int]
    gained: dict[str, int]
    lost: dict[str, int]
    open: int
    vacant: int
    declared: int
    contests: int
    control: Control | None
    opened: int = 0

    @property
    def line(self) -> int:
        """The seats that make control."""
        return self.body.line

    @property
    def lead(self) -> str | None:
        """The party with the most seats; None before any has one. Independents are no party."""
        return next((party for party in self.seats if has_a_past(party)), None)

    @property
    def colour(self) -> str | None:
        """The party in whose colour it is shown: who controls it for certain, or has the most seats so far; None where
        nobody controls it, whoever has the most."""
        return self.lead if self.control is None else self.control.party or None

    def to_line(self, party: str) -> int:
        """The seats that a party still needs for control; 0 once it has them."""
        return max(0, self.line - self.seats.get(party, 0))


def council(night: Night, body: Body) -> Council:
    """A council as it stands; the same object until one of its contests changes."""
    sums, known = sums_of(night).within(Area(body=body.id)), _known(night.definition)
    found = known.get(body.id)
    if found is None or found[0] is not sums:
        found = known[body.id] = sums, _council(night, body, sums)
    return found[1]


@once
def _known(definition: Definition) -> dict[str, tuple[Sums, Council]]:
    """The newest state of each council, with the sums that it was made from."""
    return {}


@once
def contests_of(definition: Definition) -> dict[str, tuple[str, ...]]:
    """Body id → the ballot ids of its contests, in the night's order."""
    found: dict[str, list[str]] = {}
    for contest in definition.contests:
        if contest.body:
            found.setdefault(contest.body, []).append(contest.ballot)
    return {body: tuple(ballots) for body, ballots in found.items()}


def _council(night: Night, body: Body, sums: Sums) -> Council:
    counts = [night.counts[ballot] for ballot in contests_of(night.definition).get(body.id, ())]
    won = {party: its.seats for party, its in sums.parties.items() if its.seats}
    seats = dict(body.not_up)
    for party, number in won.items():
        seats[party] = seats.get(party, 0) + number
    open = sum(count.contest.seats for count in counts if is_open(count))
    fought = sum(count.contest.seats for count in counts)
    control, opened = control_of(body, counts)
    return Council(
        body=body,
        seats=_largest_first(seats),
        won=_largest_first(won),
        gained={party: its.gained for party, its in sums.parties.items() if its.gained},
        lost={party: its.lost for party, its in sums.parties.items() if its.lost},
        open=open,
        vacant=fought - open - sum(won.values()),
        declared=sums.declared,
        contests=len(counts),
        control=control,
        opened=opened,
    )


def _largest_first(seats: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(seats.items(), key=lambda party_seats: (-party_seats[1], party_seats[0])))
