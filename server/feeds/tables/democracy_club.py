"""The candidates of a night in the columns of Democracy Club's export of results. No HTTP."""

from collections.abc import Iterator

from server.election.counts import Count
from server.election.nights import Night
from server.election.results.parliament import polled_on
from server.feeds.states.contests import contest_state
from server.feeds.tables.rows import Cell

COLUMNS = (
    *("person_id", "person_name", "election_id", "ballot_paper_id", "election_date", "election_current"),
    *("party_name", "party_id", "post_label", "cancelled_poll", "seats_contested", "votes_cast", "elected"),
    *("tied_vote_winner", "rank", "turnout_reported", "spoilt_ballots", "total_electorate", "turnout_percentage"),
    *("results_source", "gss", "nuts1", "party_description_text"),
)
"""As Democracy Club has them, then three of its other exports. ``person_id`` is theirs alone and stays empty."""


def rows(night: Night, count: Count) -> Iterator[tuple[Cell, ...]]:
    """A row for each candidate of a contest, by votes; the same in every language."""
    contest, state = count.contest, contest_state(night, count, with_history=False)
    kind, *_, day = contest.ballot.split(".")
    election = (contest.body and f"{contest.body}.{day}") or f"{kind}.{day}"
    cancelled = _flag(count.no_poll is not None)
    drawn = count.result.drawn if count.result else ()
    turnout = state.turnout.papers
    for rank, one in enumerate(state.candidates, start=1):
        yield (
            *("", one.name, election, contest.ballot, str(polled_on(night.definition, contest.ballot)), "f"),
            *(one.party_name, one.party, contest.name, cancelled, contest.seats, one.votes),
            "" if one.elected is None else _flag(one.elected),
            _flag(one.id in drawn),
            rank if one.votes is not None else None,
            count.result.papers if count.result else None,
            state.rejected.total if state.rejected else None,
            state.electorate,
            None if turnout is None else round(turnout, 2),
            *("", contest.gss, contest.region, one.description or one.party_name),
        )


def _flag(true: bool) -> str:
    return "t" if true else "f"
