"""The front page: which night leads, what it says in each of its states, and what its push brings to whom."""

import html
import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import httpx2
import pytest
from msgspec.structs import replace
from websockets.asyncio.client import connect

from server.count.board.render import DeskRenderer
from server.election.bodies import Body
from server.election.commands import AnyCommand, Declare, ExpectDeclaration, OpenNight
from server.election.contests import Definition
from server.election.deciding.decide import decide
from server.election.events import AnyEvent, Declared
from server.election.methods.figures import MoreFigures
from server.election.nights import Night, apply, fold
from server.election.parties import has_a_past
from server.election.results.tally import add_up, is_early
from server.html.languages import language
from server.live.channel import Channel
from server.live.front import FrontRenderer
from server.live.hub import Hub
from server.nights import archive
from server.nights.kept import Kept
from server.pages.bars.seats import bars_of
from server.pages.front.chosen import chosen
from server.pages.front.past import shipped
from server.pages.front.pieces import front_page, renderer_of
from server.pages.front.seats import FoundAnywhere, Told, found_anywhere
from server.pages.map.dots import dots
from server.pages.night.ahead import last_time, watched
from server.pages.night.score import score_of, turnout_of
from server.pages.render import PageRenderer
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.opening import open_night
from server.stream.submit import Submitter
from tests.election.wards import CON, LAB, LD, kent, ward
from tests.election.wards import definition as council_definition
from tests.live.test_hub import Viewer
from tests.nights_by_hand import START, ballot, declare, definition, on_the_map
from tests.running import answered, serving

LATER = START + timedelta(days=4000)
GENERALS = [night.id for night in archive.listed() if night.seats]


def after(night: Definition, *commands: AnyCommand) -> list[AnyEvent]:
    """The events of a night that was opened, and of these commands."""
    events: list[AnyEvent] = []
    state: Night | None = None
    for command in (OpenNight(id="open", by="desk", night=night), *commands):
        events.append(decide(state, command, START))
        state = apply(state, events[-1])
    return events


class Reader(Viewer):
    """A viewer that takes its frames uncompressed."""

    @property
    def read(self) -> list[str]:
        """What each frame says: RFC 6455 puts two bytes before a text, four if it has 126 bytes, ten from 64 KiB."""
        return [frame[{126: 4, 127: 10}.get(frame[1], 2) :].decode() for frame in self.frames]


class Place:
    """The nights on air, and the front page that shows them."""

    def __init__(self, folder: Path) -> None:
        self.hub = Hub(PageRenderer(), lambda night: None, DeskRenderer())
        made = renderer_of(self.hub, Kept(folder))
        self.made: Counter[str] = Counter()

        def pieces(code: str) -> dict[str, str]:
            self.made[code] += 1
            return dict(made.pieces(code))

        self.hub.front.renderer = FrontRenderer(made.mark, pieces, made.message)

    def on_air(self, *nights: Sequence[AnyEvent]) -> "Place":
        """These nights begin."""
        for events in nights:
            channel = Channel(PageRenderer())
            channel.take(events)
            assert channel.night
            self.hub.channels[channel.night.definition.id] = channel
        self.tell()
        return self

    def does(self, night: str, command: AnyCommand) -> None:
        """Something happens on a night."""
        channel = self.hub.channels[night]
        channel.take([decide(channel.night, command, START)])
        self.tell()

    def ends(self, night: str) -> None:
        """A night is taken off air."""
        del self.hub.channels[night]
        self.tell()

    def tell(self) -> None:
        """Tell those who watch."""
        self.hub.front.moved()
        while self.hub.front.waiting:
            self.hub.front.send_some()

    def watched(self, code: str = "en", mark: int | None = None) -> Reader:
        """A viewer whose page shows the present state, unless a mark says otherwise."""
        viewer = Reader()
        self.hub.front.join(viewer, code, self.hub.front.mark if mark is None else mark)
        return viewer

    def __getitem__(self, piece: str) -> str:
        return text(self.hub.front.pieces("en")[piece])

    def page(self, code: str = "en") -> str:
        """The whole page."""
        return front_page(self.hub, language(code), shipped())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def text(markup: str) -> str:
    """What is read of HTML; nothing of an element that is hidden as a whole."""
    if re.match(r"\s*<[a-z]+ [^>]*hidden>", markup):
        return ""
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", markup)).split())


