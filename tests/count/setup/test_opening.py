"""When a draft is to be opened, as a browser sends it or as somebody types it."""

from datetime import UTC, datetime

import pytest

from server.count.setup.opening import moment_of
from server.election.refusals import Refused


@pytest.mark.parametrize("text", ["2099-12-10T21:30", "2099-12-10 21:30", "10/12/2099 21:30", "10 December 2099 21.30"])
def test_a_moment_is_read_as_the_sentence_says_and_as_browsers_send_it(text: str) -> None:
    assert moment_of(text).astimezone(UTC) == datetime(2099, 12, 10, 21, 30, tzinfo=UTC)


def test_a_moment_in_summer_is_that_of_london() -> None:
    assert moment_of("2099-07-10T21:30").astimezone(UTC) == datetime(2099, 7, 10, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Say when it is to be opened, such as 10/12/2026 21:30."),
        ("2099-12-10", "Say when it is to be opened"),
        ("2099-12-10T21:30+05:00", "Say when it is to be opened"),
        ("2099-13-10T21:30", "Say when it is to be opened"),
        ("2027-03-28T01:30", "There is no 01:30 on 28/03/2027, when the clocks go forward: say an hour later."),
        ("2014-10-09T21:30", "is over: open it now"),
    ],
)
def test_what_is_no_moment_to_come_is_refused_with_what_to_do(text: str, said: str) -> None:
    with pytest.raises(Refused, match=said.replace(".", r"\.")):
        moment_of(text)
