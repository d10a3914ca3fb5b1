"""All councils of a night together, party by party. Nothing is stored."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from server.election.bodies import NO_OVERALL_CONTROL
from server.election.nights import Night
from server.election.once import once
from server.election.results.councils.council import Council, council


class PartyInCouncils(Struct, frozen=True):
    """One party over all councils of a night: ``councillors`` elected on it, those ``gained`` and ``lost`` against when
    the seats were last fought; ``councils`` that it controls for certain, and how many of these it ``took`` and how
    many others it ``gave`` up since the eve. The party NO_OVERALL_CONTROL has councils and no councillors."""

    party: str
    councillors: int
    gained: int
    lost: int
    councils: int
    took: int
    gave: int

    @property
    def net(self) -> int:
        """Councillors gained less those lost."""
        return self.gained - self.lost

    @property
    def net_councils(self) -> int:
        """Councils taken less those given up."""
        return self.took - self.gave


class Councils(Struct, frozen=True):
    """All councils of a night: ``parties`` by councillors elected, then councils, NO_OVERALL_CONTROL last; ``decided``
    is in how many control is certain, ``complete`` how many have no seat open."""

    councils: tuple[Council, ...]
    parties: tuple[PartyInCouncils, ...]
    decided: int
    complete: int


@once
def councils(night: Night) -> Councils:
    """The councils of a night as it stands, in its order; none on a night without."""
    found = tuple([council(night, body) for body in night.definition.councils])
    parties = sorted(_parties(found), key=lambda one: (not one.party, -one.councillors, -one.councils, one.party))
    return Councils(
        councils=found,
        parties=tuple(parties),
        decided=sum(one.control is not None for one in found),
        complete=sum(one.open == 0 for one in found),
    )


@once
def made_certain(night: Night) -> dict[int, Council]:
    """Seq of an event → the council whose control it made certain, or open again, where that still stands."""
    found = councils(night).councils
    return {seq: one for one in found if (seq := one.control.seq if one.control else one.opened)}


def _parties(found: Iterable[Council]) -> Iterator[PartyInCouncils]:
    numbers: dict[str, list[int]] = {}

    def add(party: str, place: int, number: int = 1) -> None:
        numbers.setdefault(party, [0] * 6)[place] += number

    for one in found:
        for place, seats in enumerate((one.won, one.gained, one.lost)):
            for party, number in seats.items():
                add(party, place, number)
        if one.control is None:
            continue
        add(one.control.party, 3)
        if one.control.kind in ("gain", "loss"):
            add(one.control.party, 4)
            add(one.control.before or NO_OVERALL_CONTROL, 5)
    return (PartyInCouncils(party, *its) for party, its in numbers.items())
