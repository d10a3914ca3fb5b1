"""One night in one process, without a network: history, catching up, slow viewers."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from server.election.commands import AnyCommand, OpenNight, PostNote, ReachStage, Withdraw
from server.election.deciding.decide import decide
from server.election.events import AnyEvent
from server.election.nights import Night, apply
from server.live import moments as past
from server.live.audience import Audience
from server.live.channel import Channel
from server.live.frames import Message
from server.live.renderer import EVENTS
from server.nights import archive
from server.pages.render import NIGHT, PageRenderer
from server.settings import Settings
from tests.nights_by_hand import START, ballot, correct, declare, definition
from tests.running import Page, Site


class Reader:
    """A viewer that decodes frames as a browser does, until it has no room for more."""

    def __init__(self, deflate: bool = True, room: int = 10**9) -> None:
        self.deflate = deflate
        self.room = room
        self.paused = False
        self.frames: list[bytes] = []
        self.messages: list[str] = []
        self.audience: Audience | None = None
        self._decoder = ClientProtocol(parse_uri("ws://night/"), state=OPEN, max_size=None)
        self._decoder.extensions = [PerMessageDeflate(False, False, 15, 15)] if deflate else []

    def watch(self, channel: Channel, topic: str, after: int) -> "Reader":
        self.joined = after
        self.audience = channel.join(self, topic, after)
        return self

    def write(self, frame: bytes, /) -> None:
        assert not self.paused
        self.frames.append(frame)
        self._decoder.receive_data(frame)
        assert self._decoder.parser_exc is None
        for event in self._decoder.events_received():
            assert isinstance(event, Frame)
            self.messages.append(bytes(event.data).decode())
        self.room -= 1
        if self.room == 0:
            self.paused = True
            if self.audience:
                self.audience.paused(self)

    def take(self, room: int = 10**9) -> None:
        """Make room for that many frames."""
        assert self.audience
        self.room, self.paused = room, False
        self.audience.resumed(self)


def page_of(reader: Reader) -> Page:
    page = Page(Site("", "", Settings()), "night")
    for message in reader.messages:
        page.apply(message)
    return page


def _acted() -> list[AnyEvent]:
    night: Night | None = None
    found: list[AnyEvent] = []
    acts: list[AnyCommand] = [
        OpenNight(id="open", by="desk", night=definition(contests=6, seats=6)),
        ReachStage(id="s", by="o", ballot=ballot(0), stage="counting"),
        declare(0),
        PostNote(id="n", by="desk", text="A note."),
        declare(1),
        correct(0, turn=6),
        declare(2),
        ReachStage(id="b", by="o", ballot=ballot(3), stage="boxes in"),
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


_EVENTS = _acted()


@pytest.fixture
def events() -> list[AnyEvent]:
    return _EVENTS


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
            reader.watch(channel, topic, joined)
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
    reader.watch(channel, NIGHT, len(events) - 1)
    page = page_of(reader)
    assert page.after == len(events)
    assert "row-seat-1" in page.fragments
    assert "row-seat-2" not in page.fragments


def test_a_viewer_who_is_up_to_date_is_sent_nothing(events: list[AnyEvent]) -> None:
    reader = Reader()
    reader.watch(channel_of(events), NIGHT, len(events))
    assert reader.messages == []


def test_a_seq_from_another_past_gets_the_whole_page(events: list[AnyEvent]) -> None:
    reader = Reader()
    reader.watch(channel_of(events[:5]), NIGHT, 99)
    assert {"banner", "score", "row-seat-5"} <= page_of(reader).fragments.keys()


def test_a_contests_page_is_not_sent_what_it_does_not_show(events: list[AnyEvent]) -> None:
    channel, reader = channel_of(events[:2]), Reader()
    reader.watch(channel, ballot(0), 2)
    for event in events[2:]:
        channel.advance([event])
    assert page_of(reader).fragments.keys() == {"contest-seat-0"}
    assert len(reader.messages) == 2  # its declaration and its correction


def test_a_slow_viewer_skips_to_the_newest_state_and_no_one_waits(events: list[AnyEvent]) -> None:
    channel, slow, quick = channel_of(events[:2]), Reader(room=1), Reader()
    for reader in (slow, quick):
        reader.watch(channel, NIGHT, 2)
    for event in events[2:]:
        channel.advance([event])
    assert len(slow.messages) == 1
    assert len(quick.messages) == len(events) - 2
    slow.take(1)
    assert len(slow.messages) == 2
    assert page_of(slow).fragments == page_of(quick).fragments
    assert page_of(slow).after == len(events)


def test_a_slow_reader_of_events_misses_none(events: list[AnyEvent]) -> None:
    channel, slow = channel_of(events), Reader(room=3)
    slow.watch(channel, EVENTS, 0)
    while len(slow.messages) < len(events):
        slow.take(3)
    assert [f'"seq":{n},' in message for n, message in enumerate(slow.messages, 1)] == [True] * len(events)


def test_a_viewer_who_left_is_sent_nothing_more(events: list[AnyEvent]) -> None:
    channel, reader = channel_of(events[:2]), Reader()
    reader.watch(channel, NIGHT, 2)
    assert reader.audience
    reader.audience.left(reader)
    channel.advance(events[2:])
    assert reader.messages == []
    assert channel.watching == 0


@pytest.mark.parametrize(("topic", "heard"), [(NIGHT, b"\x81\x00"), (EVENTS, b"\x89\x00")])
def test_after_a_silence_a_viewer_hears_a_beat_that_says_nothing(
    events: list[AnyEvent], topic: str, heard: bytes
) -> None:
    channel, reader = channel_of(events[:2]), Reader()
    reader.watch(channel, topic, 2)
    channel.advance(events[2:3])
    for _ in range(3):
        list(channel.beat(2))
    assert reader.frames[1:] == [heard]


def test_a_night_at_a_moment_is_the_night_as_it_stood_then() -> None:
    shipped = archive.load("parl.2019-12-12")
    channel = channel_of(list(shipped.events))
    moment = shipped.events[100].at
    then = past.at(channel, moment)
    assert then.night is not None and channel.night is not None
    assert then.night.declared == sum(event.at <= moment for event in shipped.events[1:])
    assert channel.night.declared == 650


def test_frames_of_every_length_are_framed_as_the_rfc_says() -> None:
    for size in (0, 1, 125, 126, 65535, 65536):
        text = "x" * size
        assert Message(text).plain == Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


def test_an_audience_is_gone_with_its_last_viewer(events: list[AnyEvent]) -> None:
    channel, readers = channel_of(events[:2]), [Reader() for _ in range(3)]
    for reader, topic in zip(readers, (NIGHT, NIGHT, EVENTS), strict=True):
        reader.watch(channel, topic, 2)
    assert (channel.watching, len(channel.watched)) == (3, 1)
    for reader in readers:
        assert reader.audience
        reader.audience.left(reader)
    assert (channel.watching, len(channel.watched)) == (0, 0)
    Reader().watch(channel, NIGHT, 2)
    assert channel.watching == 1


def test_of_a_past_night_a_viewer_is_told_everything_at_its_pace_and_let_go(events: list[AnyEvent]) -> None:
    channel = Channel(PageRenderer(), on_air=False)
    channel.advance(events)
    ended: list[bool] = []
    slow = Reader(room=4)
    slow.audience = channel.join(slow, EVENTS, 0, done=lambda: ended.append(True))
    while slow.paused:
        assert not ended
        slow.take(4)
    assert (len(slow.messages), ended) == (len(events), [True])
    assert channel.watching == 0 and not channel.watched


def test_whoever_comes_while_a_frame_is_on_its_way_is_told_nothing_twice(events: list[AnyEvent]) -> None:
    channel = channel_of(events[:2])
    early = [Reader().watch(channel, NIGHT, 2) for _ in range(250)]
    late: list[Reader] = []
    for event in events[2:]:
        channel.take([event])
        late.append(Reader().watch(channel, NIGHT, 2))
        channel.send_some()  # to two hundred of them
        late.append(Reader().watch(channel, NIGHT, 2))
        slow = early[len(late) % 250]
        slow.room = 1 if not slow.paused else slow.room
    while channel.send_some():
        pass
    whole, told = texts(channel), channel.night.feed if channel.night else ()
    for reader in (*early, *late):
        while reader.paused:
            reader.take()
        page = page_of(reader)
        assert page.fragments.items() <= whole.items()
        assert page.after == len(events)
        assert re.findall(r'id="item-(\d+)"', page.feed) == [
            str(event.seq) for event in reversed(told) if event.seq > 2
        ]


def test_whoever_was_away_for_long_is_sent_the_feed_as_a_page_begins_with_it() -> None:
    channel = Channel(PageRenderer())
    channel.advance(archive.load("parl.2019-12-12").events[:500])
    long_ago, newcomer, just_now = (page_of(Reader().watch(channel, NIGHT, after)) for after in (1, 0, 495))
    assert long_ago.feed == newcomer.feed
    assert len(re.findall(r'id="item-(\d+)"', long_ago.feed)) == 12
    assert re.findall(r'id="item-(\d+)"', just_now.feed) == ["500", "499", "498", "497", "496"]


def test_catching_up_from_any_of_many_seqs_is_made_a_few_times() -> None:
    channel = Channel(PageRenderer())
    channel.advance(archive.load("parl.2019-12-12").events[:500])
    messages = {after: channel.missed(NIGHT, after) for after in range(1, 500)}
    assert len({id(message) for message in messages.values()}) < 25
    channel_before = Channel(PageRenderer())
    channel_before.advance(archive.load("parl.2019-12-12").events[:300])
    renderer, night = PageRenderer(), channel.night
    assert night is not None
    shown = [name for name in channel.fragments if name != "latest" and NIGHT in renderer.topics(night, name)]
    seen = {name: channel_before.text(name) for name in shown}
    reader = Reader()
    reader.watch(channel, NIGHT, 300)
    seen |= page_of(reader).fragments
    assert len(shown) > 600
    for name in shown:
        assert seen[name] == channel.text(name)


_whats = st.sampled_from(("join", "join plain", "leave", "fill", "take"))


@given(st.lists(st.tuples(st.just("advance") | _whats, st.integers(0, 4), st.integers(0, 3)), max_size=60))
def test_whoever_comes_goes_stalls_or_lags_reads_every_frame_and_ends_on_the_same_page(
    acts: list[tuple[str, int, int]],
) -> None:
    channel, readers, at = channel_of(_EVENTS[:1]), dict[int, Reader](), 1
    for act, number, size in [*acts, ("advance", 0, 0)]:
        reader = readers.get(number)
        if act == "advance" and at < len(_EVENTS):
            channel.advance(_EVENTS[at : at + 1 + size])
            at = channel.seq
        elif act.startswith("join") and reader is None:
            readers[number] = Reader(deflate=act == "join").watch(channel, NIGHT, size % at)
        elif act == "leave" and reader and reader.audience:
            reader.audience.left(readers.pop(number))
        elif act == "fill" and reader and not reader.paused:
            reader.room = size + 1
        elif act == "take" and reader and reader.paused:
            reader.take(size + 1)
    whole = texts(channel)
    for reader in readers.values():
        while reader.paused:
            reader.take()
        page = page_of(reader)
        assert page.fragments.items() <= whole.items()
        assert page.after == at or not reader.messages
        if reader.joined and channel.night:
            told = [event.seq for event in reversed(channel.night.feed) if event.seq > reader.joined]
            assert re.findall(r'id="item-(\d+)"', page.feed) == [str(seq) for seq in told]
