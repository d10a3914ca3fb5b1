"""The log of a contest or of a night, for those who run it: who, when, from which device, and what it replaced.

The figures of a sheet are left out while another sheet is still to be keyed against it, so that nobody at the desk can
tell one officer what the other keyed.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import assert_never

from msgspec import Struct

from server.count.board.board import Board
from server.count.board.figures_told import LoggedChange, figures_changed
from server.count.board.wording import act_told, command_told, reasons_told, time_told
from server.count.visit.sending import device_told
from server.count.visit.stages import STAGES
from server.election.commands import Correct, ExpectDeclaration, ReachStage, ballot_of
from server.election.counting.acts import (
    AnyAct,
    Asked,
    ChangeConfirmed,
    CorrectionBegun,
    CorrectionDropped,
    Dropped,
    EntryChosen,
    EventLost,
    InvitationAct,
    Invited,
    KeyedAgain,
    PapersVerified,
    PinChosen,
    PinMistaken,
    ReplaySet,
    SheetKeyed,
    SignedIn,
)
from server.election.counting.acts.agent_acts import AgentsConsulted, RecountRequested, RejectedNoted
from server.election.counting.acts.box_acts import BoxChecked, BoxCounted, BoxesListed, BoxStruck
from server.election.counting.acts.hook_acts import HookDropped, HookMade, HookSwitched
from server.election.counting.acts.table_acts import TableKeyed, TablesChosen
from server.election.counting.entry import State
from server.election.counts import Count
from server.election.events import (
    Amendment,
    Corrected,
    Declared,
    FeedEvent,
    NightHeld,
    NightReleased,
    NoteEvent,
    StageReached,
    StageTakenBack,
)
from server.election.texts.said import Said, Value, say
from server.election.texts.words import AUTHORS

_SETTLED: tuple[State, ...] = ("ready", "asked", "on air", "no poll")
_REASONED = PapersVerified | SheetKeyed | Asked


class LogLine(Struct, frozen=True):
    """One line of the log. ``outcome`` is what became of something that was to go out; ``reasons`` are what was unusual
    and why it is true."""

    at: datetime
    by: str
    device: str
    what: Value
    changes: tuple[LoggedChange, ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()
    outcome: Value = ""


def log_of(board: Board, ballot: str | None = None) -> list[LogLine]:
    """Every act and every public event of one contest, or of the whole night without ``ballot``; newest first."""
    log = _Log(board, ballot)
    return sorted([*log.acts(), *log.events()], key=lambda line: line.at)[::-1]


class _Log:
    """The acts and events of a log, each told with what the others say about it."""

    def __init__(self, board: Board, ballot: str | None) -> None:
        self._board, self._ballot = board, ballot
        night, desk = board.night, board.desk
        self._whys = {act.asked: act.why for act in desk.log if isinstance(act, Dropped)}
        self._asked = {act.command.id for act in desk.log if isinstance(act, Asked)}
        counts = night.counts.values() if ballot is None else (night.counts[ballot],)
        events: list[FeedEvent] = [event for count in counts for event in (*count.history, *count.amendments)]
        events += night.amendments if ballot is None else ()
        for event in night.feed:
            about_night = isinstance(event, NightHeld | NightReleased) and ballot is None
            if about_night or (isinstance(event, NoteEvent) and ballot in (None, event.ballot)):
                events.append(event)
        self._events = {event.command_id: event for event in events}
        self._settled: dict[str, bool] = {}

    def acts(self) -> Iterator[LogLine]:
        """A line for each act."""
        expected: dict[str, datetime | None] = {}
        for act in self._board.desk.log:
            if isinstance(act, Dropped) or not self._is_here(act):
                continue
            changes = self._changes(act)
            if isinstance(act, Asked) and isinstance(act.command, ExpectDeclaration):
                ballot, after = act.command.ballot, act.command.expected
                changes = (LoggedChange(say("Expected"), time_told(expected.get(ballot)), time_told(after)),)
                expected[ballot] = after
            yield LogLine(
                at=act.at,
                by=AUTHORS.get(act.by, act.by),
                device=AUTHORS.get(act.device) or device_told(act.device),
                what=self._what(act),
                changes=changes,
                reasons=self._reasons(act),
                outcome=self._outcome(act) if isinstance(act, Asked) else "",
            )

    def _what(self, act: AnyAct) -> Said:
        event = self._events.get(act.command.id) if isinstance(act, Asked) else None
        if isinstance(event, Amendment):  # which says what it changed, as its command does not
            return command_told(self._board.night, event)
        return act_told(self._board.night, self._board.desk, act)

    def events(self) -> Iterator[LogLine]:
        """A line for each public event that nobody invited asked for: it came from the command line, or a replay."""
        for event in self._events.values():
            if event.command_id not in self._asked:
                what, by = command_told(self._board.night, event), AUTHORS.get(event.by, event.by)
                outcome = say("event %(seq)s", seq=str(event.seq))
                yield LogLine(event.at, by, "", what, self._changed(event), outcome=outcome)

    def _is_here(self, act: AnyAct) -> bool:
        ballot = self._ballot
        if ballot is None:
            return True
        if isinstance(act, InvitationAct):
            return ballot in self._board.desk.people[act.invited].ballots
        match act:
            case EntryChosen() | ReplaySet() | HookMade() | HookSwitched() | HookDropped():
                return False
            case Asked():
                return ballot_of(act.command) == ballot
            case Invited():
                return ballot in act.ballots
            case PinChosen() | SignedIn() | PinMistaken():
                return ballot in self._board.desk.people[act.invitation].ballots
            case Dropped():
                return False
            case (
                PapersVerified()
                | SheetKeyed()
                | KeyedAgain()
                | CorrectionBegun()
                | CorrectionDropped()
                | EventLost()
                | ChangeConfirmed()
            ):
                return act.ballot == ballot
            case BoxesListed() | BoxStruck() | BoxCounted() | BoxChecked() | TablesChosen() | TableKeyed():
                return act.ballot == ballot
            case AgentsConsulted() | RecountRequested() | RejectedNoted():
                return act.ballot == ballot
            case _:
                assert_never(act)

    def _outcome(self, asked: Asked) -> Said:
        seq = self._board.night.receipts.get(asked.command.id)
        if seq is None:
            why = self._whys.get(asked.command.id)
            return say("did not go out: %(why)s", why=say(why)) if why else say("waits to go out")
        event = self._events.get(asked.command.id)
        later = event is not None and (event.at - asked.at).total_seconds() > 60
        if event and later:
            return say("event %(seq)s, at %(time)s", seq=str(seq), time=time_told(event.at))
        return say("event %(seq)s", seq=str(seq))

    def _changes(self, act: AnyAct) -> tuple[LoggedChange, ...]:
        if isinstance(act, Asked):
            return self._changed(self._events.get(act.command.id) or act.command)
        if not isinstance(act, SheetKeyed) or not act.replaces:
            return ()
        before = self._board.desk.log[act.replaces - 1]
        assert isinstance(before, SheetKeyed), "a sheet replaces a sheet"
        changes = figures_changed(self._count(act.ballot).contest, before, act)
        return changes if self._may_be_told(act) else tuple(LoggedChange(change.name) for change in changes)

    def _reasons(self, act: AnyAct) -> tuple[tuple[str, str], ...]:
        if not isinstance(act, _REASONED) or (isinstance(act, SheetKeyed) and not self._may_be_told(act)):
            return ()  # what is unusual about a sheet gives its figures away
        return reasons_told(act.reasons)

    def _may_be_told(self, sheet: SheetKeyed) -> bool:
        """Whether a sheet's figures need no longer be kept from the other officer."""
        if sheet.ballot not in self._settled:
            self._settled[sheet.ballot] = self._board.stands(sheet.ballot).state in _SETTLED
        return sheet.round < self._count(sheet.ballot).round or self._settled[sheet.ballot]

    def _changed(self, step: object) -> tuple[LoggedChange, ...]:
        """What a correction, or a second verification, changed of what was public before."""
        if isinstance(step, Corrected | Correct):
            count = self._count(step.ballot)
            earlier = [event for event in _before(count, step) if isinstance(event, Declared | Corrected)]
            return figures_changed(count.contest, earlier[-1], step) if earlier else ()
        if isinstance(step, StageReached | ReachStage) and step.papers is not None:
            known: list[int] = []
            for event in _before(self._count(step.ballot), step):
                if isinstance(event, StageReached) and event.papers is not None:
                    known.append(event.papers)
                elif isinstance(event, StageTakenBack) and event.papers is not None:
                    known.pop()
            return (LoggedChange(STAGES["verified"], known[-1], step.papers),) if known else ()
        return ()

    def _count(self, ballot: str) -> Count:
        return self._board.night.counts[ballot]


def _before(count: Count, step: Corrected | Correct | StageReached | ReachStage) -> list[FeedEvent]:
    """The events of a contest before this one; all of them before a command, which has no seq yet."""
    seq = step.seq if isinstance(step, Corrected | StageReached) else None
    return [event for event in count.history if seq is None or event.seq < seq]
