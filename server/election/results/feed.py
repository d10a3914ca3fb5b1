"""The feed of a night: what was reported, in order, with what it made or took back. No HTML, no rules of a result."""

from bisect import bisect_left, bisect_right
from typing import Literal, assert_never

from msgspec import Struct
from msgspec.structs import replace

from server.election.contests import Contest
from server.election.counts import Count, ended_before
from server.election.events import (
    BallotPaperAmended,
    Corrected,
    CountEvent,
    Declared,
    FeedEvent,
    NightAmended,
    NightHeld,
    NightReleased,
    NoPollTaken,
    NoteCorrected,
    NoteEvent,
    NotePosted,
    PreferencesReported,
    SetsResult,
    StageReached,
    StageTakenBack,
    Withdrawn,
)
from server.election.nights import Night
from server.election.parties import Party
from server.election.result import Result
from server.election.results.amendments import PutRight, put_right
from server.election.results.notes import Note, notes_of, said_before
from server.election.results.tally import add_up
from server.election.verdict import elect_unopposed, judge

FEED_LENGTH = 12  # entries that a page begins with
_FEED_OF_ONE = 60  # on a night of one contest, whose feed is its story
_NAMED = 3  # of those that were declared together with another
_RESULTS = (Declared, Corrected, NoPollTaken)


class Item(Struct, frozen=True):
    """One entry of the feed; ``kind`` picks its words. ``result`` is what was declared then, whatever became of it;
    ``before`` what a correction or withdrawal took back, ``changes`` the figures that a correction replaced,
    ``put_right`` what an amendment changed. ``note`` is the note as it stands, ``said`` what it said before."""

    kind: str
    event: FeedEvent
    count: Count | None = None
    result: Result | None = None
    before: Result | None = None
    majority: Party | None = None
    changes: tuple["Change", ...] = ()
    hung: bool = False
    put_right: tuple[PutRight, ...] = ()
    note: Note | None = None
    said: NotePosted | NoteCorrected | None = None


class Also(Struct, frozen=True):
    """What came together: the newest of it, and how many ``more`` there are."""

    items: tuple[Item, ...]
    more: int


def feed_length(night: Night) -> int:
    """How many entries a page of this night begins with."""
    return _FEED_OF_ONE if night.is_single else FEED_LENGTH


def feed_of(night: Night, after: int | None = None) -> tuple[Item, ...]:
    """The newest entries, the newest first: all after a seq, or as many as a page begins with."""
    found = night.feed[-feed_length(night) :] if after is None else told_after(night, after)
    tally, items = add_up(night), list[Item]()
    for event in reversed(found):
        made = tally.majority if tally.majority and tally.majority.seq == event.seq else None
        item = _item(night, event, night.parties[made.party] if made else None)
        items.append(replace(item, hung=True) if tally.hung and tally.hung.seq == event.seq else item)
    return tuple(items)


def changed_notes(night: Night, after: int) -> tuple[Note, ...]:
    """The notes that were posted, corrected or withdrawn after a seq, as they stand, the earliest news first."""
    told = (event for event in told_after(night, after) if isinstance(event, NoteEvent))
    seqs = dict.fromkeys(event.seq if isinstance(event, NotePosted) else event.note for event in told)
    return tuple(notes_of(night)[seq] for seq in seqs)


def entry_of(night: Night, note: Note) -> Item:
    """The entry of a note as it stands."""
    return _item(night, note.posted, None)


def told_after(night: Night, after: int) -> tuple[FeedEvent, ...]:
    """What a reader of the feed was told after a seq, oldest first."""
    return night.feed[_first_after(night, after) :]


def also_of(night: Night, after: int | None = None) -> Also:
    """What was declared together with the newest declaration: at its time, or after a seq."""
    newest = next((event for event in reversed(night.feed) if isinstance(event, _RESULTS)), None)
    if newest is None:
        return Also((), 0)
    together = bisect_left(night.feed, newest.at, key=lambda event: event.at)
    first = together if after is None else min(together, _first_after(night, after))
    stands = (event for event in reversed(night.feed[first:]) if isinstance(event, _RESULTS) and _stands(night, event))
    found = [event for event in stands if event.ballot != newest.ballot]
    named = [_item(night, event, None) for event in found[:_NAMED]]
    return Also(tuple(named), len(found) - len(named))


def _first_after(night: Night, seq: int) -> int:
    """The place in the feed of the first entry after a seq."""
    return bisect_right(night.feed, seq, key=lambda event: event.seq)


