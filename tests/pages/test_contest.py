"""The page about one contest: whose seat it was and why that counts, its polls of other years, its neighbours, and the
House around a by-election. In words, at moments, in every language."""

import html
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import httpx2
import pytest
from msgspec.structs import replace

from server.election.commands import AnyCommand, ExpectDeclaration, OpenNight, ReachStage, RecordNoPoll, Withdraw
from server.election.contests import Contest, Definition
from server.election.deciding.decide import decide
from server.election.nights import fold
from server.html.languages import languages
from server.live import moments as past
from server.live.channel import Channel
from server.nights import archive
from server.nights.against import baselines
from server.nights.polls import polls_before
from server.pages.contest.seat_history import history
from server.pages.map.hexagons import layout_of
from server.pages.render import PageRenderer
from server.stream.embedded import Embedded
from tests.nights_by_hand import START, ballot, correct, declare, definition, with_one_candidate
from tests.running import answered, serving

GENERAL_2010, GENERAL_2015, GENERAL_2017, GENERAL_2019 = (
    f"parl.{day}" for day in ("2010-05-06", "2015-05-07", "2017-06-08", "2019-12-12")
)
ROCHESTER = "parl.rochester-and-strood.by.2014-11-20"
CLACTON = "parl.clacton.by.2014-10-09"
RULE = "Hold or gain is by party, against that election; by-elections and defections in between do not count."
CODES = [language.code for language in languages()]


def words(page: str) -> str:
    """What is read on a page, without its elements."""
    text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
    return re.sub(r" ([,.:;)])", r"\1", text)


@cache
def whole(night: str) -> Channel:
    channel = Channel(PageRenderer(), on_air=False)
    channel.advance(archive.load(night).events)
    return channel


def fragment(night: str, slug: str, part: str = "contest", language: str = "en", baseline: str = "") -> str:
    """A piece of a contest's page at the end of a past night, in an edition."""
    return whole(night).in_edition(language, baseline).text(f"{part}-{slug}")


def section(page: str, kind: str) -> str:
    """What is read in the section of this class."""
    found = re.search(rf'<section [^>]*class="{kind}".*?</section>', page, re.DOTALL)
    return words(found[0]) if found else ""


def why(night: str, slug: str, baseline: str = "") -> str:
    return section(fragment(night, slug, baseline=baseline), "why")


def on_air(night: Definition, *commands: AnyCommand) -> Channel:
    """A night after some commands, a minute after each other."""
    channel = Channel(PageRenderer())
    for command in (OpenNight(id="open", by="desk", night=night), *commands):
        now = channel.night
        channel.advance([decide(now, command, now.at + timedelta(minutes=1) if now else START)])
    return channel


def before(night: str, moment: datetime) -> Channel:
    return past.at(whole(night), moment)


