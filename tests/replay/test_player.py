"""Replays of past nights: at a speed, between two moments, steered from a desk, by several players, in a loop."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from msgspec import UNSET
from msgspec.structs import replace
from websockets.exceptions import ConnectionClosedError
from websockets.frames import CloseCode

from server.count.visit.inviting import invite_person
from server.election.commands import Declare, HoldNight, PostNote, ReleaseNight
from server.election.counting.acts import Asked, ReplaySet, ReplayState
from server.election.counting.desk import for_another_round
from server.election.nights import fold
from server.election.refusals import Refused
from server.nights import archive
from server.nights.archive import PastNight
from server.replay.player import Player
from server.replay.script import (
    EMPTY,
    Orders,
    Progress,
    UnknownMoment,
    clocks,
    commands,
    moment,
    replay_id,
    script,
    takes,
)
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.conftest import PATIENCE_SECONDS
from tests.count.conftest import stamp
from tests.election.test_amending import amended
from tests.running import Page, answered, serving

ONE = "parl.rochester-and-strood.by.2014-11-20"
THREE = ("parl.croydon-north.by.2012-11-29", "parl.middlesbrough.by.2012-11-29", "parl.rotherham.by.2012-11-29")
NAME = replay_id(ONE)
PAST = archive.load(ONE)
MAX = Orders(speed=None)


def replays(*nights: str) -> dict[str, PastNight]:
    return {replay_id(night): archive.load(night) for night in nights}


def steered(state: ReplayState, speed: float | None, id: str) -> ReplaySet:
    return ReplaySet(**stamp(id, by="Ann Ray"), speed=speed, state=state)


class Watched:
    """Collects a player's progress, so that a test can wait for it."""

    def __init__(self) -> None:
        self.told: list[Progress] = []

    def __call__(self, progress: Progress) -> None:
        self.told.append(progress)

    async def until(self, true: Callable[[Progress], bool]) -> None:
        while not (self.told and true(self.told[-1])):
            await asyncio.sleep(0.01)


async def whole(stream: EventStream, *names: str) -> None:
    """Assert that all of these replays are in the stream, every event once and in order."""
    for name in names:
        events = await stream.read(name)
        past = archive.load(name.removesuffix(".replay"))
        assert [(event.seq, event.at, type(event)) for event in events] == [
            (event.seq, event.at, type(event)) for event in past.events
        ]
        assert len({event.command_id for event in events}) == len(events)


@pytest.mark.parametrize("speed", [1, 10, 60, 600, 50_000])
def test_empty_hours_take_six_seconds_at_most_and_all_else_is_as_long_as_the_speed_makes_it(speed: float) -> None:
    assert takes(timedelta(hours=7), speed) <= 6.0
    assert takes(EMPTY, speed) == EMPTY.total_seconds() / speed
    assert takes(timedelta(hours=7), None) == takes(timedelta(minutes=-1), speed) == 0.0


def test_a_time_is_of_the_night_itself_in_london_or_has_an_offset() -> None:
    night = PAST.definition
    assert moment("03:40", night) == moment("2014-11-21T03:40", night) == moment("2014-11-21T04:40+01:00", night)
    assert moment("22:00", night) == night.polls_close
    summer = archive.load("parl.2017-06-08").definition
    assert moment("03:40", summer) == datetime(2017, 6, 9, 2, 40, tzinfo=UTC)
    with pytest.raises(UnknownMoment, match="half past three"):
        moment("half past three", night)


def test_nights_of_one_date_are_on_one_clock_in_the_order_of_their_times() -> None:
    assert [list(clock) for clock in clocks(replays(ONE, *THREE))] == [[NAME], list(map(replay_id, THREE))]
    cues = script(replays(*THREE))
    assert [cue.night for cue in cues[:3]] == list(map(replay_id, THREE)), "all are on air before anything comes"
    assert [cue.at for cue in cues] == sorted(cue.at for cue in cues)
    assert len({cue.night for cue in cues[-4:]}) > 1, "they are not one after another"


