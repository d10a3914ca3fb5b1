"""What a sheet has to have now: which round it is of, and whether blocks are keyed apart. Nothing is changed here."""

from server.election.contests import Contest
from server.election.counting.desk import Desk
from server.election.counting.figures.apart import slates
from server.election.counts import Count
from server.election.methods.rules import Keyed


def keyed_now(count: Count) -> tuple[Keyed, ...]:
    """What the rules of the contest want on the sheet now, in the order of the form.

    Where there are two rounds, the first is keyed alone until it is announced, and then the second. A correction of
    what is declared has both.
    """
    keyed = count.contest.rules.keyed
    if not count.contest.rules.has_first_round or count.result is not None:
        return keyed
    if is_second_round(count):
        return tuple([what for what in keyed if what not in ("votes", "rejected")])
    return tuple([what for what in keyed if what != "second preferences"])


def is_second_round(count: Count) -> bool:
    """Whether the first preferences are announced and decide nothing, so that only the second are to be keyed."""
    first = count.preferences
    return count.result is None and first is not None and bool(count.contest.rules.remaining(first.votes))


def is_first_alone(count: Count, votes: dict[str, int]) -> bool:
    """Whether these votes are first preferences to be announced, because a second round decides after them."""
    awaited = count.result is None and count.preferences is None
    return awaited and bool(votes) and bool(count.contest.rules.remaining(votes))


def is_keyed_apart(contest: Contest, desk: Desk) -> bool:
    """Whether block votes and split votes of this contest are keyed apart: the night wants it, and there can be any.
    Tables add up the votes of each candidate."""
    tables = desk.of(contest.ballot).tables
    return desk.apart and bool(slates(contest)) and not (tables and tables.tables)