@pytest.mark.parametrize(
    ("night", "slug", "sentence"),
    [
        (
            ROCHESTER,
            "rochester-and-strood",
            "Why gain? Won by Conservative at the 2010 general election of 6 May 2010: 23,604 votes, 49.2%. "
            "UK Independence Party did not stand there. "
            + RULE
            + " Mark Reckless held the seat as a Conservative from "
            "2010, left for UKIP on 27 September 2014 and resigned to stand again.",
        ),
        (
            GENERAL_2015,
            "rochester-and-strood",
            "Why hold? Won by Conservative at the 2010 general election of 6 May 2010: 23,604 votes, 49.2%. "
            + RULE
            + " UKIP won this seat in the by-election of 20 November 2014",
        ),
        (
            GENERAL_2015,
            "clacton",
            "Why gain? Won by Conservative at the 2010 general election of 6 May 2010: 22,867 votes, 53.0%. "
            "UK Independence Party did not stand there. "
            + RULE
            + " UKIP won this seat in the by-election of 9 October",
        ),
        (
            GENERAL_2017,
            "belfast-south",
            "Why gain? Won by Social Democratic & Labour Party at the 2015 general election of 7 May 2015: 9,560 "
            "votes, 24.5%. Democratic Unionist Party had 8,654 votes, 22.2%. " + RULE,
        ),
        (
            GENERAL_2010,
            "belfast-east",
            "Why gain? Won by Democratic Unionist Party at the general election of 5 May 2005, as estimated on the "
            "new boundaries of this seat (notional figures): 15,152 votes, 49.1%. Alliance has no figures "
            "of its own there. " + RULE,
        ),
        (
            GENERAL_2010,
            "north-down",
            "Why gain? Won by Ulster Unionist Party at the general election of 5 May 2005, as estimated on the "
            "new boundaries of this seat (notional figures): 16,268 votes, 50.4%. Independents are different people "
            "each time, and not compared. " + RULE,
        ),
        (
            GENERAL_2010,
            "buckingham",
            "Why gain? Won by Conservative at the general election of 5 May 2005, as estimated on the new boundaries "
            "of this seat (notional figures): 28,781 votes, 58.2%. Speaker did not stand there. " + RULE,
        ),
        (
            GENERAL_2015,
            "buckingham",
            "Why hold? Won by Speaker at the 2010 general election of 6 May 2010: 22,860 votes, 47.3%. " + RULE,
        ),
        (
            GENERAL_2010,
            "thirsk-and-malton",
            "Why hold? Won by Conservative at the general election of 5 May 2005, as estimated on the new boundaries "
            "of this seat (notional figures): 25,702 votes, 51.9%. "
            + RULE
            + " The poll here was put off to 27 May 2010.",
        ),
    ],
)
def test_it_says_whose_seat_it_was_at_which_poll_and_on_which_figures(night: str, slug: str, sentence: str) -> None:
    assert why(night, slug).startswith(sentence)


def test_the_poll_of_another_baseline_is_named_and_the_verdict_follows_it() -> None:
    counted = why(GENERAL_2015, "clacton", baseline="by-elections")
    assert counted == (
        "Why hold? Held by UK Independence Party since the Clacton by-election of 9 October 2014: 21,113 votes, 59.7%. "
        "Hold or gain is by party, against the last poll here, by-elections included; defections since do not count."
    )
    page = fragment(GENERAL_2015, "clacton", baseline="by-elections")
    assert f'href="/nights/{CLACTON}/contests/{CLACTON}"' in page
    assert section(page, "before").startswith("Clacton by-election Party Votes Share % UK Independence Party 21,113")
    elsewhere = why(GENERAL_2015, "aldershot", baseline="by-elections")
    assert elsewhere.startswith(
        "Why hold? Won by Conservative at the 2010 general election of 6 May 2010: 21,203 votes"
    )
    assert "as estimated on the new boundaries" in why(GENERAL_2019, "clacton", baseline="2005-notional")


def test_every_verdict_has_one_reason_that_its_banner_leads_to() -> None:
    for night, slug in ((GENERAL_2019, "clacton"), (ROCHESTER, "rochester-and-strood")):
        page = fragment(night, slug)
        assert page.count('id="why"') == 1
        assert '<a href="#why">Why' in page.partition('class="headline"')[0]
    banner = on_air(definition(), declare(0)).text("banner")
    assert f'<a href="/nights/night/contests/{ballot(0)}#why">Why gain?</a>' in banner


def test_a_seat_without_a_past_is_neither_held_nor_gained() -> None:
    night = definition()
    night = replace(night, contests=tuple(replace(contest, previous=None) for contest in night.contests))
    page = on_air(night, declare(0)).text("contest-seat-0")
    assert section(page, "why") == (
        "Why neither hold nor gain? The 2017 general election has no figures for this seat, so that nobody can be said "
        "to hold or to gain it."
    )
    assert "Con win" not in page and "CON WIN Seat 0" in words(page)
    assert section(page, "past") == section(page, "before") == ""
    assert section(on_air(night).text("contest-seat-0"), "why").startswith("Whose seat is it? The 2017")
    nameless = on_air(replace(night, baseline=""), declare(0)).text("contest-seat-0")
    assert "Nothing is known of an earlier poll here" in section(nameless, "why")
    assert "Votes, and share of 9 valid votes" in words(nameless)


