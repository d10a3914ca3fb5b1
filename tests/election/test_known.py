"""A night as it is known now: corrections made where figures were first declared, nothing that was withdrawn."""

from datetime import timedelta

from msgspec.structs import replace

from server.election.commands import AnyCommand, OpenNight, PostNote, ReachStage, RecordNoPoll, TakeBackStage, Withdraw
from server.election.deciding.decide import decide
from server.election.events import AnyEvent, Corrected, Declared, NoPollTaken, Withdrawn
from server.election.nights import fold
from server.election.results.known import as_known, was_revised
from server.election.results.tally import add_up
from tests.nights_by_hand import START, ballot, correct, declare, definition


def events(*commands: AnyCommand) -> list[AnyEvent]:
    found: list[AnyEvent] = []
    for minute, command in enumerate([OpenNight(id="open", by="desk", night=definition()), *commands]):
        found.append(decide(fold(found) if found else None, command, START + timedelta(minutes=minute)))
    return found


def withdraw(seat: int, turn: int = 0) -> Withdraw:
    return Withdraw(id=f"withdraw-{seat}-{turn}", by="desk", ballot=ballot(seat), reason="The wrong sheet was read.")


def test_corrected_figures_stand_from_the_first_and_at_the_time_of_their_declaration() -> None:
    then = events(declare(0, con=5, lab=4), declare(1), correct(0, 1), correct(0, 2))
    now = as_known(then)
    assert [one.seq for one in now] == [1, 2, 3]
    first = now[1]
    assert isinstance(first, Declared) and first.at == then[1].at
    last = then[-1]
    assert isinstance(last, Corrected)
    assert (first.votes, first.rejected, first.lot) == (last.votes, last.rejected, last.lot)
    assert not was_revised(now) and was_revised(then)


def test_what_was_withdrawn_was_never_declared_and_what_came_after_stays_in_its_time() -> None:
    then = events(declare(0), correct(0, 1), withdraw(0), declare(0, con=1, lab=9, command="again"))
    now = as_known(then)
    assert [type(one) for one in now[1:]] == [Declared]
    assert now[1] == replace(then[-1], seq=2)


def test_a_poll_that_went_ahead_after_all_was_never_called_off() -> None:
    called_off = RecordNoPoll(id="off", by="desk", ballot=ballot(0), state="postponed", reason="Snow.")
    then = events(called_off, withdraw(0), PostNote(id="note", by="desk", text="It goes ahead."), declare(0))
    now = as_known(then)
    assert not any(isinstance(one, NoPollTaken | Withdrawn) for one in now)
    assert len(now) == 3


def test_a_stage_that_was_taken_back_was_never_reached() -> None:
    who, where, why = "desk", ballot(0), "The wrong seat."
    then = events(
        ReachStage(id="one", by=who, ballot=where, stage="verified", papers=600),
        ReachStage(id="two", by=who, ballot=where, stage="counting"),
        TakeBackStage(id="three", by=who, ballot=where, stage="counting", papers=None, reason=why),
        TakeBackStage(id="four", by=who, ballot=where, stage="verified", papers=600, reason=why),
        ReachStage(id="five", by=who, ballot=where, stage="verified", papers=601),
    )
    assert as_known(then)[1:] == (replace(then[-1], seq=2),)
    assert fold(as_known(then)).counts[where].papers == fold(then).counts[where].papers == 601
    assert was_revised(then)


def test_both_tellings_end_with_the_same_totals() -> None:
    then = events(declare(0), declare(1), withdraw(1), correct(0, 1), declare(2), declare(1, con=1, lab=9, command="b"))
    assert add_up(fold(then)).parties == add_up(fold(as_known(then))).parties


def test_a_night_on_which_nothing_was_revised_is_the_same_in_both() -> None:
    then = events(declare(0), declare(1))
    assert list(as_known(then)) == then and not was_revised(then)
