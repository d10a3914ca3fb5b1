"""A night that Redis has lost: whoever counts it is told that, and not that their invitation is no good."""

import httpx2

from server.stream.embedded import Embedded, socket_path
from server.stream.watching.watcher import ask
from tests.count import rochester
from tests.count.conftest import Desk, Phone

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
