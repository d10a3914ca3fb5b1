"""The hub between the follower and the viewers: what goes out when, what a failure does, what is forgotten."""

import asyncio
import gc
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
from msgspec.structs import replace

from server.count.board.render import DeskRenderer
from server.election.commands import AnyCommand, OpenNight, ReachStage
from server.election.counting.acts import AnyAct, Asked, Invited, SignedIn
from server.election.deciding.decide import decide
from server.election.events import AnyEvent
from server.election.nights import Night, apply
from server.live import moments
from server.live.channel import Channel
from server.live.hub import Hub
from server.live.renderer import EVENTS, NIGHT
from server.nights import archive
from server.pages import push
from server.pages.render import PageRenderer
from server.stream.follow import Acted, Arrived, CaughtUp, Erased, News, Opened, Waiting
from tests.conftest import until
from tests.count.conftest import stamp
from tests.feeds.site import Site
from tests.nights_by_hand import START, ballot, declare, definition

_SEATS = 6


class Viewer:
    """A viewer that reads everything."""

    def __init__(self) -> None:
        self.deflate, self.paused = False, False
        self.frames: list[bytes] = []

    def write(self, frame: bytes, /) -> None:
        self.frames.append(frame)


class Followed:
    """A hub, and the news that the test gives it."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.night: Night | None = None
        self._news: asyncio.Queue[News] = asyncio.Queue()
        self.tell(Opened("night"))
        self.act(OpenNight(id="open", by="desk", night=definition(contests=_SEATS, seats=_SEATS)))
        self.tell(CaughtUp())

    def tell(self, news: News) -> None:
        self._news.put_nowait(news)

    def act(self, command: AnyCommand) -> None:
        at = START + timedelta(minutes=self.night.seq if self.night else 0)
        event = decide(self.night, command, at)
        self.night = apply(self.night, event)
        self.tell(Arrived("night", (event,)))

    @property
    def channel(self) -> Channel:
        return self.hub.channels["night"]

    async def news(self) -> AsyncIterator[News]:
        while True:
            yield await self._news.get()


@asynccontextmanager
async def followed(renderer: PageRenderer | None = None) -> AsyncGenerator[tuple[Followed, asyncio.Task[None]]]:
    """A night of six contests on air."""
    on_air = Followed(Hub(renderer or PageRenderer(), _past, DeskRenderer()))
    task = asyncio.create_task(on_air.hub.follow(on_air.news()))
    await on_air.hub.ready.wait()
    yield on_air, task
    task.cancel()
    with suppress(asyncio.CancelledError, BaseExceptionGroup):
        await task


def _past(night: str) -> tuple[AnyEvent, ...] | None:
    return archive.load(night).events


async def test_a_declaration_does_not_wait_for_the_stage_that_came_just_before_it() -> None:
    async with followed() as (on_air, _):
        viewer = Viewer()
        on_air.channel.join(viewer, NIGHT, 1)
        on_air.act(ReachStage(id="s", by="o", ballot=ballot(0), stage="verified", papers=9))
        await until(lambda: len(viewer.frames) == 1)
        on_air.act(declare(0))
        for _ in range(5):  # turns of the event loop; no time passes
            await asyncio.sleep(0)
        assert on_air.channel.seq == 3
        await until(lambda: len(viewer.frames) == 2)
        assert b"item-3" in viewer.frames[1]


async def test_who_does_not_hear_redis_tells_no_page_that_it_is_live_or_up_to_date(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("server.live.hub.BEAT_SECONDS", 0.01)
    site = Site(renderer=PageRenderer())
    site.app.router.routes.extend(push.routes)
    async with followed() as (on_air, _), site.in_this_loop() as client:
        viewer, asked = Viewer(), "/nights/night/live?after="
        on_air.channel.join(viewer, NIGHT, 1)
        site.hub.channels["night"] = on_air.channel
        await until(lambda: len(viewer.frames) > 1)
        assert (await client.get(f"{asked}1")).status_code == 204
        on_air.tell(Waiting("Redis is away."))
        await until(lambda: bool(on_air.hub.waits))
        site.hub.waits = on_air.hub.waits
        beats = len(viewer.frames)
        assert (await client.get(f"{asked}1")).status_code == 503
        for _ in range(10):
            await asyncio.sleep(0.01)
        assert len(viewer.frames) <= beats + 1, "one may have been under way"
        on_air.act(declare(0))
        await until(lambda: on_air.channel.seq == 2)
        assert (await client.get(f"{asked}1")).status_code == 200, "what is known is told"
        on_air.tell(Waiting(""))
        await until(lambda: len(viewer.frames) > beats + 3)


async def test_of_many_declarations_at_once_the_first_goes_out_alone_and_the_others_together() -> None:
    async with followed() as (on_air, _):
        viewer = Viewer()
        on_air.channel.join(viewer, NIGHT, 1)
        for seat in range(_SEATS):
            on_air.act(ReachStage(id=f"s{seat}", by="o", ballot=ballot(seat), stage="counting"))
            on_air.act(declare(seat))
        await until(lambda: on_air.channel.seq == 1 + 2 * _SEATS)
        await until(lambda: not on_air.channel.waiting)
        assert len(viewer.frames) <= 3


async def test_a_burst_of_acts_is_told_to_the_desk_in_a_few_messages_and_the_last_tells_all() -> None:
    async with followed() as (on_air, _):
        invited = Invited(**stamp("i"), invited="dora", name="Dora", role="desk", ballots=())
        acts: list[AnyAct] = [invited, SignedIn(**stamp("in", "dora"), session="s")]
        for number in range(20):
            ask = ReachStage(id=f"{number}", by="RO", ballot=ballot(number % _SEATS), stage="boxes in")
            acts.append(Asked(**stamp(f"ask/{number}"), command=ask, reasons={}))
        told = [replace(act, seq=seq) for seq, act in enumerate(acts, 1)]
        on_air.tell(Acted("night", tuple(told[:2])))
        viewer, desk = Viewer(), on_air.hub.desks["night"]
        await until(lambda: desk.desk.seq == 2)
        desk.join(viewer, "s", "en")
        for act in told[2:]:
            on_air.tell(Acted("night", (act,)))
        rows = [f"desk-row-seat-{seat}".encode() for seat in range(_SEATS)]
        await until(lambda: all(row in b"".join(viewer.frames[1:]) for row in rows))
        assert desk.desk.seq == len(told) and len(viewer.frames) < 10, "the first at once, the others together"


async def test_the_page_that_most_wait_for_is_served_first_and_a_crowd_in_turns() -> None:
    async with followed() as (on_air, _):
        crowd, few = [Viewer() for _ in range(450)], [Viewer() for _ in range(3)]
        for viewer in few:
            on_air.channel.join(viewer, ballot(0), 1)
        for viewer in crowd:
            on_air.channel.join(viewer, NIGHT, 1)
        assert on_air.night is not None
        on_air.channel.take([decide(on_air.night, declare(0), START + timedelta(minutes=1))])
        served: list[tuple[int, int]] = []
        while on_air.channel.send_some():
            served.append((sum(bool(v.frames) for v in crowd), sum(bool(v.frames) for v in few)))
        assert served[:3] == [(200, 0), (400, 0), (450, 0)]
        assert served[-1] == (450, 3)
        assert all(len(viewer.frames) == 1 for viewer in crowd + few)


async def test_a_frame_that_fails_takes_its_night_off_until_it_begins_again_and_no_other() -> None:
    class Failing(PageRenderer):
        fails = False

        def message(self, night: Night, topic: str, after: int, fragments: Iterable[tuple[str, str]]) -> str:
            if self.fails and night.definition.id == "night":
                raise ZeroDivisionError
            return super().message(night, topic, after, fragments)

    renderer = Failing()
    async with followed(renderer) as (on_air, task):
        other = decide(None, OpenNight(id="o", by="desk", night=replace(definition(), id="other")), START)
        on_air.tell(Arrived("other", (other,)))
        on_air.channel.join(Viewer(), NIGHT, 1)
        on_air.act(declare(0))
        await until(lambda: on_air.channel.seq == 2 and not on_air.channel.waiting)
        renderer.fails = True
        on_air.act(declare(1))  # within the tick, so a timer sends it
        await until(lambda: "night" in on_air.hub.off)
        on_air.act(declare(2))
        on_air.tell(Arrived("other", (decide(apply(None, other), declare(0), START),)))
        await until(lambda: on_air.hub.channels["other"].seq == 2)
        assert list(on_air.hub.channels) == ["other"]
        renderer.fails, on_air.night = False, None
        on_air.tell(Opened("night", "1-1"))
        on_air.act(OpenNight(id="again", by="desk", night=definition(contests=_SEATS, seats=_SEATS)))
        await until(lambda: "night" in on_air.hub.channels)
        assert not on_air.hub.off
        assert not task.done()


async def test_a_failure_that_is_no_single_nights_ends_the_follower() -> None:
    async with followed() as (on_air, task):
        on_air.hub.front.join(Viewer(), "en", 0)

        def fails() -> int:
            raise ZeroDivisionError

        on_air.hub.ready.set = fails  # type: ignore[method-assign, assignment]
        on_air.tell(CaughtUp())
        await until(task.done, "the end of the follower")
        with pytest.raises(BaseExceptionGroup) as failed:
            await task
        assert failed.value.subgroup(ZeroDivisionError)


async def test_an_erased_night_is_forgotten_without_the_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        async with followed() as (on_air, _):
            on_air.act(declare(0))
            await until(lambda: on_air.channel.seq == 2)
            channels = [weakref.ref(on_air.hub.find("night", *edition)) for edition in (("en", ""), ("cy", ""))]  # pyright: ignore
            welsh, viewers = channels[1](), [Viewer() for _ in range(3)]
            assert isinstance(welsh, Channel)
            audiences = [on_air.channel.join(viewers[0], NIGHT, 1), welsh.join(viewers[1], ballot(0), 1)]
            audiences.append(on_air.channel.join(viewers[2], EVENTS, 0))
            await moments.reel(on_air.channel, NIGHT, 0)
            channels.append(weakref.ref(moments.at(on_air.channel, START)))
            channels.append(weakref.ref(moments.as_known_now(on_air.channel)))
            on_air.hub.cached("front", lambda: "a page")
            del welsh
            on_air.tell(Erased("night"))
            await until(lambda: not on_air.hub.channels)
            await asyncio.sleep(0)
            assert [channel() for channel in channels] == [None] * 4
            for audience, viewer in zip(audiences, viewers, strict=True):
                audience.resumed(viewer)  # its socket drained only now
                audience.left(viewer)
    finally:
        gc.enable()


async def test_an_edition_that_nobody_watched_is_as_new_when_it_is_asked_for() -> None:
    async with followed() as (on_air, _):
        before = on_air.hub.find("night", "cy")
        assert before is not None and "Con gain" not in before.text("row-seat-0")
        german = on_air.hub.find("night", "de")
        assert german is not None
        viewer = Viewer()
        german.join(viewer, NIGHT, 1)
        assert on_air.channel.watching == 1
        on_air.act(declare(0))
        await until(lambda: len(viewer.frames) == 1)
        after = on_air.hub.find("night", "cy")
        assert after is not None and after.seq == 2
        assert after.text("row-seat-0") == Channel(
            PageRenderer().another("cy", ""), history=on_air.channel.history
        ).text("row-seat-0")
        assert on_air.hub.find("night", "de") is german