def told(frame: str) -> list[str]:
    """The pieces that a frame brings."""
    return re.findall(r'hx-target="#([a-z-]+)"', frame)


def general(name: str = "night", **changes: object) -> Definition:
    night = on_the_map(definition(name, contests=8, seats=8))
    return replace(night, **({"title": f"The {name}"} | changes))


def single(name: str) -> Definition:
    return replace(definition(name, contests=1), title=f"{name} by-election")


def test_without_a_night_on_air_it_says_so_and_shows_the_past_without_a_line(place: Place) -> None:
    page = place.page()
    said = text(page.partition("<main")[2])
    assert "No night is on air. The newest: UKIP" not in said and "No night is on air. The newest:" in said
    for result in (
        "2024 general election Labour majority of 172 Lab 411 Con 121 LD 72",
        "2019 general election Conservative majority of 80 Con 365 Lab 202 SNP 48",
        "2017 general election No majority, Conservative largest Con 317 Lab 262",
        "2015 general election Conservative majority of 10 Con 330",
        "2010 general election No majority, Conservative largest Con 306",
    ):
        assert result in said
    assert 'href="/nights/parl.2019-12-12?at=2019-12-12T22:00&amp;speed=120"' in page
    assert "hx-ws" not in page and 'id="line"' not in page, "nothing will come, so nothing is listened to"
    assert page.count('class="dots"') == 5


def test_the_night_that_is_counted_leads_with_its_last_result_its_seats_and_its_map(place: Place) -> None:
    place.on_air(after(general(), declare(0), declare(1), declare(2, con=1, lab=2)))
    assert place["lead-top"] == "The night 3 of 8 declared · as at 22:00"
    assert "LAB HOLD Seat 2" in place["lead-news"]
    assert place["lead-seats"] == (
        "Seats 5 make a majority: too early to say who will be ahead Con 2 Lab 1 ▲ 5 "
        "Turnout so far 0.70% , in valid votes."
    )
    drawn = place.hub.front.pieces("en")["lead-map"]
    assert sorted(re.findall(r'path (data-party="[^"]+"|class="open")', drawn)) == [
        'class="open"',
        'data-party="PP52"',
        'data-party="PP53"',
    ]
    assert 'hx-ws:connect="/live?lang=en&amp;after=' in place.page() and 'id="line"' in place.page()
    assert '<noscript><a href="">Reload for more</a></noscript>' in place.page()


def test_of_two_nights_the_larger_leads_and_the_other_has_a_strip_with_its_headline(place: Place) -> None:
    place.on_air(after(single("Bath"), declare(0)), after(general(), declare(0)))
    assert place["lead-top"].startswith("The night 1 of 8 declared")
    assert place["others"] == "Also on air Bath by-election CON GAIN Seat 0 from Labour as at 22:00"


def test_a_night_of_one_contest_leads_with_its_result_or_with_whose_the_seat_is(place: Place) -> None:
    place.on_air(after(single("Bath")))
    assert place["lead-news"] == "Labour seat, by 200 votes (50.0%) Seat 0 : awaiting 2 candidates"
    assert place["lead-seats"] == ""
    place.does("Bath", declare(0, con=6, lab=4))
    assert "CON GAIN Seat 0 from Labour Ann Abel majority 2" in place["lead-news"]
    assert place["lead-seats"].startswith("Share of the vote Con 60.0% Lab 40.0%")


def test_a_night_to_come_leads_only_where_nothing_is_counted_and_is_else_what_comes_next(place: Place) -> None:
    expected = ExpectDeclaration(id="e", by="desk", ballot=ballot(1), expected=LATER + timedelta(hours=3))
    place.on_air(after(general("coming", polls_close=LATER), expected))
    assert "Polls close at" in place["lead-top"] and "first declaration expected about" in place["lead-top"]
    assert place["lead-seats"] == "Seats to defend 5 make a majority Lab 8 Con 0 ▲ 5"
    assert place["next"] == ""
    place.on_air(after(single("Bath"), declare(0)))
    assert place["lead-top"].startswith("Bath by-election")
    assert place["next"].startswith("What comes next The coming Polls close at") and "expected about" in place["next"]
    assert place["others"] == "", "it is said once"


