"""Webhooks: which there are, which events each is sent, and what may be done with them. Nothing is sent here."""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never, get_args

from msgspec import Struct
from msgspec.structs import replace

from server.election.counting.acts.hook_acts import HookAct, HookDropped, HookKind, HookMade, HookSwitched
from server.election.events import (
    AnyEvent,
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
from server.election.limits import LONGEST_URL, MOST_HOOKS
from server.election.nights import Night
from server.election.refusals import Refused, count_of
from server.election.texts.said import say

KINDS: tuple[HookKind, ...] = get_args(HookKind)


class Hook(Struct, frozen=True):
    """A webhook as it stands, made by ``by`` at ``at``; the other fields are those of its acts. ``since`` is the seq of
    the act by which it was last made or switched on."""

    id: str
    url: str
    kinds: tuple[HookKind, ...]
    ballots: tuple[str, ...]
    after: int
    by: str
    at: datetime
    since: int
    on: bool = True
    why: str = ""


def hooks_after(hooks: Mapping[str, Hook], act: HookAct) -> dict[str, Hook]:
    """The webhooks by id after one more act."""
    match act:
        case HookMade():
            made = Hook(act.hook, act.url, act.kinds, act.ballots, act.after, act.by, act.at, act.seq)
            return {**hooks, act.hook: made}
        case HookSwitched():
            hook = hooks[act.hook]
            switched = replace(hook, on=act.on, why=act.why, since=act.seq if act.on else hook.since)
            return {**hooks, act.hook: switched}
        case HookDropped():
            return {id: hook for id, hook in hooks.items() if id != act.hook}
        case _:
            assert_never(act)


def must_hook(night: Night, hooks: Mapping[str, Hook], act: HookAct) -> None:
    """Refuse an act on webhooks that is not possible now."""
    if not isinstance(act, HookMade):
        if act.hook not in hooks:
            raise Refused("hook-unknown", say("There is no such webhook any more."))
        if isinstance(act, HookSwitched) and not act.on and not hooks[act.hook].on:
            raise Refused("hook-off", say("That webhook is switched off already."))
        return
    if len(hooks) >= MOST_HOOKS:
        raise Refused("hooks-full", say("A night has at most %(most)s webhooks: drop one first.", most=MOST_HOOKS))
    if len(act.url) > LONGEST_URL or not act.url.startswith(("https://", "http://")):
        raise Refused(
            "hook-address",
            say(
                "A webhook’s address begins with https:// and has %(most)s characters at most.",
                most=LONGEST_URL,
            ),
        )
    if not act.kinds or not set(act.kinds) <= set(KINDS):
        raise Refused("hook-kinds", say("Say what the webhook is to be told of."))
    for ballot in act.ballots:
        count_of(night, ballot)


def wants(hook: Hook, event: AnyEvent) -> bool:
    """Whether an event is sent to a webhook. What is of no contest goes to those that are for all; what is of the whole
    night goes to all that asked for it; and what puts a paper right whose figures are out, to all who are told of
    results, which can be others by it."""
    kind = kind_of(event)
    ballot: str | None = getattr(event, "ballot", None)
    is_asked_for = kind in hook.kinds or ("results" in hook.kinds and _can_change_a_result(event))
    return is_asked_for and (not hook.ballots or ballot in hook.ballots or kind == "night")


def _can_change_a_result(event: AnyEvent) -> bool:
    """Whether an event that sets no figures can make another result of those that are out: without them an amendment
    needs no reason."""
    return isinstance(event, BallotPaperAmended) and bool(event.reason)


def kind_of(event: AnyEvent) -> HookKind:
    """The kind by which webhooks ask for an event."""
    match event:
        case Declared() | Corrected() | Withdrawn() | NoPollTaken() | PreferencesReported():
            return "results"
        case SheetPhotographed() | SheetHidden():
            return "results"
        case StageReached() | StageTakenBack():
            return "stages"
        case DeclarationExpected():
            return "expected"
        case NotePosted() | NoteCorrected() | NoteWithdrawn():
            return "notes"
        case BallotPaperAmended():
            return "papers"
        case NightOpened() | NightAmended() | NightHeld() | NightReleased():
            return "night"
        case _:
            assert_never(event)
