"""A night that this version cannot read: whoever counts or watches it is told that, and the others go on."""

import httpx2

from server.stream.embedded import Embedded, socket_path
from server.stream.watcher import ask
from tests.count import rochester
from tests.count.conftest import Desk, Phone
from tests.stream.conftest import until

UNREADABLE = b'{"kind":"declared.9"}'


def test_who_counts_or_watches_a_night_of_a_newer_version_is_told_so_and_the_process_is_ready(
    phone: Phone, desk: Desk, hall: Embedded
) -> None:
    link = desk.invite(name="Ann Ray")
    to_desk = desk.invite(name="Jo Day", role="desk")
    bearer = {"Authorization": f"Bearer {link.rpartition('/')[2]}", "Idempotency-Key": "key"}
    night, seq = f"{{{rochester.NIGHT}}}", phone.client.get(f"/api/nights/{rochester.NIGHT}").json()["seq"]
    answer = ask(socket_path(hall.folder), b"XADD %b:events %d-0 event '%b'" % (night.encode(), seq + 1, UNREADABLE))
    assert answer.startswith(b"$")

    def declared() -> httpx2.Response:
        address = f"/api/nights/{rochester.NIGHT}/contests/{rochester.BALLOT}/declaration"
        return phone.client.post(address, json={"votes": {}}, headers=bearer)

    for answer in (*map(phone.client.get, ("/count", link, to_desk)), declared()):
        assert answer.status_code == 503
        assert "cannot read" in answer.text and "Other nights go on." in answer.text
    until(lambda: phone.client.get("/readyz").json()["reasons"])
    ready = phone.client.get("/readyz")
    assert (ready.status_code, ready.json()["ready"]) == (200, True), "the other nights are served"
    (reason,) = ready.json()["reasons"]
    assert reason.startswith(f"{rochester.NIGHT} is off in this process, and the others go on. It holds an event that")
    for page in ("", "/contests/" + rochester.BALLOT):
        answer = phone.client.get(f"/nights/{rochester.NIGHT}{page}")
        assert answer.status_code == 503
        assert "cannot be shown at the moment" in answer.text
    assert phone.client.get("/").status_code == 200
    desk.open_night()
    until(lambda: phone.client.get("/readyz").json()["reasons"] == [])
    assert phone.client.get(f"/nights/{rochester.NIGHT}").status_code == 200
