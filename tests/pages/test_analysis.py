"""The pages about a night as a whole: over HTTP, against the rules they show, and kept up to date by the push."""

import gc
import html
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from server.election.commands import (
    AnyCommand,
    Correct,
    Declare,
    ExpectDeclaration,
    OpenNight,
    PostNote,
    ReachStage,
    RecordNoPoll,
    Withdraw,
)
from server.election.deciding.decide import decide
from server.election.methods.figures import Rejected
from server.election.nights import Night, fold
from server.election.refusals import Refused
from server.election.results.records import records
from server.election.results.swings import swings
from server.election.results.tally import add_up
from server.election.results.targets import battlegrounds, needs
from server.election.shares import half_up, share_text
from server.live.channel import Channel
from server.live.memory.memo import MEMO
from server.nights import archive
from server.pages.analysis.areas import areas_of
from server.pages.analysis.choices import choices
from server.pages.analysis.views import Views, asked
from server.pages.analysis.views import html as element
from server.pages.render import PageRenderer
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.nights_by_hand import START, ballot, correct, declare, definition, with_one_candidate
from tests.running import Site, answered, serving

GENERAL = "parl.2019-12-12"
ROCHESTER = "parl.rochester-and-strood.by.2014-11-20"
CLACTON = "parl.clacton.by.2014-10-09"
CON, LAB, LD = "PP52", "PP53", "PP90"
PARTS = (0.0, 0.1, 0.4, 0.8, 1.0)


def text_of(page: str) -> str:
    """What is read on a page, without its elements."""
    text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
    return re.sub(r" ([,.:;)])", r"\1", text)


