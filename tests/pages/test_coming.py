"""A night before its poll: its page says when that closes, who stands and what is counted from, until it has closed."""

import asyncio
import html
import re
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from msgspec.structs import replace
from websockets.asyncio.client import connect

from server.count.board.render import DeskRenderer
from server.election.commands import ExpectDeclaration, ReachStage, RecordNoPoll
from server.election.contests import Definition
from server.election.results.tally import add_up
from server.html.languages import language
from server.html.telling import words
from server.live.channel import Channel
from server.live.hub import Hub
from server.live.renderer import NIGHT
from server.pages.analysis.record_book import records_page
from server.pages.bars.seats import bars_of
from server.pages.newsroom import screens
from server.pages.night.score import banner_of
from server.pages.picture.contest_picture import contest_picture
from server.pages.picture.drawing import Text
from server.pages.picture.score_picture import score_picture
from server.pages.render import PageRenderer
from server.stream import clock, embedded
from server.stream.events import EventStream
from server.stream.opening import open_night
from tests.nights_by_hand import START, ballot, declare, definition
from tests.pages.test_fragments import Shown
from tests.running import answered, serving

HOUR = timedelta(hours=1)


def single() -> Definition:
    night = definition(contests=1)
    return replace(night, title="Seat 0 by-election")


@pytest.fixture
def early(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an hour before START, at which the polls of nights by hand close."""
    its_own = clock._Clock()  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(clock, "_clock", its_own)
    clock.heard((START - HOUR).timestamp())


@pytest.mark.usefixtures("early")
def test_a_night_of_one_contest_says_when_its_poll_closes_and_who_stands_in_the_order_of_the_paper() -> None:
    shown = Shown(single())
    assert shown["status"] == "Poll closes at 22:00, Thursday 12 December 2019"
    contest = shown["contest-seat-0"]
    assert "Thursday 12 December 2019, London time Poll closes at 22:00 2 candidates electorate 1,000" in contest
    assert "nobody has said yet when the declaration is expected" in contest
    assert "On the ballot paper Ann Abel Conservative Ben Bond Labour" in contest
    assert "Whose seat is it? Won by Labour at the 2017 general election: 300 votes, 75.0%." in contest
    assert not any(word in contest for word in ("Waiting for the count", "Majority", "Turnout", "The count"))
    expected = ExpectDeclaration(id="e", by="desk", ballot=ballot(0), expected=START + 4 * HOUR)
    assert "declaration expected about 02:00" in shown.after(expected)["contest-seat-0"]


@pytest.mark.usefixtures("early")
def test_a_night_of_several_says_the_same_and_names_who_stands_in_each() -> None:
    shown = Shown(definition())
    assert shown["status"] == "Polls close at 22:00, Thursday 12 December 2019"
    assert shown["banner"] == "Thursday 12 December 2019, London time Polls close at 22:00 3 contests 6 candidates"
    assert shown["row-seat-1"] == "Seat 1 awaiting · Lab seat by 50.0% Ann Abel Conservative Ben Bond Labour"
    for seat, hours in ((1, 5), (2, 3)):
        shown.after(ExpectDeclaration(id=f"e{seat}", by="desk", ballot=ballot(seat), expected=START + hours * HOUR))
    assert shown["status"].endswith("2019 · first declaration expected about 01:00")
    many = Shown(definition(contests=13))
    assert many["row-seat-1"] == "Seat 1 awaiting · Lab seat by 50.0%", "there is no room for so many"


@pytest.mark.usefixtures("early")
def test_without_a_poll_before_it_says_that_nothing_can_be_held_or_gained() -> None:
    night = single()
    new = replace(night, baseline="", contests=(replace(night.contests[0], previous=None),))
    assert "Whose seat is it? Nothing is known of an earlier poll here" in Shown(new)["contest-seat-0"]


@pytest.mark.usefixtures("early")
def test_what_is_practised_before_the_poll_is_shown_as_on_the_night() -> None:
    shown = Shown(
        replace(definition(), rehearsal=True), [ReachStage(id="s", by="o", ballot=ballot(0), stage="counting")]
    )
    assert "Counting" in shown["contest-seat-0"] and "Poll closes" not in shown["contest-seat-0"]
    shown.after(declare(1))
    assert shown["status"].startswith("1 of 3 declared")
    assert "CON GAIN Seat 1" in shown["banner"]


@pytest.mark.usefixtures("early")
@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("en", "Polls close at 22:00, Thursday 12 December 2019"),
        ("cy", "Bydd y gorsafoedd pleidleisio’n cau am 22:00, Dydd Iau, 12 Rhagfyr 2019"),
        ("de", "Die Wahllokale schließen um 22:00, Donnerstag, 12. Dezember 2019"),
    ],
)
def test_it_is_said_in_every_language_and_in_the_description_of_the_page(code: str, told: str) -> None:
    channel = Shown(definition()).channel.in_edition(code, "")
    status = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", channel.text("status"))).split()).replace(" ,", ",")
    assert status == told
    assert channel.night is not None
    assert words.closes(channel.night, language(code)) == told


def test_once_the_poll_has_closed_the_page_waits_for_the_count() -> None:
    shown = Shown(definition())
    assert shown["status"].startswith("0 of 3 declared")
    assert "Polls closed at 22:00 Waiting for the first declaration" in shown["banner"]
    assert shown["row-seat-1"] == "Seat 1 awaiting · Lab seat by 50.0%"
    assert "Waiting for the count" in shown["contest-seat-0"]


class Viewer:
    deflate, paused = False, False

    def __init__(self) -> None:
        self.frames: list[bytes] = []

    def write(self, frame: bytes, /) -> None:
        self.frames.append(frame)


def test_the_wall_and_the_pictures_say_until_when_the_poll_is_open_and_not_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    its_own = clock._Clock()  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(clock, "_clock", its_own)
    clock.heard((START - HOUR).timestamp())
    english, shown = language("en"), Shown(definition())
    night = shown.channel.night
    assert night is not None

    def drawn() -> list[str]:
        marks = [
            *score_picture(night, add_up(night), bars_of(night), english),
            *contest_picture(night, night.counts[ballot(0)], english),
        ]
        return [mark.words for mark in marks if isinstance(mark, Text)]

    close = "Polls close at 22:00, Thursday 12 December 2019"
    assert drawn().count(close) == 2 and not any("Waiting" in text for text in drawn())
    wall = Viewer()
    shown.channel.join(wall, screens.WALL, 1)
    clock.heard(START.timestamp())
    shown.channel.retell(tuple(shown.channel.renderer.until_the_close(night)))
    assert shown.channel.send_some()
    waiting = (
        wall.frames[-1].decode(errors="replace").partition('hx-target="#waiting"')[2].partition("</hx-partial>")[0]
    )
    assert "Polls closed at 22:00" in waiting and "Waiting for the first declaration" in waiting
    assert "Waiting for the first declaration" in drawn() and "Waiting for the count" in drawn()
    shown.after(declare(0))
    while shown.channel.send_some():
        pass
    assert b'"#waiting"' not in wall.frames[-1], "there is a banner in its place"


@pytest.mark.parametrize("contests", [1, 3])
def test_a_night_that_was_kept_before_its_close_says_so_no_longer_than_that(
    contests: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    its_own = clock._Clock()  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(clock, "_clock", its_own)
    clock.heard((START - HOUR).timestamp())
    opened = [replace(event, at=START - HOUR) for event in Shown(definition(contests=contests)).channel.events]
    channel = Hub(PageRenderer(), lambda night: tuple(opened), DeskRenderer()).find(definition().id)
    assert channel is not None

    def page() -> str:
        names = ("contest-seat-0", "status", *(("banner", "row-seat-0", "seat-seat-0") if contests > 1 else ()))
        return channel.cached("page", lambda: " ".join(channel.text(name) for name in names))

    assert re.search("Polls? closes? at", page())
    clock.heard((START + HOUR).timestamp())
    assert not re.search("Polls? closes? at|Waiting|awaiting", page())
    assert page().count("No result was recorded") == (1 if contests == 1 else 2)
    assert page().count("no result recorded") == (0 if contests == 1 else 2)


def test_at_the_close_who_watches_and_who_comes_back_are_sent_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    its_own = clock._Clock()  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(clock, "_clock", its_own)
    clock.heard((START - HOUR).timestamp())
    channel = Channel(PageRenderer())
    shown = Shown(definition())
    channel.advance(shown.channel.events)
    german = channel.in_edition("de", "")
    before = german.cached("page", lambda: german.text("status"))
    page, contest, newsroom = Viewer(), Viewer(), Viewer()
    for viewer, topic in ((page, NIGHT), (contest, ballot(1)), (newsroom, "events")):
        channel.join(viewer, topic, 1)
    assert channel.missed(NIGHT, 1) is None
    clock.heard(START.timestamp())
    assert channel.night is not None
    channel.retell(tuple(channel.renderer.until_the_close(channel.night)))
    while channel.send_some():
        pass
    assert [len(viewer.frames) for viewer in (page, contest, newsroom)] == [1, 1, 0]
    assert b"Waiting for the first declaration" in page.frames[0] and b"0</b> of 3 declared" in page.frames[0]
    assert b"Waiting for the count" in contest.frames[0]
    missed = channel.missed(NIGHT, 1)
    assert missed is not None and b"Waiting for the first declaration" in missed.payload, "a page from before it"
    german = channel.in_edition("de", "")
    assert german.cached("page", lambda: german.text("status")) != before
    channel.advance(shown.after(declare(0)).channel.events[1:])
    assert b"CON GAIN" in page.frames[1].replace(b"</b>", b"") and channel.missed(NIGHT, 2) is None


async def test_a_server_tells_its_pages_at_the_close_of_the_poll_without_an_event(
    redis: embedded.Embedded, stream: EventStream, tmp_path: Path
) -> None:
    close = clock.now() + timedelta(seconds=3)
    await open_night(stream, replace(definition("night", contests=1), polls_close=close, date=close.date()), "open")
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        early_page = await answered(client, "/nights/night", "Poll closes at")
        assert "Poll closes at" in (await client.get("/")).text
        poll = await client.get("/nights/night/live?after=1")
        async with connect(f"{site.ws}/nights/night/live?after=1") as line:
            async with asyncio.timeout(60):
                while "Waiting for the count" not in (told := str(await line.recv())):
                    pass
        assert "Poll closes" not in told
        late_page = await client.get("/nights/night", headers={"If-None-Match": early_page.headers["etag"]})
        assert late_page.status_code == 200 and "Waiting for the count" in late_page.text
        assert "Poll closes at" not in (await client.get("/")).text
        again = await client.get("/nights/night/live?after=1", headers={"If-None-Match": poll.headers["etag"]})
        assert (poll.status_code, again.status_code) == (204, 200) and "Waiting for the count" in again.text


def off(seat: int) -> RecordNoPoll:
    return RecordNoPoll(id=f"off{seat}", by="desk", ballot=ballot(seat), state="postponed", reason="A flood.")


def test_a_house_is_complete_without_a_seat_that_was_put_off_unless_that_can_still_make_a_majority() -> None:
    night = definition(contests=4, seats=4)
    shown = Shown(night, [off(3), declare(0), declare(1), declare(2)])
    assert shown["status"].startswith("3 of 3 declared, 1 postponed")
    assert "All 3 declared" in shown["banner"]
    state = shown.channel.night
    assert state is not None and add_up(state).awaited == records_page(state).found.scope.contests == 3
    close = Shown(night, [off(3), declare(0), declare(1), declare(2, con=1, lab=5)])
    assert "All" not in close["banner"] and "LAB HOLD Seat 2" in close["banner"]
    assert "3 make a majority: Conservative, 1 to go" in close["score"]
    state = close.channel.night
    assert state is not None and banner_of(state).largest is None
    assert words.declared(state, language("en")) == "3 of 3 declared, 1 postponed"
