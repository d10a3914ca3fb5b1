"""Several nights as one on the pages: the state of the parties, days beside hours, and where all is found."""

import re
from pathlib import Path

import httpx2
import pytest
from msgspec.structs import replace

from server.election.events import Corrected
from server.live.channel import Channel
from server.nights import archive
from server.pages.render import PageRenderer
from server.stream.embedded import Embedded
from tests.running import answered, serving

SEASON = "parl.by.2010-2015"
CORBY = "parl.by.2012-11-15"
CONTEST = "parl.corby.by.2012-11-15"


def season(until: int | None = None) -> Channel:
    channel = Channel(PageRenderer(), on_air=until is not None)
    channel.advance(archive.load(SEASON).events[:until])
    return channel


def table(html: str) -> dict[str, tuple[str, ...]]:
    """The state of the parties as somebody reads it: party → at the election, now, change."""
    rows = re.findall(r"<tr[^>]*><th scope=\"row\">.*?</i>(.*?)</th>(.*?)</tr>", html)
    return {party: tuple(re.findall(r">([−+\d]+)<", cells)) for party, cells in rows}


def test_each_by_election_moves_the_table_as_it_comes() -> None:
    channel = season(1)
    before = table(channel.text("parties"))
    assert before["Conservative"] == ("306", "306", "0") and "UK Independence Party" not in before
    for event in archive.load(SEASON).events[1:]:
        channel.advance([event])
    assert channel.text("parties") == season().text("parties"), "who watched sees what somebody who comes now sees"
    assert "parties" in channel.fragments
    after = table(channel.text("parties"))
    assert (after["Conservative"], after["UK Independence Party"]) == (("306", "303", "−3"), ("0", "2", "+2"))
    assert (after["Labour"], after["Respect Party"]) == (("258", "258", "0"), ("0", "1", "+1"))
    assert "Who changed party without a by-election" in channel.text("parties")


def test_a_correction_takes_back_what_a_by_election_moved() -> None:
    channel = season()
    night = channel.night
    assert night
    count = night.counts[CONTEST]
    first, *others = sorted(count.contest.candidates, key=lambda candidate: candidate.party != "PP52")
    assert first.party == "PP52", "the Conservatives held Corby"
    votes = {first.id: 20_000, **dict.fromkeys((candidate.id for candidate in others), 1)}
    corrected = Corrected(
        seq=night.seq + 1,
        at=night.at,
        by="desk",
        command_id="x",
        ballot=CONTEST,
        votes=votes,
        rejected=None,
        lot=None,
        reason="For this test.",
        slip=False,
    )
    channel.advance([corrected])
    found = table(channel.text("parties"))
    assert (found["Conservative"][1], found["Labour"][1]) == ("304", "257")


def test_what_is_won_at_by_elections_is_not_called_a_house() -> None:
    score = season().text("score")
    assert "Won at these by-elections" in score and ">Seats<" not in score and "majority" not in score


def test_times_over_several_days_say_their_day_and_those_of_one_night_do_not() -> None:
    channel = season()
    assert "02:00, 16 November 2012" in channel.text("contest-corby")
    assert "02:00, 14 January 2011" in channel.text("seat-oldham-east-and-saddleworth"), "also on the first night"
    assert "04:25, 21 November 2014" in channel.text("status")
    assert ">15 November 2012<" in channel.text("row-corby")
    date = Channel(PageRenderer(), on_air=False)
    date.advance(archive.load(CORBY).events)
    pieces = [date.text(fragment) for fragment in ("contest-corby", "seat-corby", "status", "banner", "row-corby")]
    assert not any(re.search(r"\d\d:\d\d, ", piece) for piece in pieces)


def test_a_seat_declared_weeks_after_its_general_election_says_the_day() -> None:
    channel = Channel(PageRenderer(), on_air=False)
    channel.advance(archive.load("parl.2010-05-06").events)
    assert "00:00, 28 May<" in channel.text("contest-thirsk-and-malton")
    assert ">04:13<" in channel.text("contest-corby")


@pytest.mark.parametrize(("code", "day"), [("de", "15. November 2012"), ("cy", "15 Tachwedd 2012")])
def test_a_title_has_its_day_in_the_readers_language(code: str, day: str) -> None:
    renderer = PageRenderer().another(code, "")
    assert day in renderer.language.title("By-elections of 15 November 2012")
    assert renderer.language.title("By-elections of nobody") == "By-elections of nobody"


async def test_all_their_pages_answer_and_are_found(redis: Embedded, tmp_path: Path) -> None:
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        front = (await answered(client, "/")).text
        listed = (await client.get("/api/nights")).json()["nights"]
        for group in archive.groups():
            night = group.summary.id
            assert front.count(f'"/nights/{night}"') == 1
            assert [one["state"] for one in listed if one["night"] == night] == ["past"]
        for one in archive.listed():
            assert front.count(f'"/nights/{one.id}"') == 1, "each night once"
        seasons = re.findall(r"<details( open)?><summary><h2>By-elections of the Parliament (.*?)</h2>", front)
        assert seasons == [
            (" open", "2024–"),
            *(("", years) for years in ("2019–2024", "2017–2019", "2015–2017", "2010–2015")),
        ]
        places = ("", "/contests", "/areas", "/swing", "/battlegrounds", "/records", f"/contests/{CONTEST}")
        addresses = [f"/nights/{night}{place}" for night in (SEASON, CORBY) for place in places]
        addresses += [f"{address}?baseline=2005-notional&at=2012-11-16T03:00" for address in addresses]
        addresses += [f"/nights/{SEASON}/contests/{CONTEST}/notice", f"/nights/{SEASON}/picture.png"]
        for address in (*addresses, f"/api/nights/{SEASON}", f"/nights/{SEASON}?at=2011-01-01"):
            answer = await client.get(address)
            assert answer.status_code == 200, address
            for offered in re.findall(r'<li><a href="(\?baseline=[^"]*)">Compare', answer.text):
                assert (await client.get(address.partition("?")[0] + offered)).status_code == 200
        contest = (await client.get(f"/nights/{SEASON}/contests/{CONTEST}")).text
        assert ">2012<tspan" in contest, "its poll is of its own year, not of the season's first"
        assert "15 November 2012" in (await client.get(f"/nights/{SEASON}/contests/{CONTEST}/notice")).text


def test_a_night_that_is_not_of_by_elections_only_has_no_house() -> None:
    (opened, *_) = archive.load(CORBY).events
    mixed = replace(archive.load(CORBY).definition, contests=archive.load("parl.2015-05-07").definition.contests[:2])
    channel = Channel(PageRenderer())
    channel.advance([replace(opened, night=mixed)])
    assert "parties" not in channel.fragments
