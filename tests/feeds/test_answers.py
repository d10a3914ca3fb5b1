"""How feeds are answered: sent again only when new, gzipped, readable from any site, problems in words."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from server.nights import archive
from tests.feeds.site import GENERAL, ROCHESTER, Site


@pytest.mark.parametrize("path", ["", f"/contests/{ROCHESTER}", "/events"])
def test_nothing_is_sent_again_until_something_is_new(site: Site, client: TestClient, path: str) -> None:
    channel = site.replay(ROCHESTER, until=4)
    address = f"/api/nights/{ROCHESTER}.replay{path}"
    first = client.get(address)
    assert first.headers["etag"] == '"4"'
    again = client.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(address, headers={"If-None-Match": "*"}).status_code == 304, "whatever there is (RFC 9110)"
    channel.advance(archive.load(ROCHESTER).events[4:5])
    newer = client.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (newer.status_code, newer.headers["etag"]) == (200, '"5"')
    assert newer.content != first.content


def test_list_is_not_sent_again_until_any_night_changes(site: Site, client: TestClient) -> None:
    channel = site.replay(ROCHESTER, until=4)
    seen = {"If-None-Match": client.get("/api/nights").headers["etag"]}
    assert client.get("/api/nights", headers=seen).status_code == 304
    channel.advance(archive.load(ROCHESTER).events[4:5])
    assert client.get("/api/nights", headers=seen).status_code == 200


def test_body_is_made_once_a_seq_and_gzipped_for_those_who_take_it(site: Site, client: TestClient) -> None:
    channel = site.replay(GENERAL)
    address = f"/api/nights/{GENERAL}.replay"
    zipped = client.get(address, headers={"Accept-Encoding": "gzip"})
    plain = client.get(address, headers={"Accept-Encoding": "identity"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert int(zipped.headers["content-length"]) * 3 < int(plain.headers["content-length"])
    assert zipped.json() == plain.json()
    kept: Any = channel.cached("feeds: night", lambda: None)
    assert kept.plain == plain.content


def test_scripts_of_any_site_may_read(client: TestClient) -> None:
    for address in ("/api/nights", f"/api/nights/{ROCHESTER}", f"/api/nights/{ROCHESTER}/events"):
        assert client.get(address).headers["access-control-allow-origin"] == "*"
        before = {"Origin": "https://news.example", "Access-Control-Request-Headers": "if-none-match"}
        asked = client.options(address, headers=before | {"Access-Control-Request-Method": "GET"})
        assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, "*")
        assert "If-None-Match" in asked.headers["access-control-allow-headers"]
        assert client.options(address, headers=before | {"Access-Control-Request-Method": "POST"}).status_code == 405
    missing = client.get("/api/nights/nowhere/tables/contests.csv")
    assert (missing.status_code, missing.headers["access-control-allow-origin"]) == (404, "*")
    assert "Retry-After" in missing.headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/api/nights/nowhere", "There is no such night, on air or past."),
        ("/api/nights/nowhere/events", "There is no such night, on air or past."),
        ("/api/nights/nowhere/contests/there", "There is no such night, on air or past."),
        (f"/api/nights/{ROCHESTER}/contests/there", "there is not a contest of this night."),
    ],
)
def test_what_is_not_there_is_a_problem_with_a_sentence(client: TestClient, address: str, sentence: str) -> None:
    response = client.get(address)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": sentence,
    }
    assert response.status_code == 404