async def test_from_is_put_on_air_at_once_and_nothing_after_to(stream: EventStream) -> None:
    playing = Player(stream, replays(ONE), Orders(speed=1, start="04:15", until="04:15")).play()
    left = await asyncio.wait_for(playing, PATIENCE_SECONDS)  # and not six hours
    assert (left.state, len(await stream.read(NAME))) == ("ended", 10)
    await Player(stream, replays(ONE), MAX).play()
    await whole(stream, NAME)


async def test_a_replay_is_paused_sped_up_and_stopped_from_its_desk_and_goes_on_as_it_was_set(
    stream: EventStream,
) -> None:
    watched, submitter = Watched(), Submitter(stream)
    playing = asyncio.create_task(Player(stream, replays(ONE), Orders(speed=1), watched).play())
    await watched.until(lambda now: now.set.speed == 1)
    await submitter.record(NAME, steered("paused", 2, "pause"))
    await watched.until(lambda now: now.set.state == "paused")
    playing.cancel()

    again = asyncio.create_task(Player(stream, replays(ONE), Orders(), watched := Watched()).play())
    await watched.until(lambda now: len(watched.told) > 3)
    assert watched.told[-1].set.state == "paused" and watched.told[-1].clock == watched.told[0].clock
    await submitter.record(NAME, steered("playing", None, "max"))
    # The wait for the next event, which is many minutes at the old speed, has begun when the speed is changed.
    assert (await asyncio.wait_for(again, PATIENCE_SECONDS)).state == "ended"
    await whole(stream, NAME)


async def test_a_replay_skips_forward_also_while_it_is_paused_and_another_round_skips_nothing(
    stream: EventStream,
) -> None:
    watched, submitter = Watched(), Submitter(stream)
    playing = asyncio.create_task(Player(stream, replays(ONE), Orders(speed=1), watched).play())
    await watched.until(lambda now: now.set.speed == 1)
    at = PAST.events[5].at
    before = sum(event.at <= at for event in PAST.events)
    await submitter.record(NAME, replace(steered("paused", 1, "skip"), skips_to=at))
    await watched.until(lambda now: now.set.skips_to == at and now.clock >= at)
    assert len(await stream.read(NAME)) == before
    assert watched.told[-1].set.state == "paused"
    stands = await submitter.look(NAME)
    assert all(act.skips_to is UNSET for act in for_another_round(stands.desk) if isinstance(act, ReplaySet))
    await submitter.record(NAME, replace(steered("playing", 1, "on"), skips_to=PAST.events[-1].at))
    assert (await asyncio.wait_for(playing, PATIENCE_SECONDS)).state == "ended"
    await whole(stream, NAME)


async def test_a_stopped_replay_waits_for_the_replay_command(stream: EventStream) -> None:
    watched, submitter = Watched(), Submitter(stream)
    playing = asyncio.create_task(Player(stream, replays(ONE), Orders(speed=60), watched).play())
    await watched.until(lambda now: now.set.speed == 60)
    await submitter.record(NAME, steered("stopped", 60, "stop"))
    assert (await playing).by == "Ann Ray"
    by_the_desk = stamp("play", invitation="ann")
    with pytest.raises(Refused, match="command line"):
        await submitter.record(NAME, ReplaySet(**by_the_desk, speed=None, state="playing"))
    at = len(await stream.read(NAME))
    assert (await Player(stream, replays(ONE), Orders(resumes=False)).play()).state == "stopped"
    assert len(await stream.read(NAME)) == at
    watched = Watched()
    playing = asyncio.create_task(Player(stream, replays(ONE), Orders(), watched).play())
    await watched.until(lambda now: (now.set.state, now.set.speed) == ("playing", 60))
    playing.cancel()


