"""One night in one process, without a network: history, catching up, slow viewers."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from server.election.commands import AnyCommand, Correct, OpenNight, PostNote, ReachStage, Withdraw
from server.election.decide import decide
from server.election.events import AnyEvent
from server.election.nights import Night, apply
from server.live.channel import EVENTS, Channel
from server.live.frames import Frame
from server.nights import archive
from server.pages.render import NIGHT, PageRenderer
from server.settings import Settings
from tests.nights_by_hand import START, ballot, declare, definition
from tests.running import Page, Site


class Reader:
    """A viewer that takes frames until it is full."""

    def __init__(self, room: int = 10**9) -> None:
        self.room = room
        self.messages: list[str] = []
        self.on_drained: Callable[[], None] = lambda: None

    def push(self, frame: Frame) -> bool:
        if self.room == 0:
            return False
        self.room -= 1
        self.messages.append(_payload(frame))
        return True


def _payload(frame: Frame) -> str:
    length = frame.plain[1]
    return frame.plain[{126: 4, 127: 10}.get(length, 2) :].decode()


def page_of(reader: Reader) -> Page:
    page = Page(Site("", "", Settings()), "night")
    for message in reader.messages:
        page.apply(message)
    return page


@pytest.fixture
def events() -> list[AnyEvent]:
    night: Night | None = None
    found: list[AnyEvent] = []
    acts: list[AnyCommand] = [
        OpenNight(id="open", by="desk", night=definition(contests=6, seats=6)),
        ReachStage(id="s", by="o", ballot=ballot(0), stage="counting"),
        declare(0),
        PostNote(id="n", by="desk", text="A note."),
        declare(1),
        Correct(id="c", by="desk", ballot=ballot(0), votes={"1": 4, "2": 6}, reason="Rows swapped."),
        declare(2),
        ReachStage(id="r", by="o", ballot=ballot(3), stage="recount"),
        declare(3),
        declare(4),
        Withdraw(id="w", by="desk", ballot=ballot(1), reason="A box was left out."),
        declare(1, command="again"),
    ]
    for minute, command in enumerate(acts):
        event = decide(night, command, START + timedelta(minutes=minute))
        night = apply(night, event)
        found.append(event)
    return found


def texts(channel: Channel) -> dict[str, str]:
    return {name: channel.text(name) for name in channel.fragments}


def channel_of(events: list[AnyEvent]) -> Channel:
    channel = Channel(PageRenderer())
    channel.advance(events)
    return channel


def test_a_viewer_who_joins_at_any_seq_ends_with_the_same_page(events: list[AnyEvent]) -> None:
    whole = texts(channel_of(events))
    for joined in range(1, len(events) + 1):
        channel = channel_of(events[:joined])
        start = texts(channel)
        for topic in (NIGHT, ballot(0)):
            reader = Reader()
            channel = channel_of(events[:joined])
            channel.join(reader, topic, joined)
            for event in events[joined:]:
                channel.advance([event])
            page = page_of(reader)
            seen = {name: whole[name] for name in page.fragments}
            assert page.fragments == seen
            # What was not sent had not changed.
            renderer = PageRenderer()
            assert channel.night is not None
            for name, text in start.items():
                if topic in renderer.topics(channel.night, name) and name not in page.fragments:
                    assert text == whole[name]


def test_a_viewer_who_was_away_is_sent_only_what_changed(events: list[AnyEvent]) -> None:
    channel = channel_of(events)
    reader = Reader()
    channel.join(reader, NIGHT, len(events) - 1)
    page = page_of(reader)
    assert page.after == len(events)
    assert "row-seat-1" in page.fragments
    assert "row-seat-2" not in page.fragments


def test_a_viewer_who_is_up_to_date_is_sent_nothing(events: list[AnyEvent]) -> None:
    reader = Reader()
    channel_of(events).join(reader, NIGHT, len(events))
    assert reader.messages == []


def test_a_seq_from_another_past_gets_the_whole_page(events: list[AnyEvent]) -> None:
    reader = Reader()
    channel_of(events[:5]).join(reader, NIGHT, 99)
    assert {"banner", "score", "row-seat-5"} <= page_of(reader).fragments.keys()


def test_a_contests_page_is_not_sent_what_it_does_not_show(events: list[AnyEvent]) -> None:
    channel, reader = channel_of(events[:2]), Reader()
    channel.join(reader, ballot(0), 2)
    for event in events[2:]:
        channel.advance([event])
    assert page_of(reader).fragments.keys() == {"contest-seat-0"}
    assert len(reader.messages) == 2  # its declaration and its correction


def test_a_slow_viewer_skips_to_the_newest_state_and_no_one_waits(events: list[AnyEvent]) -> None:
    channel, slow, quick = channel_of(events[:2]), Reader(room=1), Reader()
    for reader in (slow, quick):
        channel.join(reader, NIGHT, 2)
    for event in events[2:]:
        channel.advance([event])
    assert len(slow.messages) == 1
    assert len(quick.messages) == len(events) - 2
    slow.room = 1
    slow.on_drained()
    assert len(slow.messages) == 2
    assert page_of(slow).fragments == page_of(quick).fragments
    assert page_of(slow).after == len(events)


def test_a_slow_reader_of_events_misses_none(events: list[AnyEvent]) -> None:
    channel, slow = channel_of(events), Reader(room=3)
    channel.join(slow, EVENTS, 0)
    while len(slow.messages) < len(events):
        slow.room = 3
        slow.on_drained()
    assert [f'"seq":{n},' in message for n, message in enumerate(slow.messages, 1)] == [True] * len(events)


def test_a_viewer_who_left_is_sent_nothing_more(events: list[AnyEvent]) -> None:
    channel, reader = channel_of(events[:2]), Reader()
    channel.join(reader, NIGHT, 2)
    channel.leave(reader)
    channel.advance(events[2:])
    assert reader.messages == []
    assert channel.watching == 0


def test_a_night_at_a_moment_is_the_night_as_it_stood_then() -> None:
    past = archive.load("parl.2019-12-12")
    channel = channel_of(list(past.events))
    moment = past.events[100].at
    then = channel.at(moment)
    assert then.night is not None and channel.night is not None
    assert then.night.declared == sum(event.at <= moment for event in past.events[1:])
    assert channel.night.declared == 650


def test_frames_of_every_length_are_framed_as_the_rfc_says() -> None:
    from websockets.frames import Frame as Reference
    from websockets.frames import Opcode

    from server.live.frames import encode

    for size in (0, 1, 125, 126, 65535, 65536):
        text = "x" * size
        assert encode(text).plain == Reference(Opcode.TEXT, text.encode()).serialize(mask=False)