def test_tests_and_replays_that_are_over_are_out_of_the_way(place: Place) -> None:
    replay, over = general("replay", replay_of="x"), replace(single("over"), replay_of="y")
    place.on_air(after(replace(single("test"), rehearsal=True), declare(0)), after(over, declare(0)), after(replay))
    assert place["lead-top"].startswith("The replay Replay 0 of 8 declared")
    assert place["others"] == ""
    assert re.search("Tests and replays test by-election Test .* over by-election Replay", place["apart"])
    place.ends("replay")
    assert place["lead-top"] == "No night is on air."


def test_the_order_is_counting_declared_coming_replay_then_contests_then_the_more_recent() -> None:
    def night(name: str, contests: int, done: bool = False, **changes: object) -> Night:
        made = replace(definition(name, contests=contests), **changes)
        return fold(after(made, *(declare(seat) for seat in range(contests if done else 0))))

    nights = [
        night("replay", 9, replay_of="x"),
        night("coming-2", 9, polls_close=LATER + timedelta(days=1)),
        night("coming-1", 9, polls_close=LATER),
        night("declared", 9, done=True),
        night("small", 2),
        night("older", 3, polls_close=START - timedelta(days=1)),
        night("newer", 3),
    ]
    found = chosen(nights)
    assert found.lead
    assert [one.definition.id for one in (found.lead, *found.others)] == [
        *("newer", "older", "small", "declared", "coming-1", "coming-2", "replay"),
    ]


def test_an_editor_puts_todays_nights_first_and_of_these_not_the_one_with_the_most_contests() -> None:
    def shipped_as(kind: str, night: str, **changes: object) -> Night:
        made = replace(archive.load(night).definition, id=kind, date=START.date(), polls_close=START)
        return fold(after(replace(made, **changes)))

    rushmoor = "local.rushmoor.2024-05-02"
    ward = archive.load(rushmoor).definition.contests[:1]
    general = archive.load("parl.2019-12-12").definition
    devolved = [replace(one, ballot=one.ballot.replace("parl.", "sp.c.")) for one in general.contests[:73]]
    nights = [
        shipped_as("ward", rushmoor, contests=ward),
        shipped_as("replay", "parl.2019-12-12", replay_of="x"),
        shipped_as("councils", "local.2025-05-01"),
        shipped_as("council", rushmoor),
        shipped_as("by-election", "parl.clacton.by.2026-08-13"),
        shipped_as("mayor", "mayor.london.2021-05-06"),
        shipped_as("general", "parl.2019-12-12"),
        shipped_as("devolved", "parl.2019-12-12", contests=tuple(devolved), seats=129),
        fold(
            after(
                replace(definition("yesterday", seats=3), date=START.date() - timedelta(days=1)),
                *map(declare, range(3)),
            )
        ),
        fold(after(replace(definition("done"), contests=definition().contests[:1]), declare(0))),
    ]
    found = chosen(nights)
    assert found.lead
    assert [one.definition.id for one in (found.lead, *found.others)] == [
        *("general", "councils", "devolved", "mayor", "by-election", "done", "council", "ward", "yesterday", "replay"),
    ]


def test_a_declaration_brings_only_the_pieces_that_it_changes_one_frame_for_all(place: Place) -> None:
    place.on_air(after(general(), declare(0)), after(single("Bath")))
    first, second, german = place.watched(), place.watched(), place.watched("de")
    assert first.frames == german.frames == []
    place.does("night", declare(1))
    assert told(first.read[0]) == ["lead-top", "lead-news", "lead-seats", "lead-map", "cursor"]
    assert first.frames[0] is second.frames[0], "it is made once"
    assert "2 von 8 verkündet" in text(german.read[0])
    place.does("Bath", declare(0))
    assert told(first.read[1]) == ["others", "cursor"]
    assert len(first.frames) == len(second.frames) == len(german.frames) == 2


def test_a_night_that_begins_or_ends_is_told_to_pages_that_are_open(place: Place) -> None:
    place.on_air(after(single("Bath"), declare(0)))
    viewer = place.watched()
    place.on_air(after(general(), declare(0)))
    assert "lead-top" in told(viewer.read[0]) and "others" in told(viewer.read[0])
    place.ends("night")
    assert "Bath by-election" in viewer.read[1]
    place.ends("Bath")
    assert "No night is on air." in viewer.read[2]


