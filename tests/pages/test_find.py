"""Finding a contest: by seat, candidate or party, in any language and order, at an address of its own."""

import html
import re
from collections.abc import AsyncIterator
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

import httpx2
import pytest
from msgspec.structs import replace

from server.election.bodies import Body
from server.election.commands import Declare, ExpectDeclaration, OpenNight, RecordNoPoll
from server.election.contests import Candidate, Definition
from server.election.counts import Count
from server.election.deciding.decide import decide
from server.election.nights import Night, fold
from server.html.languages import ENGLISH, language, languages
from server.live.channel import Channel
from server.nights import archive
from server.pages.find import groups
from server.pages.find.search import SearchEntry, entries, only, plain, search
from server.pages.find.table import COMPARED, SORTS, TOPIC, VERDICTS, listed, parties, wanted
from server.pages.render import PageRenderer
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.election.wards import CON, LAB, kent, mayor, opened, ward
from tests.election.wards import definition as of_councils
from tests.nights_by_hand import START, ballot, declare, definition, with_one_candidate
from tests.running import answered, serving

GENERAL = "parl.2019-12-12"
CONTESTS = f"/nights/{GENERAL}/contests"
FIND = f"/nights/{GENERAL}/find"
WELSH = language("cy")


@cache
def words(night: str) -> tuple[SearchEntry, ...]:
    return entries(archive.load(night).definition)


@cache
def stood(night: str, part: float) -> Night:
    """A past night after so much of its events."""
    events = archive.load(night).events
    return fold(events[: max(1, round(part * len(events)))])


def found(question: str, night: str = GENERAL) -> list[str]:
    return [hit.contest.name for hit in search(words(night), question)]


def meant(question: str, night: str = GENERAL) -> str | None:
    contest = only(words(night), question, search(words(night), question))
    return contest and contest.name


def names(counts: list[Count]) -> list[str]:
    return [count.contest.name for count in counts]


def shown(night: Night, **parameters: str) -> list[Count]:
    asked = wanted(night, parameters)
    return listed(night, asked, search(words(night.definition.id), asked.q), ENGLISH)