def rows(page: str) -> list[list[str]]:
    """The cells of every row of its tables, as text."""
    return [
        [text_of(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.DOTALL)
    ]


@cache
def stood(night: str, part: float) -> Night:
    """A past night after so much of its events."""
    events = archive.load(night).events
    return fold(events[: max(1, round(part * len(events)))])


def signed(number: int) -> str:
    return f"{number:+,}".replace("-", "−") if number else "0"


def test_the_swing_page_begins_with_the_direction_in_which_votes_moved() -> None:
    night = stood(GENERAL, 1.0)
    known = choices(night.definition)
    assert asked(night, known, "swing", {}) == f"swing/{LAB}/{CON}", "4.6 points to the Conservatives, who were larger"
    assert asked(stood(GENERAL, 0.0), known, "swing", {}) == f"swing/{CON}/{LAB}", "nothing has moved yet"
    assert asked(night, known, "swing", {"from": CON, "to": LAB}) == f"swing/{CON}/{LAB}"


@pytest.mark.parametrize("part", PARTS)
def test_every_area_shows_its_own_tally(part: float) -> None:
    night = stood(GENERAL, part)
    shown = rows(element(night, "areas"))
    whole = add_up(night)
    if not whole.declared:
        assert shown == []
        return
    columns = [total.party for total in whole.parties[:5]]
    for area, row in zip(areas_of(night.definition), shown[1:], strict=False):
        tally = add_up(night, area)
        totals = {total.party: total for total in tally.parties}
        cells = [f"{totals[one].seats} {signed(totals[one].net)}" if one in totals else "–" for one in columns]
        others = sum(one.seats for one in tally.parties if one.party not in columns)
        assert row == [f"{area.name or 'All'} {tally.declared} of {tally.contests}", *cells, str(others)]
    assert "of the seats declared so far" in text_of(element(night, "areas"))
    assert "2017 general election" in text_of(element(night, "areas"))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("pair", [(LAB, CON), (CON, LAB), (CON, LD)])
def test_the_swing_is_that_of_the_rules_everywhere_and_in_each_area(part: float, pair: tuple[str, str]) -> None:
    night = stood(GENERAL, part)
    shown = element(night, "/".join(("swing", *pair)))
    whole = swings(night, *pair)
    names = [night.parties[one].name for one in pair]
    if whole.together is None:
        assert f"No swing between {names[0]} and {names[1]} yet" in text_of(shown)
        return
    first, second = names if whole.together > 0 else reversed(names)
    assert f"{half_up(abs(whole.together) * 100, 1)} points from {first} to {second}" in text_of(shown)
    found = {row[0]: row[1:] for row in rows(shown)}
    for area in areas_of(night.definition)[1:]:
        one = swings(night, *pair, area)
        if one.together:
            short = night.parties[pair[one.together > 0]].short
            assert found[area.name] == [f"{half_up(abs(one.together) * 100, 1)} points to {short}", str(one.compared)]
    heard = {signed(one.points): [str(one.seats)] for one in whole.bins if one.seats}
    assert heard.items() <= found.items()


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("party", [CON, LAB, LD])
def test_battlegrounds_say_of_every_seat_what_became_of_it(part: float, party: str) -> None:
    night = stood(GENERAL, part)
    shown = element(night, f"battlegrounds/{party}/all")
    found = battlegrounds(night, party)
    seats = [row for row in rows(shown) if len(row) == 5 and row[0] != "#"]
    expected = (*found.targets, *found.defences)
    assert [row[1] for row in seats] == [night.counts[one.ballot].contest.name for one in expected]
    for row, one in zip(seats, expected, strict=True):
        assert row[0] == ("–" if one.rank is None else str(one.rank))
        assert row[3] == ("–" if one.swing is None else "−" * (one.swing < 0) + share_text(abs(one.swing)))
        assert row[4].startswith("to come" if one.status == "pending" else f"{'✓✗'[one.status in ('missed', 'lost')]} ")
        assert one.status == "pending" or one.status in row[4]
    need = needs(night, found)
    assert need is not None
    if need.to_line and need.within_reach:
        assert f"{need.to_line} more for a majority" in text_of(shown)
    else:
        assert ("A majority:" if not need.to_line else "No majority") in text_of(shown)
    short = element(night, f"battlegrounds/{party}")
    assert [row for row in rows(short) if len(row) == 5 and row[0] != "#"][:50] == seats[:50]


@pytest.mark.parametrize("part", PARTS)
def test_records_are_those_of_the_rules_with_their_scope(part: float) -> None:
    night = stood(GENERAL, part)
    shown = text_of(element(night, "records"))
    found = records([night])
    if not found.scope.declared:
        assert shown.startswith("Records begin with the first declaration. Of earlier general elections ")
        assert "Of the 1,950 contests of the general elections of 2010, 2015 and 2017 " in shown
        return
    if found.scope.declared == 650:
        assert "Of the 650 contests of the 2019 general election " in shown
        assert "Of the 2,600 contests of the general elections of 2010, 2015, 2017 and 2019 " in shown
    else:
        so_far = f"{found.scope.declared} of 650"
        assert f"Of the {so_far} contests of the 2019 general election declared so far" in shown
        earlier = "the 1,950 contests of the general elections of 2010, 2015 and 2017"
        assert f"Of {earlier} and the {so_far} of 2019 declared so far" in shown
    names = ", ".join(one.contest.name for one in found.smallest_majority)
    assert f"Smallest majority {found.smallest_majority[0].result.majority:,} vote" in shown
    assert names in shown
    assert f"{found.lost_deposits:,} deposits lost, £{found.pounds_lost:,} in all" in shown
    for party in (CON, LAB, LD):
        one = found.parties[party]
        best, worst = share_text(one.best[0].line.share), share_text(one.worst[0].line.share)
        row, _ = [row for row in rows(element(night, "records")) if row[0].startswith(night.parties[party].short + " ")]
        assert row[1].startswith(f"{best} {one.best[0].entry.contest.name}")
        assert row[2].startswith(f"{worst} {one.worst[0].entry.contest.name}")
        assert row[3] == f"{one.lost_deposits} £{one.pounds_lost:,}"


def test_a_record_held_by_several_names_them_all() -> None:
    shown = Live(OpenNight(id="open", by="desk", night=definition(contests=5)))
    for seat in range(5):
        shown.does(declare(seat))
    assert "Smallest majority 1 vote Seat 0, Seat 1, Seat 2 and 2 more, equal" in text_of(
        element(shown.night, "records")
    )


def test_rochester_and_strood_holds_the_lowest_liberal_democrat_share_and_is_ukips_second_seat() -> None:
    shown = text_of(element(stood(ROCHESTER, 1.0), "records"))
    assert (
        "Lowest Liberal Democrat share of the 21 by-elections of 2010–2015: 0.87%, 349 votes, in the 19 it fought"
    ) in shown
    assert "UKIP gain from Con: its second win at the by-elections of this Parliament" in shown
    assert "its second seat in the House as elected" in shown
    found = {row[0]: row[1:] for row in rows(element(stood(ROCHESTER, 1.0), "records"))}
    assert found["UK Independence Party"] == ["1", "2 +1"]
    assert found["Conservative"] == ["304", "303 −1"]


def test_before_its_declaration_a_by_election_holds_nothing_and_the_house_is_as_before() -> None:
    shown = text_of(element(stood(ROCHESTER, 0.0), "records"))
    assert "What this by-election holds" not in shown
    assert "0.87" not in shown
    assert "UK Independence Party 1 not declared" in shown
    assert "the 20 of 21 by-elections of 2010–2015 declared so far" in shown


def test_a_by_election_knows_nothing_of_those_that_came_later() -> None:
    shown = text_of(element(stood(CLACTON, 1.0), "records"))
    assert "Rochester" not in shown
    assert "20 by-elections of 2011–2014, as far as they had been held by then" in shown
    assert "UKIP gain from Con: its first win at the by-elections of this Parliament, and its first seat" in shown


def test_the_last_by_election_of_a_parliament_that_sits_is_of_those_held_by_then_and_of_no_years() -> None:
    shown = text_of(element(stood("parl.clacton.by.2026-08-13", 1.0), "records"))
    assert "Largest majority of the 6 by-elections of 2025–2026: 12,784 votes" in shown
    assert "Of the by-elections that had been held by then." in shown
    assert "Of the 6 by-elections of 2025–2026, as far as they had been held by then" in shown
    assert "Seats as elected on 4 July 2024" in shown


@pytest.mark.parametrize(("name", "years"), [("parl.2019-12-12", "2010"), ("parl.2024-07-04", "2010 and 2024")])
def test_swings_against_notional_figures_are_said_to_be_so(name: str, years: str) -> None:
    assert f"against the election before each; for {years} on notional figures." in (
        text_of(element(stood(name, 1.0), "records"))
    )


@pytest.mark.parametrize("name", ["parl.2010-05-06", "parl.2017-06-08"])
def test_the_moment_at_which_no_majority_can_come_any_more_is_said(name: str) -> None:
    events = archive.load(name).events
    hung = add_up(fold(events)).hung
    assert hung is not None
    channel = Channel(PageRenderer())
    channel.advance(events[: hung.seq - 1])
    assert "any more" not in text_of(channel.text("banner") + channel.text("latest") + channel.text("score"))
    channel.advance(events[hung.seq - 1 : hung.seq])
    assert "No party can reach 326 seats any more" in text_of(channel.text("banner"))
    assert "No party can have a majority any more" in text_of(channel.text("latest"))
    assert "No party can have a majority any more" in text_of(channel.text("score"))


_ids = st.uuids().map(str)
_seats = st.integers(0, 3).map(ballot)
_by = {"by": st.just("somebody")}
_votes = st.integers(0, 250).map(lambda con: {"1": 2 * con, "2": 501 - 2 * con})  # never a tie
_figures = {"id": _ids, "ballot": _seats, "votes": _votes, "rejected": st.just(Rejected(0)), "lot": st.none(), **_by}
_moments = st.integers(0, 40).map(lambda minutes: START + timedelta(minutes=minutes))
_acts = st.one_of(
    st.builds(Declare, papers=st.just(501), **_figures),
    st.builds(Declare, papers=st.just(501), **_figures),
    st.builds(Correct, reason=st.just("Recounted."), slip=st.booleans(), **_figures),
    st.builds(Withdraw, id=_ids, ballot=_seats, reason=st.just("A flood."), **_by),
    st.builds(ReachStage, id=_ids, ballot=_seats, stage=st.sampled_from(("boxes in", "counting", "recount")), **_by),
    st.builds(
        RecordNoPoll,
        id=_ids,
        ballot=_seats,
        state=st.sampled_from(("uncontested", "postponed")),
        reason=st.just("Snow."),
        **_by,
    ),
    st.builds(ExpectDeclaration, id=_ids, ballot=_seats, expected=_moments, **_by),
    st.builds(PostNote, id=_ids, text=st.just("A note."), **_by),
)
TOPICS = ("areas", "swing/PP52/PP53", "battlegrounds/PP52", "battlegrounds/PP53/all", "records")


class Live:
    """A night on air, and what a page of each topic was sent of it."""

    def __init__(self, *commands: AnyCommand) -> None:
        self.channel = Channel(PageRenderer())
        self.pages: dict[str, str] = {}
        for command in commands:
            self.does(command)

    @property
    def night(self) -> Night:
        assert self.channel.night is not None
        return self.channel.night

    def does(self, command: AnyCommand) -> None:
        now, seq = self.channel.night, self.channel.seq
        self.channel.advance([decide(now, command, now.at + timedelta(minutes=1) if now else START)])
        for topic in TOPICS:
            if message := self.channel.missed(topic, seq):
                (place, self.pages[topic]) = re.findall(
                    r'<hx-partial hx-target="#([^"]+)" hx-swap="outerMorph">(.*?)</hx-partial>',
                    message.payload.decode(),
                    re.DOTALL,
                )[0]
                assert self.pages[topic].startswith(f'<div id="{place}"')


@settings(max_examples=30, deadline=None)
@given(contests=st.sampled_from((1, 4)), acts=st.lists(_acts, max_size=20))
def test_a_page_kept_up_to_date_by_the_push_is_the_page_made_anew(contests: int, acts: list[AnyCommand]) -> None:
    night = (
        definition(contests=1) if contests == 1 else with_one_candidate(definition(contests=contests, seats=contests))
    )
    live = Live(OpenNight(id="open", by="desk", night=night), declare(contests - 1), correct(contests - 1, 5))
    for act in acts:
        try:
            live.does(act)
        except (Refused, KeyError):
            continue
        anew = fold(live.channel.events)
        assert live.pages == {topic: element(anew, topic) for topic in TOPICS}


def test_what_was_made_of_a_state_is_counted_and_goes_with_it() -> None:
    views, night = Views(), replace(stood(GENERAL, 1.0))  # a copy, which nobody else refers to
    gc.collect()
    held = MEMO.held
    made = views.html(night, "areas")
    assert views.html(night, "areas") is made
    assert MEMO.held - held > len(made)
    del night
    gc.collect()
    assert MEMO.held <= held


def test_the_nights_own_page_is_sent_none_of_it() -> None:
    live = Live(OpenNight(id="open", by="desk", night=definition()), declare(0))
    message = live.channel.missed("night", 0)
    assert message is not None
    assert not re.search(r'id="(areas|swing|battlegrounds|records)"', message.payload.decode())
    assert all(live.channel.text(one) == "" for one in live.channel.fragments if one.startswith("view-"))


@pytest.mark.parametrize(
    "topic",
    [
        "swing",
        "swing/PP52",
        "swing/PP52/PP52",
        "swing/PP52/none",
        "swing/PP52/PP53/PP90",
        "battlegrounds",
        "battlegrounds/none",
        "battlegrounds/ynmp-party:2",
        "battlegrounds/PP52/some",
        "areas/PP52",
        "records/",
        "/",
        "view-areas",
    ],
)
def test_a_topic_that_no_page_has_is_sent_nothing(topic: str) -> None:
    live = Live(OpenNight(id="open", by="desk", night=definition()), declare(0))
    assert live.channel.missed(topic, 0) is None


def test_seats_due_come_soonest_first_and_are_late_once_their_time_is_past() -> None:
    live = Live(OpenNight(id="open", by="desk", night=definition(contests=4)))
    for seat, minutes in ((0, 30), (1, 4), (2, 60)):
        expected = START + timedelta(minutes=minutes)
        live.does(ExpectDeclaration(id=f"expect-{seat}", by="desk", ballot=ballot(seat), expected=expected))
    shown = text_of(live.pages["battlegrounds/PP52"])
    assert re.search(r"Due next 22:04 Seat 1 target 22:30 Seat 0 target 23:00 Seat 2 target", shown)
    assert "Late" not in shown
    for note in ("one", "another"):
        live.does(PostNote(id=note, by="desk", text=note))
    shown = text_of(live.pages["battlegrounds/PP53/all"])
    assert re.search(r"Due next 22:30 Seat 0 defence 23:00 Seat 2 defence Late 22:04 Seat 1 defence", shown)
    live.does(declare(1))
    assert "Late" not in text_of(live.pages["battlegrounds/PP52"])


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    await Submitter(stream).submit("night", OpenNight(id="open", by="desk", night=definition("night")), START)
    await stream.announce("night")
    async with serving(redis.url, tmp_path) as one:
        yield one


@pytest.fixture
async def client(site: Site) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=site.url) as one:
        await answered(one, "/readyz")
        yield one