def test_a_page_comes_back_by_its_mark_to_any_process_and_is_told_only_what_it_missed(
    place: Place, tmp_path: Path
) -> None:
    other = Place(tmp_path)
    events = after(general(), declare(0))
    place.on_air(events)
    other.on_air(events)
    mark = place.hub.front.mark
    assert other.hub.front.mark == mark
    assert other.watched(mark=mark).frames == []
    other.does("night", declare(1))
    assert "others" not in told(other.watched(mark=mark).read[0]) and other.hub.front.mark != mark
    unknown = told(other.watched(mark=mark + 1).read[0])
    assert {"lead-top", "others", "next", "ended", "apart"} <= set(unknown)
    missed = other.hub.front.missed("en", other.hub.front.mark)
    assert missed is None


def test_what_nobody_watches_is_not_made(place: Place) -> None:
    place.on_air(after(general()))
    for seat in range(3):
        place.does("night", declare(seat))
    assert place.made == {}
    viewer = place.watched("cy")
    place.does("night", declare(3))
    assert place.made == {"cy": 2} and len(viewer.frames) == 1
    place.tell()
    assert place.made == {"cy": 2} and len(viewer.frames) == 1, "an idle night costs nothing"


@pytest.mark.parametrize("name", GENERALS)
def test_the_bars_and_rows_have_every_seat_as_it_was_won(name: str) -> None:
    night = fold(archive.load(name).events)
    won = Counter(count.result.verdict.winner for count in night.counts.values() if count.result)
    score, bars = score_of(night), bars_of(night)
    rows = {row.party.id: row.total.seats for row in score.rows}
    assert rows == {party: won[party] for party in rows} and sum(rows.values()) == 650
    results = [one.result for one in night.counts.values() if one.contest.nation == "Northern Ireland"]
    northern = {result.verdict.winner for result in results if result}
    assert len(results) == 18 and northern <= rows.keys(), (
        "Northern Ireland's parties, and the Speaker, are not folded away"
    )
    assert all(row.total.seats == row.total.lost == 0 for row in score.folded)
    parties = [(party, seats) for party, seats in won.most_common() if has_a_past(party)]
    assert sorted(seats for _, seats in parties)[::-1][:5] == [bar.seats for bar in bars.bars]
    most = bars.bars[0]
    assert all(bar.length == Fraction(bar.seats, most.seats) * most.length for bar in bars.bars)
    assert (most.length >= bars.line_at) == (most.seats >= 326), "a bar passes the line if its party has a majority"
    drawn = dots(night)
    assert drawn and sum(path.count("M") + _steps(path) for _, path in drawn.paths) == 650