def rows(page: str) -> list[str]:
    """The seats of a page's table, as it names them."""
    return [html.unescape(name) for name in re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a>', page)]


@pytest.mark.parametrize(
    ("question", "seat"),
    [
        ("ynys mon", "Ynys Môn"),
        ("YNYS MÔN", "Ynys Môn"),
        ("  aldershot ", "Aldershot"),
        ("Stoke on Trent  central", "Stoke-on-Trent Central"),
        ("rochester & strood", "Rochester and Strood"),
        ("boris johnson", "Uxbridge and South Ruislip"),
        ("Dún Laoghaire", None),
        ("bedford", "Bedford"),
        ("birmingham", None),
        ("johnson", None),
        ("", None),
        ("&", None),
    ],
)
def test_what_somebody_means_is_found_without_accents_capitals_and_hyphens(question: str, seat: str | None) -> None:
    assert meant(question) == seat


def test_every_seat_of_every_general_election_is_what_its_own_name_means() -> None:
    for past in archive.of_the_house():
        for contest in archive.load(past.id).definition.contests:
            assert meant(contest.name, past.id) == contest.name
            assert meant(plain(contest.name).upper(), past.id) == contest.name


def test_a_welsh_seat_is_found_by_its_name_in_either_language() -> None:
    both = [contest for contest in archive.load(GENERAL).definition.contests if WELSH.seat(contest) != contest.name]
    assert len(both) > 10
    for contest in both:
        assert contest.nation == "Wales"
        assert meant(WELSH.seat(contest)) == contest.name
        assert contest.name in found(plain(WELSH.seat(contest))[:6])


def test_a_party_finds_where_it_stands_by_every_name_it_has() -> None:
    contests = archive.load(GENERAL).definition.contests
    standing = {contest.name for contest in contests if any(who.party == "PP77" for who in contest.candidates)}
    parties = {party.id: party for party in archive.load(GENERAL).definition.parties}
    assert set(found("plaid cymru")) == standing
    for tongue in languages():
        assert standing <= set(found(tongue.party(parties["PP77"])))
        assert len(found(tongue.party(parties["PP52"]))) > 600, tongue.name


def test_a_candidate_is_found_with_the_party_or_the_seat_and_only_then_named() -> None:
    hits = search(words(GENERAL), "corbyn")
    assert [(hit.contest.name, [candidate.name for candidate in hit.named]) for hit in hits] == [
        ("Islington North", ["Jeremy Corbyn"])
    ]
    assert meant("corbyn labour") == meant("jeremy islington") == "Islington North"
    assert found("corbyn conservative") == []
    assert [hit.named for hit in search(words(GENERAL), "islington north")] == [()]


def test_words_are_found_by_their_beginnings_alone() -> None:
    assert "Aldershot" in found("alder")
    assert "Aldershot" not in found("dershot")


@pytest.mark.parametrize("part", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_an_order_is_by_what_a_column_shows_with_the_empty_last(part: float, sort: str, order: str) -> None:
    night = stood(GENERAL, part)
    counts = shown(night, sort=sort, order=order)
    assert len(counts) == 650 and {count.contest.ballot for count in counts} == set(night.counts)
    values = [value(count, sort) for count in counts]
    known = [key for key in values if key]
    assert values[: len(known)] == known
    assert known == sorted(known, reverse=order == "desc")
    for count, other in pairwise(counts):
        if value(count, sort) == value(other, sort):
            assert plain(count.contest.name) < plain(other.contest.name)


def value(count: Count, sort: str) -> tuple[str | int, ...]:
    """What an order compares, found again from the count alone; nothing where it has nothing to compare."""
    result = count.result
    if sort == "seat":
        return (plain(count.contest.name),)
    if sort == "region":
        return (plain(count.contest.region),)
    if result is None or count.declared_at is None:
        return ()
    match sort:
        case "verdict":
            short = {party.id: party.short for party in archive.load(GENERAL).definition.parties}
            return result.verdict.kind, plain(short[result.verdict.winner])
        case "winner":
            parts = plain(result.winner.candidate.name).split()
            return parts[-1], " ".join(parts[:-1])
        case "majority":
            return (result.majority,)
        case "turnout":
            return (int((result.turnout_papers or result.turnout_valid or 0) * 1_000_000),)
        case "swing":
            return (int(result.swing.size * 1_000_000),) if result.swing else ()
        case _:
            return (int(count.declared_at.timestamp()),)


@pytest.mark.parametrize("part", [0.0, 0.4, 1.0])
def test_filters_leave_what_they_name_and_together_leave_what_both_do(part: float) -> None:
    night = stood(GENERAL, part)
    every = list(night.counts.values())
    for verdict in COMPARED:
        kinds = [count.result.verdict.kind if count.result else "pending" for count in every]
        expected = {count.contest.name for count, kind in zip(every, kinds, strict=True) if kind == verdict}
        assert set(names(shown(night, verdict=verdict))) == expected
    for party in parties(night):
        won = {count.contest.name for count in every if count.result and count.result.verdict.winner == party}
        assert set(names(shown(night, party=party))) == won
    scots = {count.contest.name for count in every if count.contest.region == "Scotland"}
    assert set(names(shown(night, region="Scotland"))) == scots and len(scots) == 59
    both = shown(night, region="Scotland", party="PP102", verdict="gain", q="glasgow")
    assert set(names(both)) == {
        count.contest.name
        for count in every
        if count.contest.region == "Scotland" and count.contest.name.startswith("Glasgow") and count.result
        if count.result.verdict.kind == "gain" and count.result.verdict.winner == "PP102"
    }


def test_every_winner_of_every_night_can_be_picked_out() -> None:
    for past in archive.listed():
        night = stood(past.id, 1.0)
        won = {count.result.verdict.winner for count in night.counts.values() if count.result}
        assert won <= set(parties(night))
        assert len(parties(night)) < 40


def test_an_address_says_what_it_asks_for_and_nothing_that_goes_without_saying() -> None:
    night = stood(GENERAL, 1.0)
    assert wanted(night, {}).query == {}
    assert wanted(night, {"sort": "seat", "order": "asc", "q": " "}).query == {}
    assert wanted(night, {"sort": "swing", "order": "desc"}).query == {"sort": "swing"}
    for query in (
        {"q": "ynys môn"},
        {"party": "PP53", "verdict": "gain", "region": "London", "sort": "majority", "order": "desc"},
        {"sort": "swing", "order": "asc"},
    ):
        assert wanted(night, query).query == query
    assert wanted(night, {"sort": "majority"}).by("majority").query == {"sort": "majority", "order": "desc"}
    assert wanted(night, {"sort": "majority", "order": "desc"}).by("declared").query == {"sort": "declared"}


class Live:
    """A small night, and what the page of its contests is sent."""

    def __init__(self, night: Definition) -> None:
        self.channel = Channel(PageRenderer())
        self.start = max(START, night.polls_close)
        self.does(OpenNight(id="open", by="desk", night=night))

    def does(self, command: object) -> str:
        """The message of what a command brings to the page."""
        before = self.channel.seq
        night = self.channel.night
        self.channel.advance([decide(night, command, night.at if night else self.start)])  # pyright: ignore[reportArgumentType]
        message = self.channel.missed(TOPIC, before)
        return message.payload.decode() if message else ""


def test_a_declaration_sends_the_table_the_row_of_its_contest_and_how_far_the_night_is() -> None:
    live = Live(definition())
    sent = live.does(declare(1))
    assert re.findall(r'hx-target="#([^"]+)"', sent) == ["status", "seat-seat-1", "cursor"]
    swing = int((Fraction(5, 9) - Fraction(1, 4) + Fraction(3, 4) - Fraction(4, 9)) / 2 * 1_000_000)
    assert "Con gain from Lab" in sent and f'data-numbers="1 9000 {swing} 0"' in sent
    message = live.channel.missed("night", 1)
    assert message and "seat-seat-1" not in message.payload.decode()


def test_a_row_says_what_is_expected_and_what_is_not_to_be_had() -> None:
    live = Live(with_one_candidate(definition()))
    sent = live.does(ExpectDeclaration(id="expect", by="desk", ballot=ballot(1), expected=START))
    assert "awaiting · expected 22:00" in sent
    sent = live.does(RecordNoPoll(id="none", by="desk", ballot=ballot(0), state="uncontested", reason="Nobody else."))
    assert "unopposed" in sent and 'data-numbers="- - - 0"' in sent
    assert live.channel.night
    counts = listed(
        live.channel.night, wanted(live.channel.night, {"sort": "majority"}), search(entries(definition()), ""), ENGLISH
    )
    assert names(counts) == ["Seat 0", "Seat 1", "Seat 2"]


def test_a_row_is_text_and_never_markup() -> None:
    night = definition()
    hostile = Candidate("1", '<b>"Abel"</b>', "PP52")
    first = replace(night.contests[0], candidates=(hostile, night.contests[0].candidates[1]))
    live = Live(replace(night, contests=(first, *night.contests[1:])))
    sent = live.does(declare(0))
    assert '<b>"' not in sent and "&lt;b&gt;&#34;Abel" in sent


@pytest.fixture
async def client(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    await Submitter(stream).submit("night", OpenNight(id="open", by="desk", night=definition("night")), START)
    await stream.announce("night")
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        await answered(client, "/readyz")
        yield client


async def test_who_asks_for_very_much_at_once_is_asked_to_wait_and_has_what_is_made_already(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await client.get("/nights/night/contests")).status_code == 200
    monkeypatch.setattr("server.live.memory.turns._MOST_WAITING", 0)
    refused = await client.get("/nights/night/contests?sort=turnout")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "3")
    assert "Nothing is lost: please try again in 3 seconds." in refused.text
    assert (await client.get("/nights/night/contests")).status_code == 200


async def test_a_seat_that_is_meant_leads_to_its_contest_and_any_other_question_to_the_table(
    client: httpx2.AsyncClient,
) -> None:
    for asked, place in (
        ("?q=ynys+mon", f"{CONTESTS}/parl.ynys-mon.2019-12-12"),
        ("?q=ynys+mon&baseline=2015&lang=cy", f"{CONTESTS}/parl.ynys-mon.2019-12-12?baseline=2015"),
        (
            "?q=aldershot&at=2019-12-13T02:30",
            f"{CONTESTS}/parl.aldershot.2019-12-12?at=2019-12-13T02%3A30%3A00%2B00%3A00",
        ),
        ("?q=birmingham", f"{CONTESTS}?q=birmingham"),
        ("?q=gr%C3%BCn+%26+co", f"{CONTESTS}?q=gr%C3%BCn+%26+co"),
        ("", CONTESTS),
    ):
        answer = await client.get(FIND + asked)
        assert (answer.status_code, answer.headers["location"]) == (303, place)
        assert (await client.get(place)).status_code == 200
    assert (await client.get("/nights/none/find?q=x")).status_code == 404


async def test_every_state_of_the_table_has_an_address_that_other_editions_keep(client: httpx2.AsyncClient) -> None:
    query = "?verdict=gain&region=Wales&sort=majority&order=desc"
    page = (await client.get(CONTESTS + query + "&at=2019-12-13T04:00&baseline=2015")).text
    later = (await client.get(CONTESTS + query + "&baseline=2015")).text
    assert 0 < len(rows(page)) < len(rows(later)) < 40
    links = [html.unescape(link) for link in re.findall(r'<th scope="col"[^>]*><a href="([^"]+)"', page)]
    assert len(links) == len(SORTS)
    assert all("baseline=2015" in link and "at=2019-12-13T04" in link and "region=Wales" in link for link in links)
    assert page.count("aria-sort") == 1 and 'aria-sort="descending"><a href="?baseline' in page
    assert 'name="at" value="2019-12-13T04' in page and 'name="baseline" value="2015"' in page
    kept = [html.unescape(link) for link in re.findall(r'<a href="([^"]*lang=(?:cy|de))"', page)]
    assert len(kept) == 2 and all("verdict=gain" in link and "order=desc" in link for link in kept)
    for link in (*links, *kept):
        assert (await client.get(f"{CONTESTS}{link}")).status_code == 200


async def test_the_table_is_in_the_readers_language_and_order(client: httpx2.AsyncClient) -> None:
    page = (await client.get(CONTESTS + "?region=Wales&lang=cy")).text
    assert '<html lang="cy">' in page
    contests = [seat for seat in archive.load(GENERAL).definition.contests if seat.region == "Wales"]
    assert rows(page) == sorted((WELSH.seat(seat) for seat in contests), key=plain)
    assert rows((await client.get(CONTESTS + "?q=ynys+mon&lang=de")).text) == ["Ynys Môn"]


async def test_nothing_found_is_a_sentence_with_a_way_back(client: httpx2.AsyncClient) -> None:
    page = (await client.get(CONTESTS + "?q=atlantis&baseline=2015")).text
    assert rows(page) == []
    assert 'id="nothing" class="note">No contest of this night fits all of that.' in page
    assert f'<a href="{CONTESTS}?baseline=2015">Show all contests</a>' in page
    assert 'id="nothing" class="note" hidden>' in (await client.get(CONTESTS)).text


async def test_nonsense_is_as_if_it_were_not_there(client: httpx2.AsyncClient) -> None:
    everything = rows((await client.get(CONTESTS)).text)
    assert len(everything) == 650
    for query in (
        "?sort=none&order=up&party=PP0&verdict=maybe&region=Atlantis&status=x",
        "?sort=&order=&party=&verdict=&region=&q=",
        "?q=%00%ff&sort=seat",
        "?party=%3Cscript%3E&q=%20%20",
        "?sort=seat&sort=majority&q=" + "%20" * 1000,
    ):
        answer = await client.get(CONTESTS + query)
        assert answer.status_code == 200, query
        assert "<script>" not in answer.text
        assert rows(answer.text) == everything or "q=%00" in query or "sort=seat&sort" in query
    long = await client.get(CONTESTS + "?q=" + "aldershot " * 300)
    assert long.status_code == 200 and len(long.text) < 60_000
    assert (await client.get(CONTESTS + "?at=tea")).status_code == 400
    assert (await client.get(CONTESTS + "?baseline=1066")).status_code == 404
    assert (await client.get(FIND + "?q=%00%ff")).status_code == 303


async def test_a_question_is_text_and_never_markup(client: httpx2.AsyncClient) -> None:
    page = (await client.get(CONTESTS, params={"q": '"><script>alert(1)</script>'})).text
    assert "<script>alert" not in page and "&lt;script&gt;" in page


async def test_a_table_shows_what_was_just_declared(client: httpx2.AsyncClient, stream: EventStream) -> None:
    address = "/nights/night/contests?verdict=gain"
    first = await answered(client, address, "No contest of this night")
    known = {"If-None-Match": first.headers["etag"]}
    assert (await client.get(address, headers=known)).status_code == 304
    await Submitter(stream).submit("night", declare(0), START)
    await answered(client, address, "Con gain from Lab")
    assert rows((await client.get("/nights/night/contests?verdict=pending")).text) == ["Seat 1", "Seat 2"]


async def test_a_night_of_one_contest_has_no_table_but_leads_to_itself(client: httpx2.AsyncClient) -> None:
    night = "/nights/parl.rochester-and-strood.by.2014-11-20"
    answer = await client.get(f"{night}/contests?at=2014-11-21T04:00")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{night}?at=2014-11-21")
    assert f"{night}/contests" not in (await client.get(night)).text.split("</nav>")[0]


async def test_the_map_begins_with_the_view_that_an_address_names(client: httpx2.AsyncClient) -> None:
    for view, begins in (("swing", "swing"), ("turnout", "turnout"), ("none", "winner"), ("", "winner")):
        page = (await client.get(f"/nights/{GENERAL}?map={view}")).text
        assert re.findall(r'name="map" value="(\w+)" checked', page) == [begins]
        assert re.search(f'class="map[^"]*" data-view="{begins}"', page)


def test_a_filter_of_verdicts_is_one_of_them() -> None:
    assert set(COMPARED) < set(VERDICTS)


def test_a_councils_name_tells_wards_of_one_name_apart_and_alone_finds_none_of_its_wards() -> None:
    councils = "local.2025-05-01"
    assert len(found("abbey", councils)) > 1
    assert meant("abbey buckinghamshire", councils) == "Abbey"
    assert meant("buckinghamshire abbey", councils) == "Abbey"
    assert found("buckinghamshire", councils) == []
    labour = found("labour buckinghamshire", councils)
    assert labour and labour == [
        one.name
        for one in archive.load(councils).definition.contests
        if one.body == "local.buckinghamshire"
        and any(person.party in ("PP53", "joint-party:53-119") for person in one.candidates)
    ]


def test_a_night_of_many_councils_and_wards_lists_them_by_council_unless_an_address_asks_for_a_table() -> None:
    wards = [ward(CON, LAB, name=f"w{n}", body=f"local.{'kent' if n % 2 else 'essex'}") for n in range(70)]
    nobody = mayor(CON)
    bodies = (kent(*wards[1::2]), Body("local.essex", "Essex", "council", 35))
    live = Live(of_councils(*wards, nobody, bodies=bodies, live=False))
    votes = Declare(id="won", by="desk", ballot=wards[1].ballot, votes={"1": 9, "2": 8})
    assert re.findall(r'hx-target="#(wards-[^"]+)"', live.does(votes)) == ["wards-local-kent"]
    assert "1 of 35 declared" in live.channel.text("wards-local-kent")
    off = RecordNoPoll(
        id="off", by="desk", ballot="mayor.london.2021-05-06", state="uncontested", reason="Nobody else."
    )
    assert re.findall(r'hx-target="#(wards-[^"]+)"', live.does(off)) == ["wards-others"]
    night = live.channel.night
    assert night and groups.keys(night.definition) == ("local.kent", "local.essex", "others")
    for council, number in (("local.kent", 35), ("local.essex", 35), ("others", 1), ("all", 71), ("local.surrey", 71)):
        asked = wanted(night, {"council": council, "sort": "majority"})
        assert len(listed(night, asked, search(entries(night.definition), ""), ENGLISH)) == number
        assert asked.query.get("council", "local.surrey") == council
    assert not groups.keys(archive.load(GENERAL).definition), "a House has no councils"
    few = opened(*wards[:40], bodies=bodies)
    assert not groups.keys(few.definition) and wanted(few, {"council": "local.kent"}).query == {}
