"""A night in a reader of news, in a calendar and in other people's pages, each as a real reader sees it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

import feedparser  # pyright: ignore[reportMissingTypeStubs]
import icalendar
import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from server.election.commands import (
    AmendBallotPaper,
    CorrectNote,
    ExpectDeclaration,
    OpenNight,
    PostNote,
    RecordNoPoll,
    Withdraw,
    WithdrawNote,
)
from server.election.deciding.decide import decide
from server.pages.render import PageRenderer
from tests.feeds.site import GENERAL, ROCHESTER, CountedChannel, Site, carry_out
from tests.nights_by_hand import START, ballot, correct, declare, definition, with_one_candidate

FEED = f"/api/nights/{GENERAL}/feed.atom"


def read(client: TestClient, address: str) -> Any:
    """A feed as a reader has it."""
    found = cast(Any, feedparser).parse(client.get(address).content)
    assert not found.bozo, found
    return found


def opened(site: Site) -> CountedChannel:
    """A night of three seats on air."""
    return site.put_on_air(decide(None, OpenNight(id="open", by="desk", night=definition("night")), START))


def titles(feed: Any) -> list[str]:
    return [entry.title for entry in feed.entries]


def test_a_correction_and_a_withdrawal_replace_the_entry_that_a_reader_has(site: Site, client: TestClient) -> None:
    channel, address = opened(site), "/api/nights/night/feed.atom"
    for command in (declare(0), declare(1)):
        carry_out(channel, command)
    first = read(client, address)
    known = {entry.id: entry for entry in first.entries}
    assert len(known) == 2 and all(entry.published == entry.updated for entry in first.entries)
    carry_out(channel, correct(0, 7))
    second = read(client, address)
    newest = second.entries[0]
    assert {entry.id for entry in second.entries} == known.keys() and newest.id.endswith(f"/contests/{ballot(0)}")
    assert newest.updated > known[newest.id].updated and newest.published == known[newest.id].published
    assert newest.title.startswith("Figures revised at ") and "Recounted." in newest.content[0].value
    carry_out(channel, Withdraw(id="w", by="desk", ballot=ballot(0), reason="The wrong sheet."))
    third = read(client, address)
    assert third.entries[0].id == newest.id and third.entries[0].updated > newest.updated
    assert third.entries[0].title == "Seat 0: Report withdrawn, being checked"
    assert "The wrong sheet." in third.entries[0].content[0].value and third.feed.updated == third.entries[0].updated
    assert "elected" not in third.entries[0].content[0].value


def test_a_note_that_is_corrected_or_withdrawn_replaces_its_entry(site: Site, client: TestClient) -> None:
    channel, address = opened(site), "/api/nights/night/feed.atom?only=notes"
    carry_out(channel, PostNote(id="n", by="desk", text="Snow."))
    (posted,) = read(client, address).entries
    carry_out(channel, CorrectNote(id="c", by="desk", note="n", text="Rain.", reason="Misheard."))
    (mended,) = read(client, address).entries
    carry_out(channel, WithdrawNote(id="w", by="desk", note="n", reason="None of it."))
    (gone,) = read(client, address).entries
    assert [posted.title, mended.title, gone.title] == ["Snow.", "Rain.", "Note withdrawn"]
    assert len({posted.id, mended.id, gone.id}) == 1 and posted.updated < mended.updated < gone.updated
    assert "Rain." not in str(gone)


def test_pages_of_a_feed_have_every_declaration_once(client: TestClient) -> None:
    address, seen = f"{FEED}?only=declarations", list[str]()
    while address:
        page = read(client, address)
        assert len(page.entries) <= 50
        seen += [entry.id for entry in page.entries]
        links = {link.rel: link.href for link in page.feed.links}
        assert links["first"].endswith("feed.atom?only=declarations&lang=en")
        address = links.get("next", "").partition("8000")[2]
    assert len(seen) == len(set(seen)) == 650


@pytest.mark.parametrize(
    ("query", "number"),
    [("only=gains", 81), ("party=PP102", 49), ("contest=parl.aldershot.2019-12-12", 1), ("only=gains&party=PP102", 15)],
)
def test_a_feed_can_be_of_gains_of_a_party_or_of_one_contest(client: TestClient, query: str, number: int) -> None:
    found, address = list[str](), f"{FEED}?{query}"
    while address:
        page = read(client, address)
        found += titles(page)
        address = {link.rel: link.href for link in page.feed.links}.get("next", "").partition("8000")[2]
    assert len(found) == number
    assert "gains" not in query or all(" GAIN " in title for title in found)


def test_a_gain_that_becomes_a_hold_is_replaced_in_the_feed_of_gains(site: Site, client: TestClient) -> None:
    channel, address = opened(site), "/api/nights/night/feed.atom?only=gains"
    carry_out(channel, declare(0, con=4, lab=5))
    carry_out(channel, declare(1, con=5, lab=4))
    gained = read(client, address)
    assert len(gained.entries) == 1
    seat = 0 if gained.entries[0].id.endswith(ballot(0)) else 1
    carry_out(channel, correct(seat, 1 if seat == 0 else 8))
    (replaced,) = read(client, address).entries
    assert replaced.id == gained.entries[0].id and " HOLD " in replaced.title


def test_a_gain_without_a_poll_is_replaced_when_the_poll_is_taken_after_all(site: Site, client: TestClient) -> None:
    night = with_one_candidate(definition("night"))
    channel = site.put_on_air(decide(None, OpenNight(id="open", by="desk", night=night), START))
    off = RecordNoPoll(id="n", by="desk", ballot=ballot(0), state="uncontested", reason="Nobody else stood.")
    carry_out(channel, off)
    addresses = [f"/api/nights/night/feed.atom?{chosen}" for chosen in ("only=gains", "party=PP53")]
    (gained,) = {entry.id for address in addresses for entry in read(client, address).entries}
    carry_out(channel, Withdraw(id="w", by="desk", ballot=ballot(0), reason="A paper came in time."))
    for address in addresses:
        (replaced,) = read(client, address).entries
        assert replaced.id == gained and "Waiting for the count" in replaced.title, address


def test_a_gain_that_is_a_hold_by_an_amended_paper_is_replaced_in_the_feed_of_gains(
    site: Site, client: TestClient
) -> None:
    channel, address = opened(site), "/api/nights/night/feed.atom?only=gains"
    carry_out(channel, declare(0, con=4, lab=5))
    carry_out(channel, declare(1, con=5, lab=4))
    (gained,) = read(client, address).entries
    contest = next(one for one in definition("night").contests if gained.id.endswith(one.ballot))
    assert contest.previous is not None
    won = "PP53" if contest.previous.holder == "PP52" else "PP52"
    held = replace(contest, previous=replace(contest.previous, holder=won))
    carry_out(channel, AmendBallotPaper(id="a", by="desk", ballot=contest.ballot, contest=held, reason="A defection."))
    (replaced,) = read(client, address).entries
    assert (replaced.id, replaced.published) == (gained.id, gained.published) and replaced.updated > gained.updated
    assert " HOLD " in replaced.title and "A defection." in replaced.content[0].value


@pytest.mark.parametrize(("more", "mark"), [({"rehearsal": 1}, "Test: "), ({"replay_of": "parl.1"}, "Replay: ")])
def test_what_is_no_count_says_so_wherever_it_is_read_without_its_page(more: dict[str, Any], mark: str) -> None:
    site = Site()
    night = replace(definition("night"), **more)
    channel = site.put_on_air(decide(None, OpenNight(id="open", by="desk", night=night), START))
    carry_out(channel, declare(0))
    carry_out(channel, ExpectDeclaration(id="e", by="desk", ballot=ballot(1), expected=START + timedelta(hours=2)))
    with site.client() as client:
        here = "/api/nights/night"
        feed = read(client, f"{here}/feed.atom")
        assert feed.feed.title.startswith(mark) and all(title.startswith(mark) for title in titles(feed))
        assert client.get(f"{here}/chart.json").json()["title"].startswith(mark)
        assert f"SUMMARY:{mark}Seat 1" in client.get(f"{here}/expected.ics").text
        page = "http://127.0.0.1:8000/nights/night"
        assert client.get("/api/oembed", params={"url": page}).json()["title"].startswith(mark)
        rows = client.get(f"{here}/tables/contests.csv").text.splitlines()
        assert rows[0].endswith(",rehearsal,replay_of")
        told = f",{str('rehearsal' in more).lower()},{more.get('replay_of', '')}"
        assert all(row.endswith(told) for row in rows[1:])


def test_a_feed_speaks_the_language_asked_for_and_ids_do_not() -> None:
    with Site(renderer=PageRenderer()).client() as client:
        address = f"/api/nights/{ROCHESTER}/feed.atom"
        english, german = read(client, address), read(client, f"{address}?lang=de")
    assert [entry.id for entry in german.entries] == [entry.id for entry in english.entries]
    assert "UKIP GEWINNT Rochester and Strood von den Konservativen" in titles(german)
    assert "UKIP GAIN Rochester and Strood from Conservative" in titles(english)


@pytest.mark.parametrize(
    ("query", "status"), [("only=losses", 400), ("before=x", 400), ("party=PP1", 404), ("contest=x", 404)]
)
def test_a_feed_of_what_is_not_there_is_refused(client: TestClient, query: str, status: int) -> None:
    assert client.get(f"{FEED}?{query}").status_code == status


def events(client: TestClient) -> Sequence[Any]:
    """The events of the night's calendar, as a library reads them."""
    answer = client.get("/api/nights/night/expected.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    return cast(Any, icalendar.Calendar.from_ical(answer.content)).walk("VEVENT")


def test_a_calendar_moves_with_what_is_expected(site: Site, client: TestClient) -> None:
    channel = opened(site)
    assert events(client) == []
    carry_out(channel, ExpectDeclaration(id="e", by="desk", ballot=ballot(0), expected=START + timedelta(hours=3)))
    (expected,) = events(client)
    assert expected.start == START + timedelta(hours=3) and str(expected["STATUS"]) == "TENTATIVE"
    carry_out(channel, ExpectDeclaration(id="f", by="desk", ballot=ballot(0), expected=START + timedelta(hours=4)))
    (moved,) = events(client)
    assert moved.start == START + timedelta(hours=4) and moved["UID"] == expected["UID"]
    assert moved["SEQUENCE"] > expected["SEQUENCE"]
    carry_out(channel, declare(0))
    (declared,) = events(client)
    assert str(declared["STATUS"]) == "CONFIRMED" and "elected" in str(declared["DESCRIPTION"])
    assert declared["SEQUENCE"] > moved["SEQUENCE"]
    carry_out(channel, Withdraw(id="w", by="desk", ballot=ballot(0), reason="Another sheet was read."))
    (withdrawn,) = events(client)
    assert str(withdrawn["STATUS"]) == "CANCELLED" and withdrawn["SEQUENCE"] > declared["SEQUENCE"]
    assert withdrawn.start == moved.start, "no time is expected: it is the event at the last one that is no more"
    carry_out(channel, ExpectDeclaration(id="i", by="desk", ballot=ballot(0), expected=START + timedelta(hours=5)))
    renamed = replace(definition("night").contests[0], name="Gŵyr, Llŷn; y Môn\\" * 4)
    carry_out(channel, AmendBallotPaper(id="a", by="desk", ballot=ballot(0), contest=renamed, reason="Misspelt."))
    (again,) = events(client)
    assert str(again["STATUS"]) == "TENTATIVE" and again.start == START + timedelta(hours=5)
    assert str(again["SUMMARY"]) == renamed.name and channel.night and again["SEQUENCE"] == channel.night.seq
    assert str(again["DTSTART"].to_ical(), "ascii").endswith("Z"), "UTC, which needs no VTIMEZONE"
    carry_out(
        channel, RecordNoPoll(id="n", by="desk", ballot=ballot(0), state="countermanded", reason="A candidate died.")
    )
    (called_off,) = events(client)
    assert str(called_off["STATUS"]) == "CANCELLED" and called_off["SEQUENCE"] > again["SEQUENCE"]
    carry_out(channel, ExpectDeclaration(id="g", by="desk", ballot=ballot(1), expected=START + timedelta(hours=4)))
    carry_out(channel, ExpectDeclaration(id="h", by="desk", ballot=ballot(1), expected=None))
    assert str(events(client)[1]["STATUS"]) == "CANCELLED"


def test_the_address_of_a_contest_becomes_its_frame(client: TestClient) -> None:
    page = f"http://127.0.0.1:8000/nights/{ROCHESTER}/contests/{ROCHESTER}"
    told = client.get("/api/oembed", params={"url": f"{page}?lang=cy&x=1", "maxwidth": "400"}).json()
    assert (told["version"], told["type"], told["width"]) == ("1.0", "rich", 400)
    assert f'src="{page}/embed?lang=cy"' in told["html"]
    assert "embed?lang=cy" in client.get("/api/oembed", params={"url": f"{page}?lang=cy#score"}).json()["html"]
    assert client.get("/api/oembed", params={"url": f"{page}?at=garbage"}).status_code == 400
    night = client.get("/api/oembed", params={"url": f"http://127.0.0.1:8000/nights/{GENERAL}"}).json()
    assert "/embed/score" in night["html"] and night["title"] == "2019 general election"
    for url in (
        "",
        GENERAL,
        "http://elsewhere.example/nights/x",
        f"http://127.0.0.1:8000/nights/{GENERAL}/records",
        "http://[",
    ):
        assert client.get("/api/oembed", params={"url": url}).status_code == 404
    assert client.get("/api/oembed", params={"url": page, "format": "xml"}).status_code == 501
