"""All councils of a night as a table, party by party. No HTML, no words."""

from collections import Counter
from fractions import Fraction

from msgspec import Struct

from server.election.bodies import NO_OVERALL_CONTROL
from server.election.nights import Night
from server.election.once import once
from server.election.parties import Party
from server.election.results.councils.together import Councils, PartyInCouncils, councils
from server.election.results.places import Area
from server.election.results.sums import sums_of
from server.html.templates import part_of
from server.pages.council.seen import standing

_OPEN = 8  # parties whose rows are not folded


class TotalRow(Struct, frozen=True):
    """A party over all councils; ``party`` is None for councils that nobody controls. ``share`` is of the votes of each
    party's best candidate in each contest, None where the party had none."""

    party: Party | None
    total: PartyInCouncils
    share: Fraction | None


class Totals(Struct, frozen=True):
    """The table of a night: ``rows`` in its order, ``folded`` the smaller parties with councillors to have or to lose,
    and ``others`` how many have neither, with the share of all of them; ``none`` the councils that nobody controls.
    ``declared`` is how many contests for councils are, of so many ``contests``; ``widest`` the largest share.
    """

    rows: tuple[TotalRow, ...]
    folded: tuple[TotalRow, ...]
    others: int
    others_share: Fraction
    none: TotalRow | None
    councils: Councils
    declared: int
    contests: int
    seats: int
    widest: Fraction


_NONE = TotalRow(None, PartyInCouncils(NO_OVERALL_CONTROL, 0, 0, 0, 0, 0, 0), None)


@once
def totals_of(night: Night) -> Totals:
    """The table of a night as it stands."""
    found = councils(night)
    votes: dict[str, int] = {}
    valid = 0
    for one in found.councils:
        sums = sums_of(night).within(Area(body=one.body.id))
        valid += sums.valid
        for party, its in sums.parties.items():
            votes[party] = votes.get(party, 0) + its.votes
    listed = {one.party for one in found.parties}
    stand = standing(night.definition).values()
    often = [party for party, _ in Counter(party for one in stand for party in one.parties[: one.often]).most_common()]
    votes = {**dict.fromkeys((*often, *(party for one in stand for party in one.parties)), 0), **votes}
    without = sorted((party for party in votes if party not in listed), key=lambda party: -votes[party])
    every = [*found.parties, *(PartyInCouncils(party, 0, 0, 0, 0, 0, 0) for party in without)]
    rows = [
        TotalRow(
            party=night.parties.get(one.party),
            total=one,
            share=part_of(votes[one.party], valid) if votes.get(one.party) else None,
        )
        for one in every
        if one.party in night.parties or not one.party
    ]
    parties = [row for row in rows if row.party]
    with_seats = [row for row in parties if row.total.councillors or row.total.net]
    some = min(_OPEN, max(len(often), len(with_seats)))  # as many from the first as later, so that nothing moves
    others = [row for row in parties[some:] if row not in with_seats]
    return Totals(
        rows=tuple(parties[:some]),
        folded=tuple(row for row in parties[some:] if row in with_seats),
        others=len(others),
        others_share=sum((row.share for row in others if row.share is not None), Fraction(0)),
        none=next((row for row in rows if not row.party), _NONE if len(found.councils) > 1 else None),
        councils=found,
        declared=sum(one.declared for one in found.councils),
        contests=sum(one.contests for one in found.councils),
        seats=sum(sum(one.won.values()) for one in found.councils),
        widest=max((row.share for row in rows if row.share is not None), default=Fraction(1)) or Fraction(1),
    )
