"""Pictures of results: what they say, that all of it fits and can be read, and how they are served."""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from functools import cache
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace
from PIL import Image
from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from server.count.board.render import DeskRenderer
from server.election.bodies import Body
from server.election.commands import AnyCommand, Declare, OpenNight, ReachStage, RecordNoPoll, Withdraw
from server.election.contests import Candidate, Definition
from server.election.counts import Count
from server.election.deciding.decide import decide
from server.election.methods.figures import Rejected
from server.election.nights import Night, fold
from server.election.results.tally import add_up
from server.html.errors import on_http_error
from server.html.languages import ENGLISH, Language, language, languages
from server.html.telling import words
from server.live.hub import Hub
from server.live.memory.memo import MEMO, Memo
from server.nights import archive
from server.pages.bars.seats import bars_of, bars_of_councillors
from server.pages.picture import drawing, pages
from server.pages.picture.contest_picture import contest_picture
from server.pages.picture.drawing import HEIGHT, INK, PAPER, WIDTH, Bar, Mark, Text, painted
from server.pages.picture.score_picture import score_picture
from server.pages.render import PageRenderer
from tests.conftest import until
from tests.election.wards import CON, GREEN, LAB, declared, kent, mayor, ward
from tests.election.wards import opened as open_wards
from tests.handed import handed
from tests.nights_by_hand import START, ballot, correct, declare, definition, with_one_candidate

ROCHESTER = "parl.rochester-and-strood.by.2014-11-20"
GENERAL = "parl.2019-12-12"
SEAT = ballot(0)
MARGIN = 40


@cache
def past(night: str, events: int | None = None) -> Night:
    return fold(archive.load(night).events[:events])


def after(night: Definition, *commands: AnyCommand) -> Night:
    now: Night | None = None
    for command in (OpenNight(id="open", by="desk", night=night), *commands):
        now = fold([decide(now, command, now.at + timedelta(minutes=1) if now else START)], now)
    assert now is not None
    return now


def first(night: Night) -> Count:
    return next(iter(night.counts.values()))


def of_contest(night: Night, count: Count | None = None, spoken: Language = ENGLISH) -> list[Mark]:
    return contest_picture(night, count or first(night), spoken)


def of_night(night: Night, spoken: Language = ENGLISH, over: bool = False) -> list[Mark]:
    return score_picture(night, add_up(night), bars_of(night), spoken, over)


def texts(marks: Sequence[Mark]) -> list[str]:
    return [mark.words for mark in marks if isinstance(mark, Text)]


def is_readable(marks: Sequence[Mark]) -> None:
    """Every line is within the margins and large enough, none is on another or on a party's colour."""
    boxes: list[tuple[str, tuple[float, float, float, float]]] = []
    for mark in marks:
        if isinstance(mark, Text):
            left, top, right, bottom = box_of(mark.words, mark.size, mark.weight, mark.ends)
            boxes.append((mark.words, (mark.x + left, mark.y + top, mark.x + right, mark.y + bottom)))
            assert mark.size >= 18, mark.words
    for said, (left, top, right, bottom) in boxes:
        assert MARGIN <= left <= right <= WIDTH - MARGIN, said
        assert 30 <= top <= bottom <= HEIGHT - 30, said
    for (said, box), (other_said, other) in combinations(boxes, 2):
        assert not overlap(box, other), f"{said!r} is on {other_said!r}"
    for bar in marks:
        if isinstance(bar, Bar) and bar.colour not in ("", INK, drawing.LINE):
            for said, box in boxes:
                assert not overlap(box, (bar.x, bar.y, bar.x + bar.width, bar.y + bar.height), 1), said


@cache
def box_of(words: str, size: int, weight: int, ends: bool) -> tuple[float, float, float, float]:
    """The box of a line that is at the origin: most words are on many pictures."""
    return Text(words, 0, 0, size, weight, ends=ends).box


