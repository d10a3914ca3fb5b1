"""The count while Redis is away; a module of its own, since its server is stopped for good."""

from concurrent.futures import ThreadPoolExecutor

from starlette.testclient import TestClient

from server.stream.embedded import Embedded
from tests.count.conftest import Desk, Phone, signed_in, value_of
from tests.count.desk.conftest import alert
from tests.count.rochester import texts


def test_while_the_store_is_away_what_was_typed_comes_back_and_sending_again_is_said_to_be_safe(
    phone: Phone, client: TestClient, desk: Desk, hall: Embedded
) -> None:
    phone.key()
    read_back, sheet = Phone(phone.client, phone.page), Phone(phone.client)
    sheet.open("/count?change=1")
    ends = {address: signed_in(client, desk, "desk", name=address) for address in ("/desk/close", "/desk/discard")}
    for address, editor in ends.items():
        editor.open(address)
    hall.stop()
    sent = texts() | {"votes.11": "16 867", "votes.1": "55"}
    with ThreadPoolExecutor() as pool:  # each is answered only once it was tried for long enough
        keying, declaring = pool.submit(sheet.send, "/count/sheet", sent), pool.submit(read_back.send, "/count/declare")
        ending = [pool.submit(editor.send, address, {"anyway": "yes"}) for address, editor in ends.items()]

    keyed = keying.result()
    assert keyed.status_code == 503
    assert "Send it again: it counts only once" in keyed.text
    assert {field: value_of(keyed.text, field) for field in sent} == sent
    assert sheet.hidden(keyed.text, "/count/sheet") == sheet.hidden(sheet.page, "/count/sheet")

    declared = declaring.result()
    assert declared.status_code == 503
    assert "Tap again: it counts only once" in declared.text
    assert sheet.hidden(declared.text, "/count/declare") == sheet.hidden(read_back.page, "/count/declare")

    for address, ended in zip(ends, ending, strict=True):
        answer = ended.result()
        assert answer.status_code == 503
        assert "it is not certain that this was done. Send it again: it counts only once." in alert(answer.text)
        assert f'action="{address}"' in answer.text