async def test_each_page_is_there_for_each_night_and_moment(client: httpx2.AsyncClient) -> None:
    names = ("night", GENERAL, ROCHESTER, "parl.2010-05-06", "parl.belfast-west.by.2011-06-09")
    for name in names:
        for page in ("areas", "swing", "battlegrounds", "records"):
            for query in ("", "?at=2014-11-21T04:00", "?at=2019-12-13T02:30", "?at=1999-01-01T00:00"):
                answer = await client.get(f"/nights/{name}/{page}{query}")
                assert answer.status_code == 200, (name, page, query)
                assert f'<div id="{page}"' in answer.text
                kept = re.search(r'href="/nights/[^"]*[?;]at=', answer.text) is not None
                # A past night at its end is the whole night.
                assert kept == bool(query) or (query and name != "night" and "1999" not in query), (name, page, query)


async def test_a_moment_shows_what_was_known_then(client: httpx2.AsyncClient) -> None:
    page = (await client.get(f"/nights/{GENERAL}/areas?at=2019-12-13T02:30")).text
    moment = datetime(2019, 12, 13, 2, 30, tzinfo=UTC)
    then = fold([one for one in archive.load(GENERAL).events if one.seq == 1 or one.at <= moment])
    assert element(then, "areas") in page
    assert "As it stood at 02:30" in page