def overlap(box: tuple[float, ...], other: tuple[float, ...], by: float = 0) -> bool:
    return box[0] < other[2] - by and other[0] < box[2] - by and box[1] < other[3] - by and other[1] < box[3] - by


def opened(png: bytes) -> Image.Image:
    picture = Image.open(BytesIO(png))
    assert (picture.format, picture.size) == ("PNG", (1200, 630))
    return picture.convert("RGB")


def colour(name: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(name.removeprefix("#")))


def test_a_gain_is_told_at_a_glance_and_in_full() -> None:
    marks = of_contest(past(ROCHESTER))
    said = texts(marks)
    for expected in (
        "Rochester and Strood by-election",
        "UKIP GAIN",
        "from Conservative",
        "Mark Reckless elected",
        "2,920",
        "Swing, Con to UKIP",
        "50.7%",
        "16,867",
        "42.1%",
        "UK Independence Party",
        "0.87%",
        "as at 04:25, 21 November 2014",
    ):
        assert expected in said, said
    largest = max((mark for mark in marks if isinstance(mark, Text)), key=lambda mark: mark.size)
    assert largest.words == "UKIP GAIN"
    bars = [mark.width for mark in marks if isinstance(mark, Bar) and mark.height == 9]
    assert bars == [round(bars[0] * votes / 16_867) for votes in (16_867, 13_947, 6_713, 1_692, 349)]
    is_readable(marks)
    picture = opened(painted(marks))
    assert picture.getpixel((10, 300)) == colour("#70147a")  # UKIP's, as in declared.css
    assert picture.getpixel((1190, 620)) == colour(PAPER)
    assert picture.getpixel((82, 180)) == colour(INK)


def test_a_hold_is_not_drawn_as_a_gain_and_is_from_nobody() -> None:
    count = past(GENERAL).counts["parl.aldershot.2019-12-12"]
    marks = of_contest(past(GENERAL), count)
    assert "CON HOLD" in texts(marks)
    assert not any(words.startswith("from") for words in texts(marks))
    assert opened(painted(marks)).getpixel((100, 184)) == colour(PAPER)
    assert opened(painted(of_contest(past(ROCHESTER)))).getpixel((100, 184)) == colour(INK)


def test_a_tie_says_that_it_was_decided_by_lot() -> None:
    declared = Declare(
        id="declare", by="officer", ballot=SEAT, votes={"1": 5, "2": 5}, rejected=Rejected(0), lot="1", papers=10
    )
    night = after(definition(), declared)
    assert "Ann Abel elected by lot" in texts(of_contest(night))
    assert texts(of_contest(night)).count("5") == 2
    is_readable(of_contest(night))


def test_before_a_result_there_is_the_stage_and_who_stands() -> None:
    night = after(definition(), ReachStage(id="verified", by="officer", ballot=SEAT, stage="verified", papers=900))
    said = texts(of_contest(night))
    assert "Ballot papers verified" in said
    assert any("900 ballot papers verified · turnout 90.0%" in line for line in said)
    assert {"Ann Abel", "Conservative", "Ben Bond", "Labour"} <= set(said)
    assert not any("GAIN" in line or "HOLD" in line for line in said)
    is_readable(of_contest(night))
    opened(painted(of_contest(night)))


def test_thirteen_candidates_are_nine_and_four_more() -> None:
    marks = of_contest(past(ROCHESTER, 1))
    assert {"Mike Barker", "Nick Long", "and 4 more"} <= set(texts(marks))
    is_readable(marks)


def test_a_seat_nobody_contests_has_a_verdict_and_no_figures() -> None:
    night = after(
        with_one_candidate(definition()),
        RecordNoPoll(id="no-poll", by="desk", ballot=SEAT, state="uncontested", reason="Nobody else stood."),
    )
    said = texts(of_contest(night))
    assert {"CON GAIN", "from Labour", "Ann Abel elected unopposed", "Nobody else stood."} <= set(said)
    assert not any("%" in line or "Majority" in line for line in said)
    is_readable(of_contest(night))


