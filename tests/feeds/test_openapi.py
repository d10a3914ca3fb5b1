"""/openapi.json against what is really answered."""

from typing import Any, cast

import jsonschema_rs
import msgspec
import pytest
import schemathesis
from hypothesis import settings
from starlette.routing import Route
from starlette.testclient import TestClient

from server import feeds
from server.count import api
from server.feeds import declaration
from server.feeds.openapi import document
from server.nights import archive
from tests.feeds.site import GENERAL, ROCHESTER, Site

REPLAY = f"{ROCHESTER}.replay"


def validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    """Checks a body against a schema of the description, formats included."""
    whole: dict[str, Any] = {"$ref": f"#/components/schemas/{schema}", "components": document()["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def test_description_is_valid_openapi(client: TestClient) -> None:
    described = client.get("/openapi.json")
    assert described.json() == msgspec.json.decode(msgspec.json.encode(document()))
    assert described.json()["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(described.json()).validate()


def test_every_address_of_the_feeds_is_described() -> None:
    paths = {route.path for route in feeds.routes if isinstance(route, Route)}
    assert paths <= document()["paths"].keys()


@pytest.mark.parametrize(
    ("address", "schema"),
    [
        ("/api/nights", "Nights"),
        (f"/api/nights/{GENERAL}", "NightState"),
        (f"/api/nights/{REPLAY}", "NightState"),
        (f"/api/nights/{ROCHESTER}", "NightState"),
        (f"/api/nights/{ROCHESTER}/contests/{ROCHESTER}", "ContestState"),
        (f"/api/nights/{REPLAY}/contests/{ROCHESTER}", "ContestState"),
        (f"/api/nights/{GENERAL}/contests/parl.aldershot.2019-12-12", "ContestState"),
        ("/api/nights/nowhere", "Problem"),
    ],
)
def test_what_is_answered_is_what_is_described(site: Site, client: TestClient, address: str, schema: str) -> None:
    site.replay(ROCHESTER, until=4)
    body = client.get(address).json()
    validator(schema).validate(body)
    if schema == "NightState" and len(body["contests"]) == 1:
        validator("ContestState").validate(body["contests"][0])


def test_description_refuses_what_is_not_answered(client: TestClient) -> None:
    night = client.get(f"/api/nights/{ROCHESTER}").json()
    assert not validator("NightState").is_valid(night | {"at": "04:15"})
    assert not validator("NightState").is_valid({key: night[key] for key in night if key != "baseline"})


def test_every_contest_shipped_is_as_described(client: TestClient) -> None:
    check = validator("NightState")
    for one in archive.listed():
        check.validate(client.get(f"/api/nights/{one.id}").json())


def test_every_event_is_as_described(client: TestClient) -> None:
    check = validator("Event")
    for line in client.get(f"/api/nights/{ROCHESTER}/events").content.splitlines():
        check.validate(msgspec.json.decode(line))


def test_declaration_is_described_as_it_is_taken() -> None:
    described, taken = declaration.DeclarationBody, api.Declaration
    assert described.__struct_fields__ == taken.__struct_fields__
    assert declaration.RejectedPapers.__struct_fields__ == api.RejectedPapers.__struct_fields__
    body = {
        "votes": {"1": 16867, "2": 0},
        "rejected": {"total": 48, "official_mark": None},
        "papers": 40113,
        "lot": None,
    }
    validator("DeclarationBody").validate(body)
    msgspec.convert(body, taken)


# Its own types do not survive strict checking.
_DESCRIBED: Any = cast(Any, schemathesis.openapi.from_asgi("/openapi.json", Site().app)).include(
    method="GET", path_regex="^/(api|healthz|metrics|openapi)"
)


@_DESCRIBED.parametrize()
@settings(max_examples=25, deadline=None)
def test_whatever_is_asked_is_answered_as_described(case: Any) -> None:
    case.call_and_validate()
