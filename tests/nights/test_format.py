"""The night file: what is refused, and that nothing else than a refusal comes of damage."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.election.nights import fold
from server.nights import archive
from server.nights.format import BadNight, parsed

SMALL = (archive.FOLDER / "parl.mid-ulster.by.2013-03-07.jsonl").read_bytes()
HEADER, CONTEST = SMALL.splitlines(keepends=True)
MAYOR = (archive.FOLDER / "mayor.london.2021-05-06.jsonl").read_bytes()
THIRD = (archive.FOLDER / "local.rushmoor.2024-05-02.jsonl").read_bytes()
WARD = (
    THIRD.splitlines(keepends=True)[0].replace(b'"contests":13', b'"contests":1')
    + b'{"ballot":"local.rushmoor.abbey.2024-05-02","name":"Abbey","gss":"","region":"","nation":"","electorate":9,'
    + b'"candidates":[["A","PP52",5,false],["B","PP53",4,false],["C","PP90",4,false],["D","PP90",4,false]],'
    + b'"rejected":1,"body":"local.rushmoor","seats":3,"valid_papers":6,"lots":[2,4]}\n'
)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "line 1: This is not the first line of a night"),
        (CONTEST, "line 1: This is not the first line of a night"),
        (SMALL.replace(b'"version":1', b'"version":2'), "only declared-night version 1 can be read"),
        (HEADER, "promises 1 contests, but there are 0"),
        (SMALL + CONTEST, "line 3: .* has a line already"),
        (
            SMALL.replace(b'"id":"PP39"', b'"id":"PP40"'),
            "line 2: The first line does not name the party PP39",
        ),
        (SMALL.replace(b'"candidates"', b'"lot":1,"candidates"'), "line 2: .* is not a tie, but has a lot"),
        (SMALL.replace(b"12781", b"17462"), "line 2: .* is a tie: say which of them was drawn"),
        (
            SMALL.replace(b'"candidates"', b'"declared":"2013-03-07T21:59:00Z","candidates"'),
            "line 2: .* before the polls close",
        ),
        (SMALL.replace(b"Mid Ulster", b"Mid \xff"), "line 1: "),
        (WARD.replace(b"[2,4]", b"[2]"), "line 2: .* is a tie: say which of them was drawn"),
        (WARD.replace(b"[2,4]", b"[1,4]"), "line 2: .* is a tie: say which of them was drawn"),
        (WARD.replace(b"[2,4]", b"[2,5]"), "line 2: .* has a lot for a candidate that it does not have"),
        (WARD.replace(b'["B","PP53",4', b'["B","PP53",5'), "line 2: .* is a tie: say which of them was drawn"),
        (WARD.replace(b'"seats":3,', b'"seats":4,'), "line 2: .* is not a tie, but has a lot"),
        (WARD.replace(b'"seats":3,', b'"seats":0,'), "line 2: "),
        (WARD.replace(b'"body":"local.rushmoor"', b'"body":"local.kent"'), "line 2: .* does not name local.kent"),
        (WARD.replace(b'"control":"PP52"', b'"control":"PP40"'), "line 1: .* the party PP40 of Rushmoor"),
        (
            WARD.replace(b'"seats":3,', b'"seats":3,"previous":{"holder":"PP52","votes":{},"seats":{"others":3}},'),
            "line 2: The first line does not name the party others",
        ),
        (WARD.replace(b'"seats":3,', b'"method":"closed lists","seats":3,'), "line 2: .*closed lists"),
        (MAYOR.replace(b'"13":192313', b'"12":192313'), "line 2: .*Enter the second preferences for Sadiq Aman Khan"),
        (MAYOR.replace(b'"13":192313', b'"13":992313'), "line 2: .*are more than the"),
        (MAYOR.replace(b'"13":192313', b'"99":192313'), "line 2: .*second preferences for a candidate"),
    ],
)
def test_a_file_that_cannot_be_a_night_is_refused_with_its_line(data: bytes, sentence: str) -> None:
    with pytest.raises(BadNight, match=sentence):
        parsed(data, "a.jsonl")


def test_a_lot_can_decide_several_seats_and_the_events_say_so() -> None:
    past = archive.past_night(*parsed(WARD, "a.jsonl"))
    (count,) = fold(past.events).counts.values()
    assert count.result and [line.candidate.name for line in count.result.elected] == ["A", "B", "D"]
    assert count.result.valid_papers == 6 and count.result.papers == 7


@given(st.sampled_from([MAYOR, WARD]), st.integers(0, 20_000), st.binary(max_size=3))
def test_a_damaged_file_of_a_council_or_a_mayor_is_read_and_counted_or_refused(
    data: bytes, at: int, instead: bytes
) -> None:
    at %= len(data)
    with suppress(BadNight):
        fold(archive.past_night(*parsed(data[:at] + instead + data[at + 1 :], "a.jsonl")).events)


@given(st.integers(0, len(SMALL) - 1), st.binary(max_size=3))
def test_a_damaged_file_is_read_or_refused_and_never_anything_else(at: int, instead: bytes) -> None:
    with suppress(BadNight):
        archive.past_night(*parsed(SMALL[:at] + instead + SMALL[at + 1 :], "a.jsonl"))