def test_a_night_of_ones_own_names_its_baseline_and_links_nowhere() -> None:
    page = on_air(definition(), declare(0)).text("contest-seat-0")
    assert section(page, "why") == (
        "Why gain? Won by Labour at the 2017 general election: 300 votes, 75.0%. Conservative had 100 votes, 25.0%. "
        + RULE
    )
    assert '<a href="/nights' not in page.partition('id="why"')[2]


def test_whose_seat_it_is_stands_there_before_the_declaration_too() -> None:
    page = before(GENERAL_2015, datetime(2015, 5, 7, 23, tzinfo=UTC)).text("contest-clacton")
    assert section(page, "why").startswith("Whose seat is it? Won by Conservative at the 2010 general election")
    assert "Why" not in words(page).replace("Whose", "")


def test_a_corrected_and_a_withdrawn_contest_say_so_with_what_was_and_why() -> None:
    seats = (declare(0), correct(0, turn=5))
    corrected = on_air(definition(), *seats)
    page = words(corrected.text("contest-seat-0"))
    assert "Declared at 22:01 · figures revised at 22:02 · Why hold? LAB HOLD Seat 0" in page
    assert "22:01 Declared 22:02 Figures revised: Recounted. Ann Abel 5 now 4, Ben Bond 4 now 5" in page
    assert "Why hold? Won by Labour at the 2017 general election: 300 votes, 75.0%. Hold or gain" in page
    taken_back = on_air(
        definition(), *seats, Withdraw(id="back", by="desk", ballot=ballot(0), reason="A box was found.")
    )
    page = words(taken_back.text("contest-seat-0"))
    seat = "Seat 0 · Labour seat, by 200 votes (50.0%)"
    assert f"{seat} Report withdrawn, being checked 2 candidates electorate 1,000" in page
    assert "Withdrawn: A box was found." in page
    assert "Whose seat is it? Won by Labour" in page
    assert "Why" not in page.replace("Whose", "")


def test_a_contest_has_one_turnout_and_the_other_for_who_asks() -> None:
    def figures(slug: str) -> str:
        page = fragment(GENERAL_2019, slug)
        found = re.search(r'<dl class="figures">.*?</dl>', page, re.DOTALL)
        assert found
        return words(re.sub(r"</summary>.*?</details>", "", found[0], flags=re.DOTALL))

    shown = figures("witham")
    assert "Turnout, ballot papers 70.4% 49,553 of 70,402" in shown and "valid votes 70.1%" not in shown
    assert "Turnout, valid votes 70.1% 49,344 of 70,402" in words(fragment(GENERAL_2019, "witham"))
    waiting = words(on_air(definition(contests=1)).text("contest-seat-0"))
    assert waiting.count("Turnout") == 1


def test_nobody_voted_in_an_uncontested_seat_so_that_it_has_no_figures() -> None:
    uncontested = RecordNoPoll(id="no", by="desk", ballot=ballot(0), state="uncontested", reason="Nobody else stood.")
    page = words(on_air(with_one_candidate(definition()), uncontested).text("contest-seat-0"))
    assert "Ann Abel elected unopposed" in page
    assert "Why gain? Won by Labour" in page
    assert "Previous results" not in page


