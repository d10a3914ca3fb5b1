"""The form while Redis is away; a module of its own, since its server is stopped for good."""

from server.stream.embedded import Embedded
from tests.count.conftest import Phone
from tests.count.rochester import texts
from tests.count.test_entering import SEND, value_of


def test_while_the_store_is_away_the_figures_come_back_and_sending_again_is_said_to_be_safe(
    phone: Phone, hall: Embedded
) -> None:
    hall.stop()
    response = phone.send(SEND, texts() | {"votes.11": "16 867"})
    assert response.status_code == 503
    assert "it will count only once" in response.text
    assert value_of(response.text, "votes.11") == "16 867"
    assert phone.hidden(response.text)["key"] == phone.fields["key"]