def test_a_poll_put_off_is_not_a_result() -> None:
    reason = "A candidate has died, and so the poll of this seat is put off to another day. " * 5
    night = after(
        definition(), RecordNoPoll(id="no-poll", by="desk", ballot=SEAT, state="countermanded", reason=reason)
    )
    said = texts(of_contest(night))
    assert "The poll is countermanded" in said
    assert any(line.startswith("A candidate has died") for line in said)
    is_readable(of_contest(night))


def test_a_withdrawn_result_is_gone_and_a_corrected_one_is_marked() -> None:
    corrected = after(definition(), declare(0), correct(0, 1))
    assert any(line.endswith("Figures revised at 22:02") for line in texts(of_contest(corrected)))
    withdrawn = after(definition(), declare(0), Withdraw(id="withdraw", by="desk", ballot=SEAT, reason="A heap."))
    said = texts(of_contest(withdrawn))
    assert "Report withdrawn, being checked" in said
    assert not any("GAIN" in line for line in said)
    is_readable(of_contest(corrected))
    is_readable(of_contest(withdrawn))


def test_a_replay_says_so_in_every_picture_and_a_night_does_not() -> None:
    for night in (past(ROCHESTER), past(GENERAL), past(GENERAL, 1), past(ROCHESTER, 1)):
        replayed = replace(night, definition=replace(night.definition, replay_of=night.definition.id))
        for draw in (of_contest, of_night):
            assert "REPLAY" in texts(draw(replayed))
            assert "REPLAY" not in texts(draw(night))
            is_readable(draw(replayed))


def test_the_score_has_the_seats_the_line_and_how_many_are_declared() -> None:
    marks = of_night(past(GENERAL))
    said = texts(marks)
    assert {"Con", "365", "+48", "Lab", "202", "−60", "SNP", "326", "650 of 650 declared"} <= set(said)
    assert "Conservative overall majority, reached at 05:05" in said
    assert said[said.index("Others") + 1] == str(650 - 365 - 202 - 48 - 11 - 8)
    is_readable(marks)
    picture = opened(painted(marks))
    bars = [mark for mark in marks if isinstance(mark, Bar) and mark.height == 24]
    (line,) = (mark for mark in marks if isinstance(mark, Bar) and mark.width == 6)
    to_line = line.x + 3 - bars[0].x
    assert [bar.x for bar in bars] == [bars[0].x] * 3, (
        "a bar a party from the same edge: no other runs through the line"
    )
    for bar, seats in zip(bars, (365, 202, 48), strict=True):
        assert abs(bar.width / to_line - seats / 326) < 0.01
        assert line.y < bar.y < bar.y + bar.height < line.y + line.height
    assert picture.getpixel((bars[0].x + 9, bars[0].y + 9)) == colour("#0087dc")
    assert picture.getpixel((line.x + 3, line.y + 2)) == colour(INK)


def test_a_night_that_is_over_awaits_nothing_in_a_picture() -> None:
    night = after(definition(contests=3))
    assert "Waiting for the first declaration" in texts(of_night(night))
    assert "Waiting for the count" in texts(of_contest(night))
    for marks in (of_night(night, over=True), contest_picture(night, first(night), ENGLISH, over=True)):
        assert "No result was recorded" in texts(marks)
        assert not any("Waiting" in said for said in texts(marks))
        assert not any(isinstance(mark, Bar) and mark.height == 24 for mark in marks)
        is_readable(marks)