def polls(night: str, slug: str) -> dict[str, list[str]]:
    """The table of a seat's polls: row by row, the figures under the parties."""
    found = re.search(r'<section class="past">.*?</section>', fragment(night, slug), re.DOTALL)
    assert found
    rows = [
        [words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", found[0], re.DOTALL)
    ]
    return {head: figures for head, *figures in rows}


def test_a_seats_polls_are_those_of_the_library_with_who_won_each() -> None:
    assert polls(GENERAL_2019, "clacton") == {
        "Election": ["Con", "Lab", "LD", "UKIP"],
        "2019 majority 24,702": ["72.3 won", "15.5", "5.8", "–"],
        "2017 majority 15,828": ["61.2 won", "25.4", "2.0", "7.6"],
        "2015 majority 3,437": ["36.7", "14.4", "1.8", "44.4 won"],
        "2014 by-election majority 12,404": ["24.6", "11.2", "1.4", "59.7 won"],
        "2010 majority 12,068": ["53.0 won", "25.0", "12.9", "–"],
        "2005 estimate": ["44.5 won", "35.9", "13.5", "4.6"],
    }
    assert polls(GENERAL_2017, "belfast-south") == {
        "Election": ["DUP", "SDLP", "APNI", "SF", "UUP"],
        "2017 majority 1,996": ["30.4 won", "25.9", "18.2", "16.3", "3.5"],
        "2015 majority 906": ["22.2", "24.5 won", "17.2", "13.9", "9.1"],
        "2010 majority 5,926": ["23.7", "41.0 won", "15.0", "–", "17.3"],
        "2005 estimate": ["28.4", "32.3 won", "–", "9.0", "22.7"],
    }
    assert polls(GENERAL_2010, "buckingham") == {
        "Election": ["Spk", "Ind", "Con", "Lab", "LD"],
        "2010 majority 12,529": ["47.3 won", "21.4", "–", "–", "–"],
        "2005 estimate": ["–", "–", "58.2 won", "20.3", "18.0"],
    }


def test_each_poll_leads_to_its_contest_where_the_archive_has_one() -> None:
    page = fragment(GENERAL_2019, "clacton")
    links = re.findall(r'<th scope="row"><a href="([^"]+)">(\d{4}[^<]*)</a>', page)
    assert links == [
        (f"/nights/{GENERAL_2017}/contests/parl.clacton.2017-06-08", "2017"),
        (f"/nights/{GENERAL_2015}/contests/parl.clacton.2015-05-07", "2015"),
        (f"/nights/{CLACTON}/contests/{CLACTON}", "2014 by-election"),
        (f"/nights/{GENERAL_2010}/contests/parl.clacton.2010-05-06", "2010"),
    ]
    for night, contest in (re.findall(r"/nights/([^/]+)/contests/(.+)", address)[0] for address, _ in links):
        assert contest in {listed.ballot for listed in archive.load(night).definition.contests}


def test_the_drawing_has_the_tables_figures_and_a_mark_of_its_own_for_each_party() -> None:
    night = fold(archive.load(GENERAL_2019).events)
    for count in night.counts.values():
        found = history(night, count)
        assert found
        assert 2 <= len(found.parties) <= 5
        (zero, _), (twenty, at) = found.chart.rules[:2]
        assert at == 20
        for place, series in enumerate(found.chart.series):
            shares = [row.shares[place] for row in found.rows]
            drawn = [
                (x, zero - share * 5 * (zero - twenty))
                for x, share in zip(found.chart.columns, shares, strict=True)
                if share is not None
            ]
            assert len(drawn) == len(series.points)
            for (x, y), (column, height) in zip(series.points, drawn, strict=True):
                assert x == column
                assert abs(y - height) < 3, (count.contest.name, place)
        labels = [series.label for series in found.chart.series]
        assert all(a[0] != b[0] or abs(a[1] - b[1]) >= 12 for a in labels for b in labels if a is not b)
    page = fragment(GENERAL_2019, "clacton")
    assert [f'id="mark-{place}"' in page for place in range(5)] == [True] * 5
    assert 'role="img" aria-label="Shares of the vote here from poll to poll; the table has the same figures"' in page


def test_lines_are_broken_where_a_party_did_not_stand_and_independents_have_none() -> None:
    night = fold(archive.load(GENERAL_2019).events)
    by_slug = {count.contest.slug: count for count in night.counts.values()}
    clacton, north_down = history(night, by_slug["clacton"]), history(night, by_slug["north-down"])
    assert clacton and north_down
    ukip = clacton.chart.series[[party.short for party in clacton.parties].index("UKIP")]
    assert len(ukip.points) == 4 and ukip.path.count("L") == 2  # 2005 | 2014, 2015, 2017
    independent = north_down.chart.series[[party.short for party in north_down.parties].index("Ind")]
    assert len(independent.points) >= 3 and independent.path == ""


@pytest.mark.parametrize("slug", ["clacton", "rochester-and-strood", "aldershot"])
def test_no_poll_after_the_night_is_shown_and_its_own_once_it_is_declared(slug: str) -> None:
    for night, year in ((GENERAL_2010, 2010), (GENERAL_2015, 2015), (GENERAL_2017, 2017), (GENERAL_2019, 2019)):
        told = whole(night).night
        assert told
        declared = section(fragment(night, slug), "past")
        assert f"{year} majority" in declared
        opening = before(night, told.definition.polls_close)
        undeclared = section(opening.text(f"contest-{slug}"), "past")
        assert str(year) not in undeclared
        later = [str(later) for later in range(year + 1, 2020)]
        assert not any(text in declared + undeclared for text in later)
    first = datetime(2010, 5, 6, 22, tzinfo=UTC)
    assert section(before(GENERAL_2010, first).text(f"contest-{slug}"), "past") == ""


def test_a_night_of_today_finds_the_polls_of_its_seat_by_its_code() -> None:
    night = definition(contests=1)
    night = replace(night, date=date(2026, 5, 7), contests=(replace(night.contests[0], gss="E14000642"),))  # Clacton
    shown = section(on_air(night, declare(0)).text("contest-seat-0"), "past")
    assert [label for label in ("2026", "2019", "2017", "2015", "2014", "2010", "2005") if label in shown] == [
        "2026", "2019", "2017", "2015", "2014", "2010", "2005",
    ]  # fmt: skip
    assert polls_before("", date(2026, 5, 7)) == polls_before("E14009999", date(2026, 5, 7)) == ()


def test_a_by_election_says_what_it_makes_of_the_house() -> None:
    page = fragment(ROCHESTER, "rochester-and-strood")
    banner = words(page.partition("<table")[0])
    assert banner.endswith("UKIP’s second seat in the House as elected. The House before and after")
    assert f'<a href="/nights/{ROCHESTER}/records">' in page
    held = words(fragment("parl.eastleigh.by.2013-02-28", "eastleigh").partition("<table")[0])
    assert "LD has 57 seats in the House as elected, as before." in held
    waiting = words(before(CLACTON, datetime(2014, 10, 9, 21, tzinfo=UTC)).text("contest-clacton"))
    assert "The House before this poll, as elected: Con 305, Lab 258, LD 57, Green 1." in waiting
    assert "The House" not in words(fragment(GENERAL_2019, "clacton"))
    assert "The House" not in words(on_air(definition(contests=1), declare(0)).text("contest-seat-0"))


def neighbours(contest: Contest, night: Definition) -> list[Contest]:
    seats = {contest.gss: contest for contest in night.contests}
    return [seats[gss] for gss in layout_of(night).neighbours(contest.gss)]


def test_the_neighbours_of_a_seat_are_on_its_page_with_what_became_of_them() -> None:
    night = archive.load(GENERAL_2019).definition
    (seat,) = (place for place in night.contests if place.slug == "aldershot")
    page = fragment(GENERAL_2019, "aldershot", "near")
    items = [words(item) for item in re.findall(r"<li.*?</li>", page, re.DOTALL)]
    counts = fold(archive.load(GENERAL_2019).events).counts
    for item, neighbour in zip(items, neighbours(seat, night), strict=True):
        result = counts[neighbour.ballot].result
        assert result
        short = {party.id: party for party in night.parties}
        assert item == f"{neighbour.name} {result.verdict.text(short)} majority {result.majority:,}"
    drawn = re.findall(r'<a href="/nights/parl.2019-12-12/contests/([^"]+)" tabindex="-1"', page)
    assert drawn == [neighbour.ballot for neighbour in neighbours(seat, night)]
    assert page.count("<a ") == 1 + 2 * len(items), "the seat itself leads nowhere"


def test_seats_without_a_neighbour_and_nights_without_a_map_have_no_such_part() -> None:
    marks = set(whole(GENERAL_2019).fragments)
    alone = {seat.slug for seat in archive.load(GENERAL_2019).definition.contests if f"near-{seat.slug}" not in marks}
    assert alone == {"isle-of-wight", "na-h-eileanan-an-iar", "orkney-and-shetland", "ynys-mon"}
    for channel in (whole(ROCHESTER), on_air(definition(), declare(0))):
        assert not any(fragment.startswith("near-") for fragment in channel.fragments)


def test_what_happens_in_a_seat_changes_its_neighbours_pages_and_no_others() -> None:
    night = replace(archive.load(GENERAL_2019).definition, id="night")
    (seat,) = (place for place in night.contests if place.slug == "clacton")
    expect = ExpectDeclaration(id="expect", by="desk", ballot=seat.ballot, expected=START + timedelta(hours=4))
    count = ReachStage(id="stage", by="desk", ballot=seat.ballot, stage="counting")
    channel = on_air(night)
    for command, words_of in ((expect, "Clacton awaiting · expected 02:00"), (count, "Clacton counting")):
        assert channel.night
        channel.advance([decide(channel.night, command, START)])
        near = {name for name, seq in channel.fragments.items() if name.startswith("near-") and seq == channel.seq}
        assert near == {f"near-{neighbour.slug}" for neighbour in (seat, *neighbours(seat, night))}
        assert words_of in words(channel.text("near-maldon"))
    maldon = next(place.ballot for place in night.contests if place.slug == "maldon")
    missed = channel.missed(maldon, channel.seq - 1)
    assert missed and b'hx-target="#near-maldon"' in missed.payload
    assert b"contest-clacton" not in missed.payload
    elsewhere = next(place.ballot for place in night.contests if place.slug == "aldershot")
    assert channel.missed(elsewhere, channel.seq - 1) is None
    for topic in ("night", elsewhere):
        message = channel.missed(topic, 0)
        assert message and (b"near-" in message.payload) == (topic == elsewhere)


@pytest.mark.parametrize("code", CODES)
def test_every_contest_page_can_be_said_in_every_language(code: str) -> None:
    for summary in archive.listed():
        channel = whole(summary.id)
        for key in [choice.key for choice in baselines(archive.load(summary.id).definition)]:
            edition = channel.in_edition(code, key)
            assert edition.night
            contests = edition.night.definition.contests
            for contest in contests[:: max(1, len(contests) // 8)]:
                page = edition.text(f"contest-{contest.slug}")
                assert page.count('id="why"') == 1
                assert "%(" not in page
    opening = past.at(whole(GENERAL_2019).in_edition(code, ""), START)
    assert "%(" not in opening.text("contest-clacton") + opening.text("near-clacton")


@pytest.fixture
def every_state() -> Sequence[Channel]:
    """A contest in each state that it can be in."""
    no_poll = RecordNoPoll(id="no", by="desk", ballot=ballot(0), state="postponed", reason="Snow.")
    stages = [ReachStage(id=stage, by="desk", ballot=ballot(0), stage=stage) for stage in ("boxes in", "counting")]
    recounts = [ReachStage(id=f"recount {turn}", by="desk", ballot=ballot(0), stage="recount") for turn in (1, 2)]
    return [
        on_air(definition()),
        on_air(definition(), stages[0]),
        on_air(definition(), *stages),
        on_air(definition(), *stages, recounts[0]),
        on_air(definition(), *stages, *recounts),
        on_air(definition(), no_poll),
        on_air(definition(), declare(0)),
        on_air(definition(), declare(0), correct(0, turn=5)),
        on_air(definition(), declare(0), Withdraw(id="back", by="desk", ballot=ballot(0), reason="A flood.")),
    ]


@pytest.mark.parametrize("code", CODES)
def test_every_state_of_a_contest_can_be_said_in_every_language(code: str, every_state: Sequence[Channel]) -> None:
    said = [words(channel.in_edition(code, "").text("contest-seat-0")) for channel in every_state]
    assert len(set(said)) == len(every_state)


async def test_a_contests_page_and_notice_answer_in_the_readers_language(redis: Embedded, tmp_path: Path) -> None:
    address = f"/nights/{GENERAL_2019}/contests/parl.clacton.2019-12-12"
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        page = (await answered(client, address)).text
        assert page.index('class="contest"') < page.index('class="near"')
        assert "Hexagon layout by Open Innovations" in page
        for code in CODES:
            for path in (address, f"{address}/notice", f"/nights/{ROCHESTER}"):
                told = await client.get(f"{path}?lang={code}")
                assert told.status_code == 200
                assert f'<html lang="{"en-GB" if code == "en" else code}">' in told.text
                assert "Content-Language" in told.headers
