"""A night that Redis has lost: whoever counts it is told that, and not that their invitation is no good."""

from datetime import UTC, datetime
from typing import cast

import httpx2
from starlette.testclient import TestClient

from server.election.counting.acts import EventLost
from server.stream.embedded import Embedded, socket_path
from server.stream.watching.watcher import ask
from tests.count import rochester
from tests.count.conftest import Desk, Phone, signed_in, stamp

LOST = "nothing of it is stored any more"


def test_who_counts_a_night_that_is_not_stored_any_more_is_told_so(phone: Phone, desk: Desk, hall: Embedded) -> None:
    link = desk.invite(name="Ann Ray")
    bearer = {"Authorization": f"Bearer {link.rpartition('/')[2]}", "Idempotency-Key": "key"}
    night = f"{{{rochester.NIGHT}}}"
    ask(socket_path(hall.folder), f"DEL {night}:events {night}:desk".encode())

    def declared() -> httpx2.Response:
        address = f"/api/nights/{rochester.NIGHT}/contests/{rochester.BALLOT}/declaration"
        return phone.client.post(address, json={"votes": {}}, headers=bearer)

    for answer in (phone.client.get("/count"), phone.client.get(link), declared()):
        assert answer.status_code == 404
        assert LOST in answer.text
        assert ("Not Found" in answer.text) == (answer.headers["content-type"] == "application/problem+json")
    assert "<h1>This night is lost</h1>" in phone.client.get("/count").text
    ready = phone.client.get("/readyz")
    assert (ready.status_code, ready.json()["ready"]) == (200, True), "the other nights are served"
    assert f"{rochester.NIGHT} should be on air, but {LOST}." in ready.json()["reasons"]
    desk.open_night()
    assert LOST not in phone.client.get(desk.invite()).text
    assert LOST not in phone.client.get("/readyz").text


def test_an_officer_whose_receipt_was_lost_is_told_to_send_again_or_which_number_it_has_now(
    phone: Phone, desk: Desk
) -> None:
    night, board = rochester.NIGHT, signed_in(cast(TestClient, phone.client), desk, "desk", name="The desk")

    def lost(command: str, seq: int) -> None:
        known = EventLost(
            **stamp(f"lost/{seq}/{command}", by="The store of results"),
            lost=seq,
            command=command,
            ballot=rochester.BALLOT,
            asked_by="Jane Smith",
            announced=datetime.now(UTC),
        )
        desk.record(known, night)

    lost("nobody knows", 7)
    again = "receipt 7, was lost when the store of results failed. It is not on air: send it again."
    assert again in phone.open()
    needs = board.open("/desk")
    assert 'class="lost"' in needs and "event 7, from Jane Smith. It has to be sent again." in needs
    assert "Lost event 7, which Jane Smith had sent at" in board.open("/desk/record")
    phone.declare()
    declared = desk.declared()[0]
    assert again not in phone.open("/count/receipt")
    lost(declared.command_id, declared.seq + 5)
    told = f"Receipt {declared.seq + 5} was lost when the store of results failed at"
    assert told in phone.open("/count/receipt")
    assert f"It was sent again by itself, and is receipt {declared.seq}. Its time is " in phone.page
    lost(declared.command_id, declared.seq)
    assert f"itself, and is receipt {declared.seq}. Its time is" in phone.open("/count/receipt"), "a time is told, too"
    assert 'class="lost"' not in board.open("/desk"), "nobody has to do anything"
