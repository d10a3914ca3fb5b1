"""Which contests a piece of news is about. No HTML, no rules."""

from collections.abc import Iterable
from typing import assert_never

from server.election.commands import ballot_of
from server.election.counting.acts import (
    Asked,
    CountAct,
    Dropped,
    EntryChosen,
    EventLost,
    HookAct,
    InvitationAct,
    Invited,
    PinChosen,
    PinMistaken,
    PublicCommand,
    ReplaySet,
    SignedIn,
)
from server.election.counting.desk import Desk
from server.election.events import (
    BallotPaperAmended,
    Corrected,
    DeclarationExpected,
    Declared,
    NightAmended,
    NightHeld,
    NightOpened,
    NightReleased,
    NoPollTaken,
    NoteCorrected,
    NotePosted,
    NoteWithdrawn,
    PreferencesReported,
    SheetHidden,
    SheetPhotographed,
    StageReached,
    StageTakenBack,
    Withdrawn,
)
from server.live.private import News


def ballots_of(desk: Desk, news_item: News) -> Iterable[str]:
    """The contests whose row or page this news changes."""
    if isinstance(news_item, CountAct | HookAct):
        return (news_item.ballot,) if isinstance(news_item, CountAct) else ()
    if isinstance(news_item, InvitationAct):
        return desk.people[news_item.invited].ballots
    match news_item:
        case Invited():
            return news_item.ballots
        case PinChosen() | SignedIn() | PinMistaken():
            return desk.people[news_item.invitation].ballots
        case Dropped():
            asked = (act.command for act in reversed(desk.log) if isinstance(act, Asked))
            return _about(next(command for command in asked if command.id == news_item.asked))
        case Asked():
            return _about(news_item.command)
        case StageReached() | Declared() | Corrected() | Withdrawn() | NoPollTaken() | DeclarationExpected():
            return (news_item.ballot,)
        case BallotPaperAmended() | PreferencesReported() | StageTakenBack() | SheetPhotographed() | SheetHidden():
            return (news_item.ballot,)
        case EventLost() | NotePosted() | NoteCorrected() | NoteWithdrawn():
            return (news_item.ballot,) if news_item.ballot else ()
        case NightOpened() | NightAmended() | NightHeld() | NightReleased() | EntryChosen() | ReplaySet():
            return ()
        case _:
            assert_never(news_item)


def _about(command: PublicCommand) -> Iterable[str]:
    return filter(None, (ballot_of(command),))
