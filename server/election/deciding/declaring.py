"""Decides whether figures may be declared, corrected, or announced as a first round. Nothing is changed here."""

from datetime import datetime
from typing import TypedDict

from server.election.commands import Correct, Declare, ReportPreferences
from server.election.counts import Count
from server.election.deciding.checks import check_figures, check_preferences
from server.election.events import Corrected, Declared, PreferencesReported
from server.election.refusals import (
    Refused,
    must_be_declared,
    must_be_polled,
    must_be_undeclared,
    reason_in,
    refuse_if,
)
from server.election.texts.said import say


class EventStamp(TypedDict):
    """What every event has."""

    seq: int
    at: datetime
    by: str
    command_id: str


def preferences_reported(
    count: Count, command: ReportPreferences, stamp: EventStamp, live: bool
) -> PreferencesReported:
    """The event of first preferences, which come before the second round; Refused where they cannot."""
    must_be_polled(count)
    must_be_undeclared(count)
    if not count.contest.rules.has_first_round:
        raise Refused(
            "one-round", say("%(contest)s is counted in one round: declare its result.", contest=count.contest)
        )
    must_be_round(count, command.round)
    papers = command.papers if count.papers is None else count.papers
    refuse_if(check_preferences(count.contest, command.votes, command.rejected, papers, must_reconcile=live))
    votes, before = _in_ballot_order(count, command.votes), count.preferences
    if before and (before.votes, before.rejected) == (votes, command.rejected):
        raise Refused("nothing-changed", say("Nothing is changed: these first preferences are on record already."))
    reason = reason_in(command.reason) if before else ""
    return PreferencesReported(ballot=command.ballot, votes=votes, rejected=command.rejected, reason=reason, **stamp)


def declared(count: Count, command: Declare, stamp: EventStamp, live: bool) -> Declared:
    """The event of a declaration. Only of a ``live`` count must its figures reconcile with its papers."""
    must_be_polled(count)
    must_be_undeclared(count)
    must_be_round(count, command.round)
    papers = command.papers if count.papers is None else count.papers  # papers verified before are not replaced
    _must_be_right(count, command, papers, live)
    if live and command.more and command.more.second:
        _must_follow(count, command)
    return Declared(
        ballot=command.ballot,
        votes=_in_ballot_order(count, command.votes),
        rejected=command.rejected,
        lot=command.lot,
        more=command.more,
        **stamp,
    )


def corrected(count: Count, command: Correct, stamp: EventStamp, live: bool) -> Corrected:
    """The event of a correction; ``live`` is as in ``declared``."""
    must_be_declared(count)
    must_be_polled(count)
    must_be_round(count, command.round)
    reason = reason_in(command.reason)
    # Papers that were never announced are as many as the declaration accounted for.
    known = count.result.papers if count.result else None
    papers = known if count.papers is None else count.papers
    _must_be_right(count, command, papers, live)
    return Corrected(
        ballot=command.ballot,
        votes=_in_ballot_order(count, command.votes),
        rejected=command.rejected,
        lot=command.lot,
        reason=reason,
        slip=command.slip,
        more=command.more,
        **stamp,
    )


def _must_be_right(count: Count, command: Declare | Correct, papers: int | None, live: bool) -> None:
    figures = command.votes, command.rejected, papers, command.lot, command.more
    refuse_if(check_figures(count.contest, *figures, must_reconcile=live))


def _must_follow(count: Count, command: Declare) -> None:
    """Raises Refused unless the first round of these figures is on record: it is announced before the second."""
    first = count.preferences
    if first is None:
        raise Refused(
            "preferences-missing", say("The first preferences must go out before the second round is declared.")
        )
    if (first.votes, first.rejected) != (_in_ballot_order(count, command.votes), command.rejected):
        raise Refused(
            "preferences-differ", say("The first preferences are not those on record: put those right first.")
        )


def _in_ballot_order(count: Count, votes: dict[str, int]) -> dict[str, int]:
    return {candidate.id: votes[candidate.id] for candidate in count.contest.polled}


def must_be_round(count: Count, round: int | None) -> None:
    """Raises Refused where the figures of a command were confirmed in another round of the count."""
    if round is not None and round != count.round:
        sentence = say(
            "The count of %(contest)s has moved on since these figures were confirmed: look again.",
            contest=count.contest,
        )
        raise Refused("count-moved-on", sentence)