@pytest.mark.parametrize("night", ["parl.2010-05-06", "parl.2015-05-07", "parl.2017-06-08", GENERAL])
def test_the_score_is_readable_at_every_hour(night: str) -> None:
    events = archive.load(night).events
    for number in (1, 2, 20, 200, len(events) // 2, len(events) - 20, len(events)):
        for spoken in languages():
            is_readable(of_night(fold(events[:number]), spoken))


@pytest.mark.parametrize("code", ["en", "cy", "de"])
def test_every_seat_of_2019_fits_in_every_language(code: str) -> None:
    for count in past(GENERAL).counts.values():
        is_readable(of_contest(past(GENERAL), count, language(code)))
    for count in list(past(GENERAL, 1).counts.values())[::10]:
        is_readable(of_contest(past(GENERAL, 1), count, language(code)))


@pytest.mark.parametrize("night", ["parl.2010-05-06", "parl.2015-05-07", "parl.2017-06-08"])
def test_seats_of_other_years_fit(night: str) -> None:
    for count in list(past(night).counts.values())[::5]:
        is_readable(of_contest(past(night), count))


class Wordy(Language):
    """A language in which everything takes half as much again."""

    def gettext(self, message: str) -> str:
        return super().gettext(message) + " xxxx" * (len(message) // 10 + 1)

    def pgettext(self, context: str, message: str) -> str:
        return super().pgettext(context, message) + "x" * (len(message) // 2)


def test_a_language_of_long_words_and_names_without_end_still_fit() -> None:
    long = definition(seats=3)
    people = (
        Candidate("1", "Sir Alec Douglas-Home of the Hirsel and Coldstream in the County of Berwick", "PP52"),
        Candidate("2", "W" * 90, "PP53"),
    )
    parties = tuple(
        replace(party, name=party.name + " and Unionist and Co-operative Alliance") for party in long.parties
    )
    contests = tuple(replace(contest, name="Llanfairpwllgwyngyll " * 4, candidates=people) for contest in long.contests)
    long = replace(long, contests=contests, parties=parties, title="A night of long names " * 9)
    nights = after(long), after(long, declare(0)), after(long, declare(0), declare(1), declare(2))
    for night in (*nights, past(ROCHESTER), past(ROCHESTER, 3), past(GENERAL), past(GENERAL, 300), past(GENERAL, 1)):
        for spoken in (ENGLISH, Wordy("en")):
            is_readable(of_night(night, spoken))
            for count in list(night.counts.values())[:20]:
                is_readable(of_contest(night, count, spoken))
    assert {"Con", "Lab"} <= set(texts(of_contest(nights[0]))) & set(texts(of_contest(nights[1])))


def test_figures_and_days_are_those_of_the_language() -> None:
    german = texts(of_contest(past(ROCHESTER), spoken=language("de")))
    assert {"2.920", "16.867", "42,1\u00a0%", "0,87\u00a0%"} <= set(german)
    assert any("21. November 2014" in line for line in german)
    assert any("21 Tachwedd 2014" in line for line in texts(of_contest(past(ROCHESTER), spoken=language("cy"))))


def test_the_font_has_every_letter_that_is_needed() -> None:
    def drawn(letter: str) -> bytes:
        return painted([Text(letter, 100, 100, 40)])

    unknown = drawn("\U0010ffff")
    for letter in "".join(map(chr, range(0x21, 0x7F))) + "ŵŷŴŶâêîôûÂÊÎÔÛäöüßÄÖÜéèÓóáíïŁł–−£’‘“”·½…":
        assert drawn(letter) != unknown, letter
    for weight in (drawing.REGULAR, drawing.BOLD, drawing.HEAVY):
        assert len({drawing.width_of(figure * 20, 40, weight) for figure in "0123456789"}) == 1, "tabular figures"


def test_every_party_that_the_stylesheet_colours_has_that_colour() -> None:
    style = (Path(drawing.__file__).parents[3] / "web" / "static" / "declared.css").read_text()
    for party, name in re.findall(r'^\[data-party="(.+)"\] .*(#[0-9a-f]{6})', style, re.M):
        assert drawing.party_bar(party, 0, 0, 1, 1).colour == name
    assert drawing.party_bar("PP102", 0, 0, 1, 1).colour == "#fdf38e"  # the SNP
    assert drawing.party_bar("PP0", 0, 0, 1, 1).colour == "#8a929d"  # a party without a colour of its own


def test_the_sentence_of_a_result_says_what_the_picture_shows() -> None:
    night = past(ROCHESTER)
    assert words.told(night, first(night), ENGLISH) == (
        "UKIP GAIN Rochester and Strood from Conservative · Mark Reckless elected · majority 2,920 · "
        "swing 28.2 points Con to UKIP · Turnout, ballot papers: 50.7%"
    )
    assert words.told(past(ROCHESTER, 1), first(past(ROCHESTER, 1)), ENGLISH) == (
        "Rochester and Strood: Waiting for the count · 13 candidates · electorate 79,163"
    )
    assert words.told_score(past(GENERAL), add_up(past(GENERAL)), ENGLISH) == (
        "Conservative 365, Labour 202, Scottish National Party 48, Liberal Democrat 11 · "
        "Conservative overall majority, reached at 05:05 · 650 of 650 declared · as at 14:52, 13 December 2019"
    )


@pytest.fixture
def hub() -> Hub:
    pages.KEPT.clear()

    def found(night: str) -> Any:
        return archive.load(night).events if night in (ROCHESTER, GENERAL) else None

    return Hub(PageRenderer(), found, DeskRenderer())


@pytest.fixture
async def client(hub: Hub) -> AsyncGenerator[httpx2.AsyncClient]:
    site = Starlette(routes=pages.routes, exception_handlers={HTTPException: on_http_error})

    async def with_hub(scope: Any, receive: Any, send: Any) -> None:
        await site({**scope, "state": handed(hub)}, receive, send)

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(with_hub), base_url="http://site") as client:
        yield client


async def test_a_picture_is_served_and_not_sent_again_until_something_happened(
    client: httpx2.AsyncClient, hub: Hub
) -> None:
    events = archive.load(ROCHESTER).events
    hub.channels.clear()
    channel = hub.find(ROCHESTER)
    assert channel is not None
    address = f"/nights/{ROCHESTER}/contests/{ROCHESTER}/picture.png"
    before = await client.get(address, params={"at": "2014-11-21T04:00"})
    now = await client.get(address)
    assert (now.status_code, now.headers["content-type"]) == (200, "image/png")
    assert opened(now.content).tobytes() != opened(before.content).tobytes()
    assert now.headers["etag"] == f'"{len(events)}"' != before.headers["etag"]
    again = await client.get(address, headers={"If-None-Match": now.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await client.get(f"/nights/{ROCHESTER}/picture.png")).content == now.content


async def test_a_picture_is_in_the_language_asked_for(client: httpx2.AsyncClient) -> None:
    address = f"/nights/{GENERAL}/picture.png"
    english, german = await client.get(address), await client.get(address, params={"lang": "de"})
    assert german.headers["content-language"] == "de"
    assert "set-cookie" not in german.headers, "a picture on a page chooses no language for its reader"
    assert english.content != german.content
    assert english.headers["etag"] != german.headers["etag"]
    assert opened(german.content)


async def test_all_who_ask_at_once_wait_for_one_picture_and_others_do_not(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/nights/{GENERAL}/contests/parl.aldershot.2019-12-12/picture.png"
    asking = [asyncio.create_task(client.get(address)) for _ in range(20)]
    await until(lambda: bool(pages.WAITED_FOR))
    assert len(pages.WAITED_FOR) == 1
    assert (await client.get(f"/nights/{GENERAL}/contests/none/picture.png")).status_code == 404
    assert not any(task.done() for task in asking), (
        "what was asked for while a picture was drawn was answered before it"
    )
    monkeypatch.setattr(MEMO, "limit", MEMO.limit + (1 << 24))  # so that nothing else has to make room
    held = MEMO.held
    (picture,) = {answer.content for answer in await asyncio.gather(*asking)}
    assert pages.WAITED_FOR == {}
    assert MEMO.held > held + len(picture), "what is kept of pictures counts with everything that is remembered"
    monkeypatch.setattr(pages, "painted", None)
    assert (await client.get(address)).content == picture, "it is not drawn again"


async def test_one_who_goes_away_does_not_take_the_picture_from_the_others(client: httpx2.AsyncClient) -> None:
    address = f"/nights/{GENERAL}/picture.png"
    impatient, patient = (asyncio.create_task(client.get(address)) for _ in range(2))
    await until(lambda: bool(pages.WAITED_FOR))
    impatient.cancel()
    assert (await patient).status_code == 200


async def test_a_picture_that_failed_is_drawn_again_for_the_next(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(marks: Sequence[Mark]) -> bytes:
        raise OSError("The font is not there.")

    address = f"/nights/{GENERAL}/picture.png"
    with monkeypatch.context() as broken:
        broken.setattr(pages, "painted", fails)
        with pytest.raises(OSError, match="The font"):
            await client.get(address)
    assert (await client.get(address)).status_code == 200


async def test_pictures_of_all_nights_are_kept_within_one_number_of_bytes(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len((await client.get(f"/nights/{GENERAL}/picture.png")).content)
    memo = Memo(limit=3 * size)
    monkeypatch.setattr(pages, "KEPT", memo.shelf())
    seats = ("aldershot", "aldridge-brownhills", "altrincham-and-sale-west", "amber-valley", "ynys-mon")
    for address in (
        f"/nights/{ROCHESTER}/picture.png",
        f"/nights/{ROCHESTER}/picture.png?at=2014-11-21T04:00",
        *(f"/nights/{GENERAL}/contests/parl.{seat}.2019-12-12/picture.png" for seat in seats),
    ):
        assert (await client.get(address)).status_code == 200
    assert 0 < memo.held <= 3 * size
    assert 0 < len(memo) < 2 + len(seats)


async def test_what_has_no_picture_is_said_in_a_sentence(client: httpx2.AsyncClient) -> None:
    for address, sentence in (
        ("/nights/none/picture.png", "There is no such night"),
        (f"/nights/{GENERAL}/contests/none/picture.png", "none is not a contest of this night"),
    ):
        answer = await client.get(address)
        assert (answer.status_code, sentence in answer.text) == (404, True)


def test_a_picture_of_councils_has_councillors_and_no_mayor_among_them() -> None:
    wards = tuple(ward(CON, LAB, seats=1, name=f"w{number}", before={CON: 1}) for number in range(3))
    boss = mayor(LAB, CON, GREEN)
    bodies = (kent(*wards, control=CON), Body("local.essex", "Essex", "council", 9))
    night = open_wards(*wards, boss, bodies=bodies, live=False)
    night = declared(declared(declared(night, "w0", 1, 9), "w1", 1, 9), "London", 900, 100, 50)
    said = texts(score_picture(night, add_up(night), bars_of_councillors(night), ENGLISH))
    assert "Labour 2 councillors (+2), 1 of 2 councils" in said
    assert said[said.index("Lab") + 1] == "2"
    assert words.told_score(night, add_up(night), ENGLISH).startswith("Labour 2 · "), "no party without a seat"


@pytest.mark.parametrize("night", ["local.2025-05-01", "local.rushmoor.2024-05-02"])
def test_a_picture_of_councils_is_readable_at_every_hour(night: str) -> None:
    events = archive.load(night).events
    for number in (1, 2, len(events) // 2, len(events)):
        then = fold(events[:number])
        for spoken in languages():
            is_readable(score_picture(then, add_up(then), bars_of_councillors(then), spoken))


def test_a_picture_of_one_council_says_who_controls_it() -> None:
    night = past("local.rushmoor.2024-05-02")
    said = texts(score_picture(night, add_up(night), bars_of_councillors(night), ENGLISH))
    assert "Rushmoor: Lab gain from Con" in said
