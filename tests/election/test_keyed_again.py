"""One person alone: the paper is looked at again before the figures are confirmed, and what that finds."""

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from server.election.commands import Correct, ReachStage
from server.election.counting.acts import EntryChosen
from server.election.counting.desk import fold_acts
from server.election.counting.entry import progress_of, spoken
from server.stream.codec import decode_act, encode
from tests.election import wards
from tests.election.at_the_count import B0, DORA, JANE, OMAR, REASONS, RIGHT, AtTheCount
from tests.election.test_entry import OTHERWISE, refused
from tests.election.test_entry import count as count
from tests.election.test_ward_machine import ABBEY, APART, BOTH, CITY, FIRST, MAYOR, PAPERS, WARD, WHOLE

SWAPPED = replace(RIGHT, con=340, lab=250)


def test_rows_that_one_person_exchanged_are_found_on_the_paper_and_put_right_on_the_sheet(count: AtTheCount) -> None:
    count.verify()
    count.record(replace(count.sheet(JANE, SWAPPED), reasons=REASONS))
    assert count.stands().state == "look again"
    assert spoken(count.later, count.desk, B0, "Rita Hall") is None, "nothing is read aloud yet"
    seen = count.look_again({"votes.1": 250, "votes.2": 340})
    assert (count.stands().state, count.stands().differing) == ("differs", ("votes.1", "votes.2"))
    assert count.stands().again == seen
    right = count.record(count.sheet(JANE, RIGHT))[0]
    assert (count.stands().state, count.stands().sheet) == ("ready", right), "the paper has been read twice already"
    assert count.declare()


def test_what_was_misread_the_second_time_is_put_right_there(count: AtTheCount) -> None:
    count.verify()
    sheet = count.record(count.sheet(JANE, RIGHT))[0]
    first = count.look_again({"votes.1": 251})
    assert count.stands().differing == ("votes.1",)
    count.look_again()
    assert (count.stands().state, count.stands().sheet) == ("ready", sheet)
    assert first
    late = replace(first, command_id="late")
    assert refused(lambda: count.record(late)).code == "count-moved-on", "it is confirmed, and nothing waits"


def test_a_sheet_that_is_sent_again_as_it_was_is_looked_at_again(count: AtTheCount) -> None:
    count.verify()
    count.record(count.sheet(JANE, RIGHT))
    seen = count.look_again({"votes.1": 251})
    assert seen
    other = replace(seen, command_id="another phone", replaces=0)
    assert refused(lambda: count.record(other)).code == "keyed-elsewhere"
    count.record(count.sheet(JANE, RIGHT))
    assert count.stands().state == "look again", "what differed was read before this sheet"
    behind = replace(seen, command_id="behind", replaces=seen.seq)
    assert refused(lambda: count.record(behind)).code == "count-moved-on"
    fewer = replace(seen, command_id="fewer", sheet=count.desk.of(B0).sheets["officer"].seq, replaces=0, figures={})
    assert refused(lambda: count.record(fewer)).code == "count-moved-on"


def test_a_second_person_stands_for_the_second_look(count: AtTheCount) -> None:
    count.verify()
    count.record(count.sheet(JANE, RIGHT))
    seen = count.seen_again()
    assert seen
    count.choose("double")
    assert count.stands().state == "one keyed"
    assert refused(lambda: count.record(seen)).code == "count-moved-on"
    count.key(OMAR)
    assert count.stands().state == "ready"
    sheet = count.desk.of(B0).sheets["second officer"]
    assert sheet.again is UNSET, "of two people nobody looks again"


def test_a_recount_and_a_correction_are_looked_at_anew(count: AtTheCount) -> None:
    count.verify()
    count.key(JANE)
    for stage in ("counting", "recount"):
        count.says(JANE, ReachStage(id=stage, by=JANE.name, ballot=B0, stage=stage))  # type: ignore[arg-type]
    count.record(count.sheet(JANE, RIGHT))
    assert count.stands().state == "look again", "that was another count"
    count.look_again()
    count.declare()
    count.begin(slip=False)
    count.record(replace(count.sheet(JANE, OTHERWISE), reasons=REASONS))
    assert count.stands().state == "look again"
    count.look_again()
    command = spoken(count.later, count.desk, B0, "Rita Hall")
    assert isinstance(command, Correct)


def test_sheets_of_before_need_no_second_look(count: AtTheCount) -> None:
    """A record that was kept before this was asked folds as it did: no sheet in it wants anything keyed again."""
    count.verify()
    sheet = count.record(count.sheet(JANE, RIGHT))[0]
    assert b'"again":["votes.1","votes.2","rejected.' in encode(sheet)
    kept = encode(replace(sheet, again=UNSET))
    assert b"again" not in kept
    acts = [decode_act(kept) if act == sheet else act for act in count.desk.log]
    assert progress_of(count.later, fold_acts(acts), B0).state == "ready"


@pytest.mark.parametrize("apart", [False, True])
def test_a_ward_of_several_seats_is_keyed_whole_again(apart: bool) -> None:
    count = AtTheCount(wards.definition(ABBEY, MAYOR))
    count.now = wards.CLOSE
    count.record(EntryChosen(**count.stamp(DORA, "apart"), entry="single", apart=apart))
    count.verify(PAPERS, WARD)
    sheet = count.record(count.sheet(JANE, APART if apart else WHOLE, WARD))[0]
    assert sheet.again
    rows = [one for one in sheet.again if one.startswith(("votes.", "split."))]
    assert len(rows) == len(ABBEY.candidates), "no sum would find a slip in any of them"
    assert {"valid_papers", "in_part"} <= {*sheet.again}
    assert ("block.PP53" in sheet.again) is apart
    count.look_again({"valid_papers": 490}, WARD)
    assert count.stands(WARD).differing == ("valid_papers",)
    count.look_again({}, WARD)
    assert count.declare(WARD)


def test_each_of_two_rounds_is_looked_at_again() -> None:
    count = AtTheCount(wards.definition(ABBEY, MAYOR))
    count.now = wards.CLOSE
    count.verify(PAPERS, CITY)
    first = count.record(count.sheet(JANE, FIRST, CITY))[0]
    assert first.again
    assert {"votes.1", "votes.2", "votes.3"} < {*first.again}
    count.look_again({}, CITY)
    count.declare(CITY)
    second = count.record(count.sheet(JANE, BOTH, CITY))[0]
    assert second.again == ("second.1", "second.2", "second_rejected"), "the first are announced, and stand"
    assert count.stands(CITY).state == "look again"
    count.look_again({"second.1": 60, "second.2": 20}, CITY)
    assert count.stands(CITY).differing == ("second.1", "second.2")
    count.look_again({}, CITY)
    assert count.declare(CITY)
