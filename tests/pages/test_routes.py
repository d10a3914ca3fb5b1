"""The pages over HTTP: what is cached and for how long, what is refused, and that names are only text."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from msgspec.structs import replace

from server.election.commands import OpenNight, Withdraw
from server.election.contests import Candidate
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.nights_by_hand import START, ballot, correct, declare, definition
from tests.running import answered, serving

ROCHESTER = "parl.rochester-and-strood.by.2014-11-20"


def withdraw(seat: int) -> Withdraw:
    return Withdraw(id=f"withdraw-{seat}", by="desk", ballot=ballot(seat), reason="The wrong sheet was read.")


@pytest.fixture
async def client(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    night = definition("night")
    hostile = Candidate("1", "<script>alert('Abel')</script>", "PP52")
    first = replace(night.contests[0], candidates=(hostile, night.contests[0].candidates[1]))
    night = replace(night, contests=(first, *night.contests[1:]))
    await Submitter(stream).submit("night", OpenNight(id="open", by="desk", night=night), START)
    await stream.announce("night")
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        await answered(client, "/readyz")
        yield client


async def test_a_page_is_not_sent_again_until_something_happened(
    client: httpx2.AsyncClient, stream: EventStream
) -> None:
    first = await client.get("/nights/night")
    known = {"If-None-Match": first.headers["etag"]}
    assert (await client.get("/nights/night", headers=known)).status_code == 304
    await Submitter(stream).submit("night", declare(0), START)
    await answered(client, "/nights/night", "Con gain from Lab")
    assert (await client.get("/nights/night", headers=known)).status_code == 200


async def test_every_page_that_follows_a_night_has_a_push_and_without_scripts_a_reload(
    client: httpx2.AsyncClient,
) -> None:
    views = ("", "/contests", "/areas", "/swing", "/battlegrounds", "/records", "/newsroom", "/wall", "/embed/score")
    for page in ("/", *(f"/nights/night{view}" for view in (*views, f"/contests/{ballot(0)}"))):
        reload = '<a href="">Reload for more</a></noscript>'
        news = "" if page == "/" else "News up to 22:00. "
        text = (await client.get(page)).text
        assert f"<noscript>{news}{reload}" in text, page
        (push,) = re.findall(r'hx-ws:connect="([^"]+)"', text)
        assert (await client.get(push.replace("&amp;", "&"))).status_code == 204, page


async def test_static_files_have_names_that_never_change_their_content(client: httpx2.AsyncClient) -> None:
    page = (await client.get("/nights/night")).text
    addresses = re.findall(r'/static/[^"]+', page)
    assert len(addresses) >= 5
    for address in addresses:
        answer = await client.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    for wrong in ("/static/000/declared.css", "/static/000/none.css", "/static/000/../../pyproject.toml"):
        assert "immutable" not in (await client.get(wrong)).headers.get("cache-control", "")


async def test_a_name_is_text_and_never_markup(client: httpx2.AsyncClient, stream: EventStream) -> None:
    await Submitter(stream).submit("night", declare(0), START)
    for path in ("/nights/night", f"/nights/night/contests/{ballot(0)}", "/nights/night/live?after=0"):
        page = await answered(client, path, "&lt;script&gt;alert")
        assert "<script>alert" not in page.text


async def test_what_is_not_there_or_not_a_time_is_said_in_a_sentence(client: httpx2.AsyncClient) -> None:
    for path, status, sentence in (
        ("/nights/none", 404, "There is no such night"),
        ("/nights/night/contests/none", 404, "none is not a contest of this night"),
        (f"/nights/{ROCHESTER}?at=yesterday", 400, "is not a time like"),
        ("/nowhere", 404, "There is nothing at this address"),
        ("/nights/%3Cscript%3E", 404, "There is no such night"),
    ):
        answer = await client.get(path)
        assert (answer.status_code, sentence in answer.text) == (status, True), path
        assert "Traceback" not in answer.text


async def test_what_is_refused_is_said_in_the_readers_language_with_a_way_back(client: httpx2.AsyncClient) -> None:
    for path, title, sentence, back in (
        ("/nowhere", "Nicht gefunden", "Unter dieser Adresse gibt es nichts.", 'href="/"'),
        ("/nights/night/contests/none", "Nicht gefunden", "none ist kein Wahlkreis", 'href="/nights/night"'),
        ("/nights/night/areas?at=x", "Fehlerhafte Anfrage", "ist keine Zeit wie", 'href="/nights/night"'),
        ("/nights/night?baseline=1832", "Nicht gefunden", "nicht mit &#39;1832&#39; vergleichen", 'href="/"'),
    ):
        answer = await client.get(path, headers={"Accept-Language": "de"})
        assert [text for text in ('lang="de"', f"<h1>{title}</h1>", sentence, back) if text not in answer.text] == [], (
            path
        )
        assert answer.headers["vary"] == "Accept-Encoding, Accept-Language, Cookie"


async def test_a_past_night_is_shown_as_it_stood_at_a_moment(client: httpx2.AsyncClient) -> None:
    before = (await client.get(f"/nights/{ROCHESTER}?at=2014-11-21T04:00")).text
    after = (await client.get(f"/nights/{ROCHESTER}?at=2014-11-21T04:15")).text
    assert "UKIP GAIN" not in before
    assert "Counting" in before
    assert "UKIP GAIN" in after
    assert (await client.get(f"/nights/{ROCHESTER}?at=1999-01-01T00:00")).status_code == 200


async def test_a_past_moment_is_kept_by_every_link_of_the_night(client: httpx2.AsyncClient) -> None:
    night, seat = "/nights/parl.2019-12-12", "/contests/parl.ynys-mon.2019-12-12"
    for page in ("", "/contests", "/areas", "/swing", "/battlegrounds", "/records", seat):
        text = (await client.get(f"{night}{page}?at=2019-12-13T02:00&baseline=2015")).text
        links = re.findall(rf'href="({night}[^"]*)"', text)
        assert len(links) > 5
        assert [link for link in links if "at=2019-12-13" not in link or "baseline=2015" not in link] == [], page
    notice = f"{night}{seat}/notice"
    assert "Virginia Crosbie" in (await client.get(f"{notice}?at=2019-12-13T03:00")).text
    assert "10,818" not in (await client.get(f"{notice}?at=2019-12-13T02:00")).text


async def test_moments_between_two_events_are_one_page_and_no_moment_is_a_fault_of_ours(
    client: httpx2.AsyncClient,
) -> None:
    pages = [await client.get(f"/nights/{ROCHESTER}?at=2014-11-21T03:{minute}") for minute in ("10", "50")]
    assert pages[0].text == pages[1].text
    assert pages[0].headers["etag"] == pages[1].headers["etag"]
    for moment in ("0001-01-01T00:00%2B14:00", "9999-12-31T23:59-14:00"):
        answer = await client.get(f"/nights/{ROCHESTER}?at={moment}")
        assert (answer.status_code, "is not a time like" in answer.text) == (400, True)


async def test_a_moment_is_told_as_it_was_known_then_or_as_it_is_known_now(
    client: httpx2.AsyncClient, stream: EventStream
) -> None:
    minute = timedelta(minutes=1)
    submitter = Submitter(stream)
    for after, command in enumerate((declare(0, con=5, lab=4), declare(1), correct(0, 1), withdraw(1)), 1):
        await submitter.submit("night", command, START + after * minute)
    await answered(client, "/nights/night", "The wrong sheet was read.")
    for path in ("", f"/contests/{ballot(0)}", "/areas", "/contests"):
        address = f"/nights/night{path}?at={(START + 2 * minute).isoformat().replace('+', '%2B')}"
        then, now = [(await client.get(address + known)).text for known in ("", "&known=now")]
        assert "As it was known then: figures" in then, path
        assert "As it is known now: figures" in now, path
        assert re.search(r'href="\?at=[^"]*known=now">As it is known now', then)
        assert re.search(r'href="\?at=[^"]*(?<!known=now)">As it was known then', now)
        links = [link for link in re.findall(r'href="(/nights/night[^"]*)"', now) if "/record" not in link]
        assert links and all("at=" in link and "known=now" in link for link in links), links
        assert "Record: event" in then and "Record: event" not in now
    night = "/nights/night?at=2019-12-12T22:02"
    then, now = [(await client.get(night + known)).text for known in ("", "&known=now")]
    assert "<b>2</b> of 3 declared" in then and "<b>1</b> of 3 declared" in now
    assert "known then" not in (await client.get("/nights/night")).text, "on air there is only now"


async def test_every_page_forbids_scripts_from_elsewhere(client: httpx2.AsyncClient) -> None:
    for path in ("/", "/nights/night", "/api/nights", "/nowhere"):
        assert "default-src 'self'" in (await client.get(path)).headers["content-security-policy"]
