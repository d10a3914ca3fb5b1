"""How each seat stood before, from a past night. No verdicts."""

from msgspec import Struct

from server.election.contests import Previous
from server.election.events import Declared
from server.election.parties import Party, counted_as
from server.election.verdict import judge
from server.nights.past import PastNight


class Baseline(Struct, frozen=True):
    """``previous`` by GSS code; ``parties`` by id, those named in it; ``name`` as the page says it."""

    name: str
    previous: dict[str, Previous]
    parties: dict[str, Party]


def of_night(night: PastNight) -> Baseline:
    """The results of a past general election, votes by the ids that parties are counted under."""
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