async def test_what_makes_no_sense_for_a_night_is_a_404_with_a_sentence(client: httpx2.AsyncClient) -> None:
    for path, sentence in (
        ("swing?from=PP53&to=PP53", "choose two"),
        ("swing?from=PP53&to=none", "'none' is not a party of this night"),
        ("swing?from=%3Cscript%3E&to=PP53", "is not a party of this night"),
        ("swing?from=PP102&to=PP70", "stand in no seat together"),
        ("swing?from=PP7931&to=PP63", None),
        ("swing?from=ynmp-party:2&to=PP53", "is not a party of this night"),
        ("battlegrounds?party=ynmp-party:2", "is not a party of this night"),
        ("battlegrounds?party=PP53/all", "is not a party of this night"),
        ("battlegrounds?party=PP53&at=2019-12-13T02:30", None),
    ):
        answer = await client.get(f"/nights/{GENERAL}/{path}")
        assert answer.status_code == (404 if sentence else 200), path
        assert (sentence or "2019 general election") in html.unescape(answer.text)
        assert "<script>" not in answer.text
    assert (await client.get("/nights/none/areas")).status_code == 404
    assert (await client.get(f"/nights/{GENERAL}/areas?at=tea")).status_code == 400


async def test_a_page_is_not_sent_again_until_something_happened(
    client: httpx2.AsyncClient, stream: EventStream
) -> None:
    path = "/nights/night/battlegrounds?party=PP52"
    first = await answered(client, path, "to come")
    known = {"If-None-Match": first.headers["etag"]}
    assert (await client.get(path, headers=known)).status_code == 304
    assert "gained" not in text_of(first.text).replace("0 gained", "")
    await Submitter(stream).submit("night", declare(0), START)
    await answered(client, path, "1 gained")


async def test_a_topic_that_no_page_has_is_refused_and_the_others_go_on(
    site: Site, client: httpx2.AsyncClient, stream: EventStream
) -> None:
    live = f"{site.ws}/nights/night/live?after=1&contest="
    async with connect(f"{live}records") as line:
        with pytest.raises(InvalidStatus):
            await connect(f"{live}swing/PP52/%3Cnone%3E")
        await Submitter(stream).submit("night", declare(0), START)
        assert await line.recv() == ""
        message = str(await line.recv())
        assert 'hx-target="#records"' in message and "Smallest majority" in message
        assert (await client.get("/nights/night/live?contest=swing/PP52/none&after=0")).status_code == 404
