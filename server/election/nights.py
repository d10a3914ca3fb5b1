"""A night as it stands: the events so far, folded into one immutable state. No totals."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from server.election.amended import amended
from server.election.contests import Definition
from server.election.counts import Count, amended_by, count_after, judged_again, with_photo
from server.election.events import (
    AnyEvent,
    BallotPaperAmended,
    Corrected,
    DeclarationExpected,
    Declared,
    FeedEvent,
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
    is_news,
)
from server.election.parties import Party


class GapInNight(Exception):
    """Events do not follow one another: their stream is damaged, or is another one than before."""


class Night(Struct, frozen=True, dict=True):
    """A night after its event ``seq``, which happened at ``at``; ``opened_as`` is its definition before any amendment.

    ``counts`` is ballot id → count, in the definition's order; ``parties`` is party id → party; ``feed`` holds the
    events of the feed, oldest first; ``receipts`` is command id → seq of its event. While the night is ``held`` nothing
    goes out. ``amended`` is the seq of the last amendment, which made the definition and the parties what they are, 0
    if there was none; ``amendments`` are those of the night's own words.
    """

    definition: Definition
    opened_as: Definition
    seq: int
    at: datetime
    counts: dict[str, Count]
    parties: dict[str, Party]
    feed: tuple[FeedEvent, ...]
    receipts: dict[str, int]
    held: bool = False
    amended: int = 0
    amendments: tuple[NightAmended, ...] = ()

    @property
    def is_single(self) -> bool:
        """Whether the night has only one contest, for which there is a page of its own."""
        return len(self.counts) == 1

    @cached_property
    def declared(self) -> int:
        """How many contests are declared."""
        return sum(count.result is not None for count in self.counts.values())

    @cached_property
    def called_off(self) -> tuple[Count, ...]:
        """The contests whose poll is postponed or countermanded: no result of theirs is awaited on this night."""
        return tuple(count for count in self.counts.values() if count.no_poll and count.result is None)

    @property
    def awaited(self) -> int:
        """How many contests are declared in the end: all but those called off."""
        return len(self.counts) - len(self.called_off)

    @property
    def missing(self) -> tuple[Count, ...]:
        """The contests whose result is still to come."""
        return tuple(count for count in self.counts.values() if count.result is None and count.no_poll is None)

    @property
    def is_played(self) -> bool:
        """Whether this is a replay that has reached its end: it is shown, and nothing of it is on air any more."""
        return self.definition.replay_of is not None and not self.missing


def apply(night: Night | None, event: AnyEvent) -> Night:
    """The night after one more event; GapInNight where it is not the next one."""
    return fold((event,), night)


def fold(events: Sequence[AnyEvent], night: Night | None = None) -> Night:
    """The night after all these events; GapInNight where one is missing.

    Without a ``night`` the first event must be its opening. The contests are copied once, not once for each event: it
    matters on a night of thousands of contests.
    """
    if night is None:
        night, events = _opened(events[0]), events[1:]
    counts, feed, receipts, held = night.counts.copy(), list(night.feed), night.receipts.copy(), night.held
    definition, last_amended, amendments = night.definition, night.amended, night.amendments
    for seq, event in enumerate(events, night.seq + 1):
        if event.seq != seq or isinstance(event, NightOpened):
            raise GapInNight(f"{night.definition.id}: event {event.seq} cannot follow event {seq - 1}.")
        match event:
            case NightHeld() | NightReleased():
                held = isinstance(event, NightHeld)
            case NotePosted() | NoteCorrected() | NoteWithdrawn():
                pass
            case DeclarationExpected():
                counts[event.ballot] = replace(counts[event.ballot], expected=event.expected)
            case StageReached() | StageTakenBack() | PreferencesReported() | Declared() | Corrected() | Withdrawn():
                counts[event.ballot] = count_after(counts[event.ballot], event)
            case NoPollTaken():
                counts[event.ballot] = count_after(counts[event.ballot], event)
            case SheetPhotographed() | SheetHidden():
                counts[event.ballot] = with_photo(counts[event.ballot], event)
            case BallotPaperAmended():
                definition, last_amended = amended(definition, event), seq
                counts[event.ballot] = amended_by(counts[event.ballot], event)
            case NightAmended():
                definition, last_amended = amended(definition, event), seq
                amendments = (*amendments, event)
            case _:
                assert_never(event)
        if is_news(event):
            feed.append(event)
        receipts[event.command_id] = seq
    last = events[-1] if events else night
    told = replace(night, seq=last.seq, at=last.at, counts=counts, feed=tuple(feed), receipts=receipts, held=held)
    if definition is night.definition:
        return told
    parties = _by_id(definition)
    return replace(told, definition=definition, parties=parties, amended=last_amended, amendments=amendments)


def counted_from(night: Night, definition: Definition) -> Night:
    """The night with another definition of the same contests, such as one with another baseline: every result is judged
    again."""
    contests = {contest.ballot: contest for contest in definition.contests}
    counts = {ballot: judged_again(count, contests[ballot]) for ballot, count in night.counts.items()}
    return replace(night, definition=definition, counts=counts, parties=_by_id(definition))


def _opened(event: AnyEvent) -> Night:
    if not isinstance(event, NightOpened) or event.seq != 1:
        raise GapInNight(f"A night begins with its opening as event 1, not with {event.seq}.")
    definition = event.night
    return Night(
        definition=definition,
        opened_as=definition,
        seq=event.seq,
        at=event.at,
        counts={contest.ballot: Count(contest) for contest in definition.contests},
        parties=_by_id(definition),
        feed=(),
        receipts={event.command_id: event.seq},
    )


def _by_id(definition: Definition) -> dict[str, Party]:
    return {party.id: party for party in definition.parties}
