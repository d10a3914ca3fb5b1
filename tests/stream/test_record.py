"""A night's record as a file: a sound one is read, and any change is found in its line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.nights import archive
from server.stream.record import BEGINNING, BadRecord, added_up, head_after, read, written

EVENTS = archive.load("parl.rochester-and-strood.by.2014-11-20").events
RECORD = b"".join(written(EVENTS))


def test_a_record_holds_every_event_and_the_head_after_each() -> None:
    events, heads = read(RECORD)
    assert tuple(events) == tuple(EVENTS)
    head = BEGINNING
    for event, noted in zip(EVENTS, heads, strict=True):
        head = head_after(head, event)
        assert noted == head


@given(st.integers(0, len(RECORD) - 1), st.integers(0, 255))
def test_a_record_with_one_byte_changed_is_refused(place: int, byte: int) -> None:
    changed = RECORD[:place] + bytes([byte]) + RECORD[place + 1 :]
    if changed == RECORD:
        return
    with pytest.raises(BadRecord, match=r"^Line "):
        read(changed)


@pytest.mark.parametrize("missing", range(len(EVENTS) - 1))
def test_a_line_that_is_missing_is_found(missing: int) -> None:
    lines = RECORD.splitlines(keepends=True)
    with pytest.raises(BadRecord, match=f"Line {missing + 1} was changed"):
        read(b"".join(lines[:missing] + lines[missing + 1 :]))


def test_an_empty_file_is_no_record() -> None:
    with pytest.raises(BadRecord, match="empty"):
        read(b"")


def test_a_record_written_before_ballot_papers_could_be_amended_still_verifies_byte_for_byte() -> None:
    data = (Path(__file__).parent / "data" / "before-amendments.record.jsonl").read_bytes()
    events, heads = read(data)
    assert heads[-1] == "50a1bf771914bd1ba8049527ee62aa32dcb5dfac982ee350e73694b0dde65869"
    assert b"".join(written(events)) == data
    night, _ = added_up(events)
    assert [count.status for count in night.counts.values()] == ["declared", "postponed"]
