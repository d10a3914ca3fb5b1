"""The night file: what is refused, and that nothing else than a refusal comes of damage."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.nights import archive
from server.nights.format import BadNight, parsed

SMALL = (archive.FOLDER / "parl.mid-ulster.by.2013-03-07.jsonl").read_bytes()
HEADER, CONTEST = SMALL.splitlines(keepends=True)


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
    ],
)
def test_a_file_that_cannot_be_a_night_is_refused_with_its_line(data: bytes, sentence: str) -> None:
    with pytest.raises(BadNight, match=sentence):
        parsed(data, "a.jsonl")


@given(st.integers(0, len(SMALL) - 1), st.binary(max_size=3))
def test_a_damaged_file_is_read_or_refused_and_never_anything_else(at: int, instead: bytes) -> None:
    with suppress(BadNight):
        archive.past_night(*parsed(SMALL[:at] + instead + SMALL[at + 1 :], "a.jsonl"))