def _stands(night: Night, event: SetsResult | NoPollTaken) -> bool:
    """Whether somebody is elected by this, and nothing has replaced it."""
    count = night.counts[event.ballot]
    return (
        count.result is not None and next(one for one in reversed(count.history) if isinstance(one, _RESULTS)) is event
    )


def _item(night: Night, event: FeedEvent, majority: Party | None) -> Item:
    if isinstance(event, NightHeld | NightReleased):
        return Item("held" if isinstance(event, NightHeld) else "released", event)
    if isinstance(event, NightAmended):
        return Item("amended", event, put_right=put_right(night, event))
    if isinstance(event, NoteEvent):
        count = night.counts[event.ballot] if event.ballot else None
        if isinstance(event, NotePosted):
            return Item("note", event, count, note=notes_of(night)[event.seq])
        kind = "note-corrected" if isinstance(event, NoteCorrected) else "note-withdrawn"
        return Item(kind, event, count, note=notes_of(night)[event.note], said=said_before(night, event))
    count = night.counts[event.ballot]
    match event:
        case Declared():
            return Item("declared", event, count, _judged(count, event), majority=majority)
        case Corrected():
            return Item(
                "corrected", event, count, _judged(count, event), before(count, event), majority, changes(count, event)
            )
        case Withdrawn():
            return Item("withdrawn", event, count, None, before(count, event))
        case StageReached():
            return Item("stage", event, count)
        case StageTakenBack():
            return Item("stage-taken-back", event, count)
        case PreferencesReported():
            return Item("preferences", event, count)
        case BallotPaperAmended():
            return Item("amended", event, count, put_right=put_right(night, event))
        case NoPollTaken():
            return Item("no-poll", event, count, _unopposed(count, event), majority=majority)
        case _:
            assert_never(event)


def _judged(count: Count, event: SetsResult) -> Result:
    """What an event made of a contest; mostly that still stands, and is judged already."""
    return count.result if count.result and count.last is event else judge(count.contest, event)


class Change(Struct, frozen=True):
    """What a correction replaced: a candidate's votes, or what ``what`` says; ``name`` is the candidate's."""

    name: str
    before: int | str
    after: int | str
    what: Literal["votes", "second preferences", "valid papers", "rejected", "elected"] = "votes"


def changes(count: Count, event: Corrected) -> tuple[Change, ...]:
    """What a correction changed: who is elected where the verdict does not say it, then figures in ballot-paper order,
    those of papers last."""
    earlier = [former for former in count.history if former.seq < event.seq and isinstance(former, SetsResult)][-1]
    contest, found = count.contest, list[Change]()
    was, now = judge(contest, earlier), _judged(count, event)
    if was.verdict.seats or was.verdict == now.verdict:
        out, into = ([line.candidate.id for line in one.elected] for one in (was, now))
        found.append(Change("", _named(contest, out, into), _named(contest, into, out), "elected"))
    rounds = (earlier.votes, event.votes), tuple(_second(one) for one in (earlier, event))
    for what, (old, new) in zip(("votes", "second preferences"), rounds, strict=True):
        found += [
            Change(contest.told(one.id), old[one.id], new[one.id], what)
            for one in contest.candidates
            if one.id in old and one.id in new
        ]
    if was.verdict.seats and was.valid_papers is not None and now.valid_papers is not None:
        found.append(Change("", was.valid_papers, now.valid_papers, "valid papers"))
    if earlier.rejected and event.rejected:
        found.append(Change("", earlier.rejected.total, event.rejected.total, "rejected"))
    return tuple(change for change in found if change.before != change.after)


def _named(contest: Contest, elected: list[str], others: list[str]) -> str:
    return ", ".join(contest.told(one) for one in elected if one not in others)


def _second(event: SetsResult) -> dict[str, int]:
    return event.more.second.votes if event.more and event.more.second else {}


def before(count: Count, event: CountEvent) -> Result | None:
    """The result that stood when this event came."""
    last = ended_before(count, event)
    match last:
        case Declared() | Corrected():
            return judge(count.contest, last)
        case NoPollTaken():
            return _unopposed(count, last)
        case Withdrawn() | None:
            return None
        case _:
            assert_never(last)


def _unopposed(count: Count, event: NoPollTaken) -> Result | None:
    """Who was elected then; None where nobody was, or where a paper that was put right since has more candidates."""
    is_so = event.state == "uncontested" and len(count.contest.standing) <= count.contest.seats
    return elect_unopposed(count.contest) if is_so else None
