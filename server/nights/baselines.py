"""A past night as a baseline: how each seat stood after it. No verdicts."""

from msgspec import Struct

from server.election.contests import Previous
from server.election.events import Declared
from server.election.parties import Party, counted_as
from server.election.verdict import judge
from server.nights.past import PastNight


class Baseline(Struct, frozen=True):
    """An election that another night is compared with.

    ``previous`` is GSS code → how the seat stood, ``parties`` party id → party for those named in it, ``name`` what the
    page calls it.
    """

    name: str
    previous: dict[str, Previous]
    parties: dict[str, Party]


def of_night(night: PastNight) -> Baseline:
    """The results of a past night as it was declared, with votes under the ids that parties are counted under."""
    contests = {contest.ballot: contest for contest in night.definition.contests}
    previous: dict[str, Previous] = {}
    for event in night.events:
        if not isinstance(event, Declared):
            continue
        contest = contests[event.ballot]
        result = judge(contest, event)
        votes: dict[str, int] = {}
        for line in result.lines:
            party = counted_as(line.candidate.party)
            votes[party] = votes.get(party, 0) + line.votes
        previous[contest.gss] = Previous(result.verdict.winner, votes, contest.electorate)
    parties = {party.id: party for party in night.definition.parties}
    return Baseline(night.definition.title, previous, parties)
