"""/openapi.json against what is really answered."""

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import cycle
from socket import socket
from typing import Any, cast

import httpx2
import jsonschema_rs
import msgspec
import pytest
import schemathesis
from hypothesis import given, settings
from schemathesis.checks import CHECKS  # pyright: ignore[reportUnknownVariableType]
from starlette.routing import Route
from starlette.testclient import TestClient

from server import feeds
from server.count import declaration_api
from server.count.boxes import sent_by_program
from server.election.counting.acts.box_acts import BoxesListed, BoxStruck
from server.feeds import declaration
from server.feeds.openapi import document
from server.nights import archive
from server.stream.embedded import Embedded, start
from tests.conftest import PATIENCE_SECONDS
from tests.count.conftest import Desk, process, stamp
from tests.count.test_api import ADDRESS, BODY
from tests.feeds.site import GENERAL, ROCHESTER, Site
from tests.running import until_made

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
        ("/api/nights/local.2025-05-01/councils/local.kent", "CouncilInFull"),
        ("/api/nights/local.2025-05-01/councils/local.surrey", "Problem"),
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
    described, taken = declaration.DeclarationBody, declaration_api.Declaration
    assert described.__struct_fields__ == taken.__struct_fields__
    assert declaration.RejectedPapers.__struct_fields__ == declaration_api.RejectedPapers.__struct_fields__
    body = {
        "votes": {"1": 16867, "2": 0},
        "rejected": {"total": 48, "official_mark": None},
        "papers": 40113,
        "lot": None,
    }
    validator("DeclarationBody").validate(body)
    msgspec.convert(body, taken)
    assert declaration.BoxAccount.__struct_fields__ == sent_by_program.BoxAccount.__struct_fields__


def each(schema: Any) -> Any:
    """A test for each operation of a description, under its own name; what schemathesis makes of it is given to it."""
    operations: list[Any] = [one.ok() for one in schema.get_all_operations()]
    return pytest.mark.parametrize("operation", operations, ids=[one.label for one in operations])


def ask(operation: Any, check: Callable[[Any], None]) -> None:
    """Try an operation with what schemathesis can think of."""

    @settings(max_examples=25, deadline=None)
    @given(operation.as_strategy())
    def asked(case: Any) -> None:
        check(case)

    asked()


# Its own types do not survive strict checking.
_DESCRIBED: Any = cast(Any, schemathesis.openapi.from_asgi("/openapi.json", Site().app)).include(
    method="GET", path_regex="^/(api|healthz|metrics|openapi)"
)


@each(_DESCRIBED)
def test_whatever_is_asked_is_answered_as_described(operation: Any, client: TestClient) -> None:
    if operation.path.startswith("/api/archive."):
        until_made(client.get)  # 503 on a busy machine until then
    ask(operation, lambda case: case.call_and_validate(timeout=PATIENCE_SECONDS))  # for 10


class Hall:
    """The whole program with a night on air, and programs that may declare on it."""

    def __init__(self, desk: Desk, address: str) -> None:
        self.desk, self.address, self.boxes = desk, address, 0
        # Each may send sixty times a minute.
        self.tokens = cycle([desk.invite(name=f"Program {one}").rpartition("/")[2] for one in range(8)])

    def strike_boxes(self) -> None:
        """Take off the list whatever boxes were sent: they would stop a declaration."""
        for act in self.desk.acts():
            for _ in act.boxes if isinstance(act, BoxesListed) else ():
                self.boxes += 1
                box = f"b{self.boxes}"
                self.desk.record(BoxStruck(**stamp(f"strike {box}"), ballot=ROCHESTER, box=box, reason="Made up."))

    def post(self, key: str, body: Any = BODY) -> httpx2.Response:
        """A declaration."""
        headers = {"Authorization": f"Bearer {next(self.tokens)}", "Idempotency-Key": key}
        return httpx2.post(self.address + ADDRESS, json=body, headers=headers)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """A server for the night on air."""
    server = start(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def hall(server: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A night on air, nothing declared."""
    desk = Desk(server.url)
    desk.open_night()
    with closing(socket()) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    with process(tmp_path_factory.mktemp("data"), server.url, port):
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
            until_made(client.get)
        yield Hall(desk, f"http://127.0.0.1:{port}")


_WHOLE: Any = cast(Any, schemathesis.openapi.from_dict(document())).include(
    path_regex="^/(api|healthz|readyz|metrics|openapi)"
)


def left_out(method: str) -> list[Any]:
    """What is shaped like a declaration need not be one; an empty ``after`` is 0; other methods are not looked for."""
    named = [
        "positive_data_acceptance",
        "unsupported_method",
        *(["negative_data_rejection"] if method == "GET" else []),
    ]
    return [cast(Any, CHECKS).get_one(name) for name in named]


@each(_WHOLE)
def test_whatever_is_sent_to_a_night_on_air_is_answered_as_described(operation: Any, hall: Hall) -> None:
    def check(case: Any) -> None:
        case.path_parameters = dict.fromkeys(case.path_parameters or {}, ROCHESTER)
        token = {"Authorization": f"Bearer {next(hall.tokens)}"} if case.method == "POST" else {}
        case.call_and_validate(
            base_url=hall.address, headers=token, excluded_checks=left_out(case.method), timeout=PATIENCE_SECONDS
        )

    ask(operation, check)


def test_a_declaration_is_answered_as_described_from_202_to_409(hall: Hall) -> None:
    receipt, problem = validator("DeclarationReceipt"), validator("Problem")
    hall.tokens = cycle([next(hall.tokens)])
    hall.strike_boxes()
    hall.desk.hold()
    answers = [hall.post("one"), hall.post("two")]
    hall.desk.release()
    answers += [hall.post("one"), hall.post("one"), hall.post("two"), hall.post("one", {"votes": {}}), hall.post("")]
    assert [answer.status_code for answer in answers] == [202, 409, 201, 200, 409, 422, 400]
    for answer in answers:
        (receipt if answer.status_code < 300 else problem).validate(answer.json())
