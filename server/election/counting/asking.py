"""Decides whether a command that somebody asks for may go out, and whether its figures are those confirmed."""

from datetime import datetime

from msgspec.structs import replace

from server.election.commands import (
    AmendBallotPaper,
    Correct,
    Declare,
    OfTheHold,
    ReachStage,
    RecordNoPoll,
    ReportPreferences,
    TakeBackStage,
    Withdraw,
    WithFigures,
)
from server.election.counting.acts import Asked, PublicCommand
from server.election.counting.boxes import must_be_accounted_for
from server.election.counting.changes import must_be_confirmed_by_another, must_not_elect_alone
from server.election.counting.desk import Desk
from server.election.counting.entry import asked_for, once_released, pending, sheets_of, spoken
from server.election.counting.figures.doubts import doubts_about_figures, doubts_about_papers
from server.election.counting.figures.expected import expected_shares
from server.election.counting.tables import tables_of
from server.election.deciding.decide import decide
from server.election.nights import Night
from server.election.refusals import Refused, count_of, going_on_air, want_reasons
from server.election.texts.check_codes import Finding
from server.election.texts.said import say


def must_be_possible(night: Night, desk: Desk, act: Asked) -> None:
    """Raises Refused unless the command can go out after all that waits now, whether the night is held or not.

    Figures must be those that were keyed and confirmed. Where a program may declare without that, they need a reason
    for whatever is doubtful about them. ``decide`` has all other conditions.
    """
    command = act.command
    if isinstance(command, OfTheHold):
        decide(night, command, act.at)
        return
    later = once_released(night, desk)
    must_be_accounted_for(later, desk, command)
    confirmed = False
    if isinstance(command, WithFigures | ReportPreferences):
        confirmed = _must_be_confirmed(later, desk, command)
        _must_be_of_this_count(night, desk, command)
    # Somebody who asks is counting now, even on the replay of a past night, so the figures must reconcile as on air.
    decide(replace(later, held=False, definition=replace(later.definition, times="live")), command, act.at)
    if isinstance(command, TakeBackStage) and asked_for(night, desk, command.ballot) is not None:
        raise going_on_air(later.counts[command.ballot])
    if isinstance(command, Correct | Declare):
        must_be_confirmed_by_another(later, desk, act, command)
    if isinstance(command, RecordNoPoll):
        must_not_elect_alone(later, desk, act, command)
    if isinstance(command, AmendBallotPaper) and asked_for(night, desk, command.ballot) is not None:
        _must_fit_what_waits(night, desk, act.at, command)
    if isinstance(command, Declare | ReportPreferences) and not confirmed:
        want_reasons(_doubts(later, command), act.reasons)


def _must_fit_what_waits(night: Night, desk: Desk, at: datetime, command: AmendBallotPaper) -> None:
    """Refuses a ballot paper that could not be put right so after the figures that wait: those go out before it."""
    try:
        decide(replace(once_released(night, desk, figures=True), held=False), command, at)
    except Refused as refused:
        sentence = say("Figures of this contest wait to go out, and do not allow that: set them aside first.")
        raise Refused("figures-waiting", sentence, refused.findings) from refused


def _must_be_confirmed(night: Night, desk: Desk, command: WithFigures | ReportPreferences) -> bool:
    """Whether these are the figures that were keyed and confirmed; Refused where they must be and are not.

    A program may declare figures that nobody has keyed, on a night where one entry is enough.
    """
    count = count_of(night, command.ballot)
    if asked_for(night, desk, command.ballot) is not None:
        raise going_on_air(count)
    confirmed = spoken(night, desk, command.ballot, command.by) == command
    if not confirmed and tables_of(count, desk).names:
        sentence = say(
            "%(contest)s is counted by tables: its figures are their sum, and are declared from there.",
            contest=count.contest,
        )
        raise Refused("counted-by-tables", sentence)
    if not confirmed and desk.entry == "double":
        sentence = say("Two people key each result of this night, and these figures are not confirmed by both.")
        raise Refused("not-confirmed", sentence)
    if not confirmed and isinstance(command, Correct):
        raise Refused("not-confirmed", say("These figures were not keyed."))
    if not confirmed and sheets_of(count, desk):
        raise Refused("not-confirmed", say("Figures have been keyed on a phone here, and are declared from there."))
    return confirmed


def _must_be_of_this_count(night: Night, desk: Desk, command: WithFigures | ReportPreferences) -> None:
    """Refuses figures without a ``round`` while a command that waits would end the round they are meant for."""
    if command.round is None and any(_ends_a_count(asked.command, command.ballot) for asked in pending(night, desk)):
        sentence = say("Something else was said of this contest before, and is going on air first: look again.")
        raise Refused("already-asked", sentence)


def _doubts(night: Night, command: Declare | ReportPreferences) -> list[Finding]:
    """The doubts about figures that nobody keyed, and about their papers where those were not announced."""
    count = night.counts[command.ballot]
    papers, expected = command.papers if count.papers is None else count.papers, expected_shares(night, count.contest)
    doubts = doubts_about_figures(count.contest, command.votes, command.rejected, papers, expected=expected)
    if count.papers is None and papers is not None:
        doubts = [*doubts_about_papers(count.contest, papers, None), *doubts]
    return doubts


def _ends_a_count(command: PublicCommand, ballot: str) -> bool:
    if isinstance(command, ReachStage | TakeBackStage):
        return command.ballot == ballot and command.stage == "recount"
    return isinstance(command, Withdraw | RecordNoPoll) and command.ballot == ballot