async def test_a_held_replay_waits_for_the_release_and_loses_nothing(stream: EventStream) -> None:
    watched, submitter, at = Watched(), Submitter(stream), PAST.definition.polls_close
    playing = asyncio.create_task(Player(stream, replays(ONE), Orders(speed=1), watched).play())
    await watched.until(lambda now: now.set.speed == 1)
    await submitter.submit(NAME, HoldNight(id="hold", by="Ann Ray"), at)
    await submitter.record(NAME, steered("playing", None, "max"))
    await watched.until(lambda now: now.held and now.set.speed is None)
    assert len(await stream.read(NAME)) < len(PAST.events)
    await submitter.submit(NAME, ReleaseNight(id="release", by="Ann Ray"), at)
    await playing
    ours = {event.command_id for event in await stream.read(NAME)} - {"hold", "release"}
    assert len(ours) == len(PAST.events)


async def test_nights_on_one_clock_are_steered_from_any_of_their_desks(stream: EventStream) -> None:
    both, submitter = (Watched(), Watched()), Submitter(stream)
    names = list(map(replay_id, THREE))
    players = [Player(stream, replays(*THREE), Orders(speed=1), watched) for watched in both]
    playing = [asyncio.create_task(player.play()) for player in players]
    for watched in both:  # one that began after the desk has spoken would set its own speed again
        await watched.until(lambda now: now.set.speed == 1)
    await submitter.record(names[2], steered("playing", None, "max"))
    await asyncio.gather(*playing)
    await whole(stream, *names)
    for name in names:
        sets = [act for act in await stream.read_acts(name) if isinstance(act, ReplaySet)]
        assert [(act.by, act.speed, act.state) for act in sets] == [
            ("the command line", 1, "playing"),
            ("Ann Ray", None, "playing"),
            ("the command line", None, "ended"),
        ], "two processes say each thing once"


async def test_a_loop_begins_again_for_its_viewers_with_the_same_people_at_its_desk(
    redis: Embedded, stream: EventStream, tmp_path: Path
) -> None:
    submitter, last = Submitter(stream), len(PAST.events)
    loop = Orders(speed=None, loop=True)
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        watched, page = Watched(), Page(site, NAME)
        first = asyncio.create_task(Player(stream, replays(ONE), loop, watched, rest=1.0).play())
        await watched.until(lambda now: now.declared == 1)
        await invite_person(submitter, NAME, "Ann Ray", "desk", ())
        note = PostNote(id="note", by="Ann Ray", text="Of the first round.")
        await submitter.ask(NAME, Asked(**stamp("ask"), command=note, reasons={}))
        await answered(client, f"/api/nights/{NAME}", f'"seq":{last + 1},')
        second = asyncio.create_task(Player(stream, replays(ONE), loop, Watched(), rest=1.0).play())
        with pytest.raises(ConnectionClosedError) as closed:  # after which a browser reconnects
            await page.watch(last + 2)
        assert closed.value.rcvd and closed.value.rcvd.code == CloseCode.SERVICE_RESTART
        await answered(client, f"/api/nights/{NAME}", f'"seq":{last},')
        await submitter.record(NAME, steered("paused", None, "pause"))
        page = Page(site, NAME)
        await page.watch(last)
        assert "Of the first round." not in page.feed
        await whole(stream, NAME)
        desk = await Submitter(stream).desk(NAME)
        assert ([person.name for person in desk.people.values()], desk.asked) == (["Ann Ray"], {})
        await submitter.record(NAME, steered("stopped", None, "stop"))
        await asyncio.gather(first, second)


