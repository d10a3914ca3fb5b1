"""A past night as a baseline: how each seat stood after it. No verdicts."""

from msgspec import UNSET, Struct

from server.election.contests import Previous
from server.election.nights import fold
from server.election.parties import Party, counted_as
from server.nights.past import PastNight


class Baseline(Struct, frozen=True):
    """An election that another night is compared with.

    ``previous`` is GSS code → how the seat stood, ``parties`` party id → party for those named in it, ``name`` what the
    page calls it. ``names`` is GSS code → the name of the seat, of those whose name is known.
    """

    name: str
    previous: dict[str, Previous]
    parties: dict[str, Party]
    names: dict[str, str] = {}


def of_night(night: PastNight) -> Baseline:
    """The results of a past night as they stood at its end, with votes under the ids that parties are counted under."""
    previous: dict[str, Previous] = {}
    names: dict[str, str] = {}
    for count in fold(night.events).counts.values():
        result, contest = count.result, count.contest
        if result is None:
            continue
        ranked = [counted_as(line.candidate.party) for line in result.lines]
        previous[contest.gss] = Previous(
            holder=result.verdict.winner,
            votes={party: result.by_party[party] for party in ranked},
            electorate=contest.electorate,
            seats=UNSET if contest.seats == 1 else result.verdict.won,
        )
        names[contest.gss] = contest.name
    parties = {party.id: party for party in night.definition.parties}
    return Baseline(night.definition.title, previous, parties, names)