def _steps(path: str) -> int:
    return sum(int(length) // 8 for length in re.findall(r"h(\d+)", path))


@pytest.mark.parametrize("name", GENERALS)
def test_on_no_shipped_night_is_anybody_said_to_be_ahead_who_is_not_in_the_end(name: str) -> None:
    events = archive.load(name).events
    end = fold(events)
    largest = add_up(end).lead
    assert largest and not is_early(end)
    won: Counter[str] = Counter()
    worst, said = Fraction(0), 0
    for event in events:
        if not isinstance(event, Declared):
            continue
        result = end.counts[event.ballot].result
        assert result
        won[result.verdict.winner] += 1
        first, second = [*won.most_common(2), ("", 0)][:2]
        still = 650 - won.total()
        if first[0] != largest.party and still:
            worst = max(worst, Fraction(first[1] - second[1], still))
        early = (first[1] - second[1]) * 5 <= still
        assert early or first[0] == largest.party, won.total()
        said += not early
        if won.total() % 130 == 0:
            assert is_early(fold(events[: event.seq])) == early, won.total()
    assert worst <= Fraction(7, 100), "the margin of the rule is nearly three times that"
    assert said >= 650 - 551, "it is said from the 551st seat at the latest"


def test_a_tie_is_early_and_a_majority_or_a_hung_house_is_said() -> None:
    night = definition(contests=5, seats=5)
    score = PageRenderer()

    def said(*commands: AnyCommand) -> str:
        return text(score.render(fold(after(night, *commands)), "score")).partition(" Con ")[0]

    assert said() == "Seats 3 make a majority Lab 5"
    assert said(declare(0), declare(1, con=1, lab=2)) == "Seats 3 make a majority: too early to say who will be ahead"
    assert said(declare(0), declare(1)) == "Seats 3 make a majority: Conservative, 1 to go"
    assert "Conservative overall majority , reached at 22:00" in said(*map(declare, range(3)))


def test_the_turnout_of_the_night_is_of_the_seats_that_are_in() -> None:
    night = fold(after(definition(contests=3), declare(0, con=300, lab=200), declare(1, con=101, lab=99)))
    assert turnout_of(night) == Fraction(700, 2000)
    assert turnout_of(fold(after(definition()))) is None


def test_before_the_first_result_the_closest_seats_are_named_with_their_time_of_last_time() -> None:
    past = archive.load("parl.2019-12-12")
    night = fold(past.events[:1])
    seats = watched(night)
    leads = [seat.lead for seat in seats]
    assert len(seats) == 10 and leads == sorted(leads)
    assert seats[0].count.contest.name == "North East Fife" and seats[0].lead < Fraction(1, 10_000)
    before = seats[0].before
    assert before and before[1].id == "parl.2017-06-08"
    declared = {e.ballot: e.at for e in archive.load("parl.2017-06-08").events if isinstance(e, Declared)}
    assert before[0] == declared["parl.north-east-fife.2017-06-08"]
    last = last_time(night.definition)
    assert last and last.year == 2017 and last.first == min(declared.values())
    assert watched(fold(past.events[:400])) == ()
    assert last_time(archive.load("parl.2024-07-04").definition) is None, "its seats are new, but for a few"
    said = text(PageRenderer().render(night, "ahead"))
    assert said.startswith("10 seats to watch Those with the smallest majorities at the 2017 general election.")
    assert "North East Fife SNP by 0.0" in said and "in 2017" in said
    assert re.search(r"Kensington Lab by [\d.]+% 21:03 the next day in 2017", said), "it was not one of the night"
    assert text(PageRenderer().render(fold(past.events[:400]), "ahead")) == ""


def names(found: tuple[Told, ...]) -> list[str]:
    """What was found, as the list names it."""
    return [
        one.what.candidate.name
        if one.what.candidate
        else one.what.contest.name
        if one.what.contest
        else one.what.party.name
        if one.what.party
        else ""
        for one in found
    ]


def leads(question: str) -> str | None:
    """The address that a question leads to over the shipped nights."""
    only = found_anywhere(question, ()).only
    return only and only.what.address()


def test_a_seat_is_found_over_all_nights_and_the_night_on_air_goes_first() -> None:
    assert leads("clacton") == "/nights/parl.clacton.by.2026-08-13/contests/parl.clacton.by.2026-08-13"
    assert names(found_anywhere("ynys mon", ()).seats) == ["Ynys Môn"]
    assert len(found_anywhere("west", ()).seats) == 60 and found_anywhere(" ", ()) == FoundAnywhere()
    nothing = found_anywhere("nowhere at all", ())
    assert (nothing.few, nothing.only, nothing.misspelt) == ((), None, True)
    live = archive.load("parl.2019-12-12")
    on_air = fold([replace(live.events[0], night=replace(live.definition, id="now")), *live.events[1:9]])
    for question in ("clacton", "labour", "boris johnson", "boris jonson"):
        only = found_anywhere(question, (on_air,)).only
        assert only and only.what.night == "now", question


def test_a_party_leads_to_the_night_that_leads_and_beside_one_that_is_no_general_election_to_the_newest_of_those() -> (
    None
):
    def night(of: str) -> Night:
        definition = archive.load(of).definition
        return fold(after(replace(definition, id=f"now.{of}", date=START.date(), polls_close=START)))

    local, general = night("local.2025-05-01"), night("parl.2019-12-12")
    beside = found_anywhere("labour", (local,))
    assert beside.only is None and [
        (one.what.night, one.what.party and one.what.party.id) for one in beside.few[:2]
    ] == [
        ("now.local.2025-05-01", "PP53"),
        ("parl.2024-07-04", "PP53"),
    ]
    for question in ("labour", "consevative"):
        only = found_anywhere(question, (local, general)).only
        assert only and only.what.night == "now.parl.2019-12-12" and only.what.party


@pytest.mark.parametrize(
    ("question", "address"),
    [
        ("boris johnson", "/nights/parl.2019-12-12/contests/parl.uxbridge-and-south-ruislip.2019-12-12"),
        ("boris jonson", "/nights/parl.2019-12-12/contests/parl.uxbridge-and-south-ruislip.2019-12-12"),
        ("keir stamer", "/nights/parl.2024-07-04/contests/parl.holborn-and-st-pancras.2024-07-04"),
        ("uksbridge", "/nights/parl.2024-07-04/contests/parl.uxbridge-and-south-ruislip.2024-07-04"),
        ("Labour", "/nights/parl.2024-07-04/battlegrounds?party=PP53"),
        ("lab", "/nights/parl.2024-07-04/battlegrounds?party=PP53"),
        ("consevative", "/nights/parl.2024-07-04/battlegrounds?party=PP52"),
        ("green", "/nights/parl.2024-07-04/battlegrounds?party=PP63"),
        ("nigel farage", None),
        ("birmingham", None),
    ],
)
def test_a_candidate_leads_to_the_newest_contest_and_a_party_to_its_battlegrounds(
    question: str, address: str | None
) -> None:
    assert leads(question) == address


def test_who_stood_in_a_seat_again_is_named_once_and_seats_and_candidates_share_the_places() -> None:
    assert names(found_anywhere("nigel farage", ()).people) == ["Nigel Farage"] * 3
    few = found_anywhere("west", ()).few
    assert [one.what.candidate is None for one in few] == [True] * 6 + [False] * 2, "a council and five seats"


async def test_the_page_its_push_and_its_search_answer(redis: Embedded, stream: EventStream, tmp_path: Path) -> None:
    await open_night(stream, definition("night"), "open")
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        page = await answered(client, "/", "A night")
        known = {"If-None-Match": page.headers["etag"]}
        assert (await client.get("/", headers=known)).status_code == 304
        mark = re.findall(r'id="cursor" value="(\d+)"', page.text)[0]
        assert (await client.get(f"/live?after={mark}")).status_code == 204
        async with connect(f"{site.ws}/live?after={mark}&lang=de") as line:
            assert await line.recv() == "", "the page has all, and hears so at once"
            await Submitter(stream).submit("night", declare(0), START)
            assert "von 3 verkündet" in str(await line.recv())
        polled = await client.get(f"/live?after={mark}")
        assert polled.status_code == 200 and "CON GAIN" in polled.text.replace("</b>", "")
        assert (await client.get("/", headers=known)).status_code == 200
        to = await client.get("/find?q=Rochester and Strood")
        assert to.headers["location"].startswith("/nights/parl.2024-07-04/contests/parl.rochester-and-strood")
        none = await client.get("/find?q=<b>nowhere")
        assert none.status_code == 200 and "“&lt;b&gt;nowhere”" in none.text
        suggested = await client.get("/find/suggested?q=Rochester&lang=de")
        assert f'href="{to.headers["location"]}"' in suggested.text and "Unterhauswahl 2024" in suggested.text


@pytest.mark.parametrize(
    ("question", "address"),
    [
        ("alvechurch", "local.2025-05-01/contests/local.worcestershire.alvechurch.2025-05-01"),
        ("E58001922", "local.2025-05-01/contests/local.worcestershire.alvechurch.2025-05-01"),
        ("e10000016", "local.2025-05-01/councils/local.kent"),
        ("E14000530", "parl.2019-12-12/contests/parl.aldershot.2019-12-12"),
        ("north northamptonshire", "local.2025-05-01/councils/local.north-northamptonshire"),
        ("buckinghamshire abbey", "local.2025-05-01/contests/local.buckinghamshire.abbey.2025-05-01"),
        ("Abbey, Buckinghamshire", "local.2025-05-01/contests/local.buckinghamshire.abbey.2025-05-01"),
        ("kent", "local.2025-05-01/councils/local.kent"),
    ],
)
def test_wards_and_councils_are_found_by_name_and_by_code(question: str, address: str) -> None:
    only = found_anywhere(question, ()).only
    assert only and only.what.address() == f"/nights/{address}"


def test_wards_of_one_name_are_told_apart_by_their_councils_and_hide_no_constituency() -> None:
    found = found_anywhere("abbey", ())
    assert len({one.what.body.id for one in found.seats if one.what.body}) > 1
    houses = [one.what.body is None for one in found_anywhere("kingswood", ()).seats]
    assert True in houses and False in houses


def councils_night(name: str = "councils") -> Definition:
    wards = tuple(ward(CON, LAB, LD, seats=1, name=f"w{n}", before={CON: 1}) for n in range(9))
    essex = Body("local.essex", "Essex", "council", 4)
    moved = [replace(one, body="local.essex") if n > 4 else one for n, one in enumerate(wards)]
    bodies = (kent(*wards[:5], control=CON), essex)
    return replace(
        council_definition(*moved, bodies=bodies, name=name, live=False), title="The councils", polls_close=START
    )


def test_a_night_of_councils_leads_with_councillors_and_councils(place: Place) -> None:
    night = councils_night()
    place.on_air(after(night))
    watching = place.watched()
    assert "Councillors and councils 0 of 9 seats declared · Control is certain in 0 of 2" in place["lead-seats"]
    for number in range(3):
        votes = {"1": 100, "2": 300, "3": 50}
        place.does("councils", Declare(id=f"d{number}", by="desk", ballot=night.contests[number].ballot, votes=votes))
    assert "Labour Lab 3 +3 1 +1" in place["lead-seats"] and "Turnout" not in place["lead-seats"]
    assert "LAB GAIN Kent from Conservative" in place["lead-news"] and "3 of 9 declared" in place["lead-top"]
    assert told(watching.read[-1]) == ["lead-top", "lead-news", "lead-seats", "cursor"]


def test_a_night_of_one_council_leads_with_its_seats_against_the_line_and_how_many_are_in(place: Place) -> None:
    night = councils_night()
    place.on_air(after(replace(night, contests=night.contests[:5], bodies=(night.bodies or ())[:1])))
    assert place["lead-seats"] == "Seats 0 of 5 seats declared · 3 of 5 seats make control Con 0 Lab 0 LD 0 ▲ 3"
    votes = {"1": 100, "2": 300, "3": 50}
    for number in range(2):
        place.does("councils", Declare(id=f"d{number}", by="desk", ballot=night.contests[number].ballot, votes=votes))
    assert "2 of 5 seats declared · 3 of 5 seats make control: Lab, 1 to go Lab 2 Con 0 LD 0 ▲ 3" in place["lead-seats"]
    place.does("councils", Declare(id="d2", by="desk", ballot=night.contests[2].ballot, votes=votes))
    assert "3 of 5 seats declared · Lab gain from Con Lab 3" in place["lead-seats"]


def test_shares_and_turnout_of_wards_of_several_seats_are_of_the_best_and_of_papers(place: Place) -> None:
    abbey = ward(CON, LAB, LD, CON, LAB, LD, seats=2, name="abbey", before={CON: 2}, electorate=5000)
    castle = replace(abbey, ballot="local.kent.castle.2025-05-01", name="castle")
    votes = {str(one): number for one, number in enumerate((500, 700, 100, 480, 650, 80), start=1)}
    more, body = MoreFigures(valid_papers=1400), replace(kent(abbey), seats=0)
    for name, contests in (("one", (abbey,)), ("two", (abbey, castle))):
        night = council_definition(*contests, bodies=(body,), name=name, live=False)
        place.on_air(after(replace(night, polls_close=START)))
        place.does(name, Declare(id="d", by="desk", ballot=abbey.ballot, votes=votes, more=more))
        if name == "one":
            assert place["lead-seats"].startswith("Share of the vote Lab 53.8% Con 38.5% LD 7.7%")
            assert place["lead-seats"].endswith("Turnout 28.0% , in valid papers.")
    score = text(place.hub.channels["two"].text("score"))
    assert "Turnout so far 28.0% , in valid papers." in score
    assert "Shares are of the votes of each party’s best candidate" in score


def test_beside_another_night_councils_are_a_line(place: Place) -> None:
    night = councils_night()
    house = on_the_map(definition("house", contests=12, seats=12))
    place.on_air(after(house), after(night))
    votes = {"1": 100, "2": 300, "3": 50}
    place.does("councils", Declare(id="d", by="desk", ballot=night.contests[0].ballot, votes=votes))
    assert "Labour 1 councillor (+1), 0 of 2 councils" in place["others"]


def test_a_past_night_of_councils_has_a_card(place: Place) -> None:
    page = text(place.page())
    assert "Reform UK 680 councillors (+338), 10 of 23 councils" in page and "Watch 2025 again" in page