async def test_a_loop_begins_again_though_its_last_contest_was_declared_by_hand(stream: EventStream) -> None:
    night, submitter = THREE[0], Submitter(stream)
    name = replay_id(night)
    at, last = commands(archive.load(night).events, name)[-1]
    assert isinstance(last, Declare)
    await Player(stream, replays(night), Orders(speed=None, until="22:00")).play()
    await submitter.submit(name, replace(last, id="by hand"), at)
    watched, loop = Watched(), Orders(speed=None, loop=True)
    looping = asyncio.create_task(Player(stream, replays(night), loop, watched, rest=1.0).play())
    await watched.until(lambda now: (now.set.state, now.declared) == ("playing", 1))
    assert "by hand" not in (await submitter.look(name)).receipts("events")
    await submitter.record(name, steered("stopped", None, "stop"))
    await looping


async def test_who_knows_an_older_round_only_writes_no_gap_into_the_new_one(stream: EventStream) -> None:
    old = Submitter(stream)
    await Player(stream, replays(ONE), MAX).play()
    await old.night(NAME)
    await stream.erase(NAME)
    await Player(stream, replays(ONE), Orders(speed=None, until="22:40")).play()
    await old.submit(NAME, PostNote(id="later", by="Ann Ray", text="Of the second round."), PAST.events[-1].at)
    events = await stream.read(NAME)
    assert [event.seq for event in events] == [1, 2, 3, 4, 5]
    assert events[-1].command_id == "later"


async def test_a_name_that_another_night_has_is_refused(stream: EventStream) -> None:
    await Player(stream, replays(ONE), Orders(speed=None, until="22:00")).play()
    for name, night in ((NAME, THREE[0]), (ONE, ONE)):
        with pytest.raises(Refused, match="is the id of a night"):
            await Player(stream, {name: archive.load(night)}, MAX).play()


async def test_a_replay_says_so_wherever_it_is_seen(redis: Embedded, stream: EventStream, tmp_path: Path) -> None:
    name, last = "again", f"/contests/{ONE}"
    await Player(stream, {name: PAST}, MAX).play()
    pages = ("", "/swing", "/records", "/newsroom", "/overlay", "/wall", last, f"{last}/embed", f"{last}/notice")
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        await answered(client, f"/nights/{name}")
        for page in pages:
            text = (await client.get(f"/nights/{name}{page}")).text
            assert "<title>Replay: " in text, page
            assert ">Replay</b>" in text or "(replay)" in text, page
        for page in ("", last):
            text = (await client.get(f"/nights/{name}{page}")).text
            assert 'property="og:title" content="Replay: ' in text and 'name="description" content="Replay: ' in text
            past = (await client.get(f"/nights/{ONE}{page}/picture.png")).content
            assert (await client.get(f"/nights/{name}{page}/picture.png")).content != past
            assert "Replay" not in (await client.get(f"/nights/{ONE}{page}")).text
        assert re.search(
            rf'href="/nights/{name}">.*?</a> <b class="tag replay">Replay</b>', (await client.get("/")).text
        )
        assert (await client.get(f"/api/nights/{name}")).json()["replay_of"] == ONE
        assert f'"replay_of":"{ONE}"' in (await client.get(f"/api/nights/{name}/events")).text.splitlines()[0]


async def test_a_night_whose_ballot_paper_was_put_right_is_played_as_it_was(stream: EventStream) -> None:
    told = amended()
    assert told.night
    past = PastNight(told.night.definition, tuple(told.events), published={}, expected={})
    await Player(stream, {"again": past}, MAX).play()
    events = await stream.read("again")
    assert [type(event) for event in events] == [type(event) for event in told.events]
    night = fold(events)
    assert night.definition.contests == told.night.definition.contests
    assert [count.result for count in night.counts.values()] == [count.result for count in told.night.counts.values()]


async def test_a_night_that_is_not_over_is_not_played(stream: EventStream) -> None:
    later = datetime.now(UTC) + timedelta(days=1)
    past = replace(PAST, events=(*PAST.events[:-1], replace(PAST.events[-1], at=later)))
    with pytest.raises(Refused, match="is not over yet"):
        await Player(stream, {"again": past}, MAX).play()
    assert await stream.read("again") == []
