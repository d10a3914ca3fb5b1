"""Ballot box accounts that a program sends."""

from typing import Any

import httpx2
from starlette.testclient import TestClient

from server.election.counting.acts.box_acts import BoxCounted, BoxesListed
from tests.count import rochester
from tests.count.conftest import Desk, Phone

ADDRESS = f"/api/nights/{rochester.NIGHT}/contests/{rochester.BALLOT}/boxes"
HALL = {"name": "St Mary's Hall", "expected": 20003, "papers": 20000, "explanation": "Three were taken home."}
POST = {"name": "Postal 1", "postal": True, "expected": 20113, "papers": 20113}


def send(client: TestClient, token: str, *boxes: dict[str, Any]) -> httpx2.Response:
    return client.post(ADDRESS, json={"boxes": boxes}, headers={"Authorization": f"Bearer {token}"})


def token_of(desk: Desk) -> str:
    return desk.invite("officer", name="A Program").rpartition("/")[2]


def test_boxes_are_listed_and_counted_once_however_often_they_are_sent(client: TestClient, desk: Desk) -> None:
    token = token_of(desk)
    first = send(client, token, HALL, {"name": "Postal 1", "postal": True})
    assert first.status_code == 200, first.text
    assert first.json()["open"] == ["Postal 1"]
    send(client, token, HALL, POST)
    answer = send(client, token, HALL, POST).json()
    assert (answer["expected"], answer["papers"], answer["open"]) == (40116, 40113, [])
    assert len([act for act in desk.acts() if isinstance(act, BoxesListed)]) == 2
    assert len([act for act in desk.acts() if isinstance(act, BoxCounted)]) == 2


def test_a_difference_without_its_explanation_is_refused_at_its_field(client: TestClient, desk: Desk) -> None:
    answer = send(client, token_of(desk), POST, HALL | {"explanation": ""})
    assert answer.status_code == 422
    assert [(one["code"], one["field"]) for one in answer.json()["errors"]] == [
        ("box-unexplained", "boxes.1.explanation")
    ]
    half = send(client, token_of(desk), {"name": "The Library", "papers": 5})
    assert half.json()["errors"][0]["field"] == "boxes.0.expected"


def test_figures_that_a_person_entered_are_not_replaced(phone: Phone, client: TestClient, desk: Desk) -> None:
    phone.open("/count/boxes")
    phone.send("/count/boxes", {"boxes": "St Mary's Hall"})
    phone.open("/count/box?box=b1")
    phone.send("/count/box", {"expected": "19,000", "papers": "19,000"})
    answer = send(client, token_of(desk), HALL)
    assert answer.status_code == 409
    assert "Jane Smith entered other figures of this box" in answer.json()["detail"]


def test_what_is_no_list_of_boxes_is_refused(client: TestClient, desk: Desk) -> None:
    token = token_of(desk)
    assert send(client, token).status_code == 422
    assert send(client, token, {"name": "A", "ballots": 1}).status_code == 422
    assert send(client, token, {"name": "x" * 81}).status_code == 422
    assert send(client, "nothing", HALL).status_code == 401
