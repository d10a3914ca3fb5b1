"""The rules of verification by box, in commands and acts alone: what they add up to, and what they block."""

import pytest
from msgspec.structs import replace

from server.election.commands import HoldNight, ReleaseNight
from server.election.counting.acts.box_acts import Box, BoxChecked, BoxCounted, BoxesListed, BoxStruck
from server.election.counting.boxes import boxes_in, named, verified_by_box
from server.election.counting.desk import fold_acts
from server.election.refusals import Refused
from server.election.texts.box_words import SENTENCES
from server.html.languages import language
from server.html.saying import said
from server.stream.codec import decode_act, encode
from tests.election.at_the_count import B0, JANE, OMAR, PAPERS, AtTheCount, Who
from tests.nights_by_hand import definition


@pytest.fixture
def count() -> AtTheCount:
    return AtTheCount(definition())


def listed(count: AtTheCount, *names: str) -> None:
    stamp = count.stamp(JANE, count.new_id("listed"))
    count.record(BoxesListed(**stamp, ballot=B0, boxes=tuple(Box(name, name.startswith("Postal")) for name in names)))


def counted(count: AtTheCount, box: str, papers: int, expected: int | None = None, why: str = "") -> BoxCounted:
    before = count.desk.of(B0).boxes[box].counted
    act = BoxCounted(
        **count.stamp(JANE, count.new_id("counted")),
        ballot=B0,
        box=box,
        replaces=before.seq if before else 0,
        expected=papers if expected is None else expected,
        papers=papers,
        explanation=why,
    )
    return count.record(act)[0]


def checked(count: AtTheCount, box: str, act: BoxCounted, who: Who = OMAR) -> None:
    count.record(BoxChecked(**count.stamp(who, count.new_id("checked")), ballot=B0, box=box, counted=act.seq))


def struck(count: AtTheCount, box: str, reason: str = "It was listed twice.") -> None:
    count.record(BoxStruck(**count.stamp(JANE, count.new_id("struck")), ballot=B0, box=box, reason=reason))


def refused(work: object) -> str:
    assert callable(work)
    with pytest.raises(Refused) as caught:
        work()
    return caught.value.sentence


def test_boxes_add_themselves(count: AtTheCount) -> None:
    listed(count, "Hall", "Library", "Postal 1")
    counted(count, "b1", 300)
    counted(count, "b3", 99, 100, "One envelope was empty.")
    verified = verified_by_box(count.desk, B0)
    assert (verified.accounted, verified.expected, verified.papers) == (2, 400, 399)
    assert named(verified.open) == "Library"


def test_a_box_that_turns_up_late_takes_back_what_is_ready_until_it_is_accounted_for(count: AtTheCount) -> None:
    listed(count, "Hall", "Postal 1")
    counted(count, "b1", 400)
    counted(count, "b2", 200)
    assert count.stands().state == "unverified", "counted, and not announced"
    count.verify(PAPERS)
    count.key(JANE)
    assert count.stands().state == "ready"
    listed(count, "Postal 2")
    assert count.stands().state == "unverified"
    with pytest.raises(AssertionError, match="nothing is confirmed"):
        count.declare()
    counted(count, "b3", 864 - 800)
    assert count.stands().state == "unverified", "its papers are not announced yet"
    count.verify(PAPERS + 64)
    assert count.stands().state == "keying", "the sheet does not account for the papers of the late box"


def test_nothing_is_announced_but_what_all_boxes_hold(count: AtTheCount) -> None:
    listed(count, "Hall", "Postal 1")
    counted(count, "b1", 400)
    assert refused(lambda: count.verify(400)) == "Not accounted for: Postal 1."
    counted(count, "b2", 200)
    assert "hold 600" in refused(lambda: count.verify(599))


def test_a_declaration_that_waits_is_stopped_by_a_box(count: AtTheCount) -> None:
    listed(count, "Hall")
    counted(count, "b1", PAPERS)
    count.verify()
    count.key(JANE)
    count.says(JANE, HoldNight(id="hold", by="desk"))
    assert not count.declare()
    assert "waits to go out" in refused(lambda: counted(count, "b1", PAPERS - 1, PAPERS, "One left."))
    assert "waits to go out" in refused(lambda: struck(count, "b1"))
    listed(count, "Postal, from the van")
    count.says(JANE, ReleaseNight(id="release", by="desk"))
    count.send_out()
    assert count.night.counts[B0].result is None
    dropped = count.desk.of(B0).dropped
    assert dropped is not None
    assert dropped.why == "Not accounted for: Postal, from the van."


def test_the_papers_of_a_late_box_are_not_left_out_of_what_waits(count: AtTheCount) -> None:
    listed(count, "Hall")
    counted(count, "b1", PAPERS)
    count.verify()
    count.key(JANE)
    count.says(JANE, HoldNight(id="hold", by="desk"))
    count.declare()
    listed(count, "Postal, from the van")
    counted(count, "b2", 64)
    count.says(JANE, ReleaseNight(id="release", by="desk"))
    count.send_out()
    assert count.night.counts[B0].result is None
    dropped = count.desk.of(B0).dropped
    assert dropped is not None
    assert "hold 664" in dropped.why


def test_a_second_person_checks_where_the_night_asks_for_two(count: AtTheCount) -> None:
    count.choose("double")
    listed(count, "Hall")
    act = counted(count, "b1", PAPERS)
    assert named(verified_by_box(count.desk, B0).open) == "Hall"
    assert "a different person must check" in refused(lambda: checked(count, "b1", act, JANE))
    other = replace(JANE, invitation="i-other", name="jane  SMITH")
    assert "a different person must check" in refused(lambda: checked(count, "b1", act, other))
    checked(count, "b1", act)
    assert verified_by_box(count.desk, B0).open == ()
    counted(count, "b1", PAPERS - 1, PAPERS, "One went astray.")
    assert named(verified_by_box(count.desk, B0).open) == "Hall"
    assert "have changed" in refused(lambda: checked(count, "b1", act))


def test_a_difference_is_explained_and_no_more_papers_than_electors(count: AtTheCount) -> None:
    listed(count, "Hall", "Library")
    assert "Say why" in refused(lambda: counted(count, "b1", 300, 301))
    assert "Say why" in refused(lambda: counted(count, "b1", 301, 300, "  "))
    counted(count, "b1", 300, 301, "Taken home.")
    assert "1,001 ballot papers" in refused(lambda: counted(count, "b2", 701))
    assert "fewer than 0" in refused(lambda: counted(count, "b2", -1))
    counted(count, "b1", 400)
    counted(count, "b2", 600)


def test_a_box_is_listed_once_and_struck_off_for_a_reason_only(count: AtTheCount) -> None:
    listed(count, "Hall", "Library")
    assert "listed already" in refused(lambda: listed(count, "hall"))
    assert "listed already" in refused(lambda: listed(count, "A", "a"))
    assert "Name the boxes" in refused(lambda: listed(count))
    assert "reason" in refused(lambda: struck(count, "b1", " "))
    struck(count, "b1")
    assert "no such box" in refused(lambda: counted(count, "b1", 1))
    listed(count, "Hall")
    assert [box.id for box in verified_by_box(count.desk, B0).boxes] == ["b2", "b3"]


def test_a_pasted_list_has_a_box_on_each_line() -> None:
    assert boxes_in(" Hall \n\n\tThe  Library\r\n", postal=True) == (Box("Hall", True), Box("The Library", True))


def test_acts_of_boxes_come_back_as_they_were_stored(count: AtTheCount) -> None:
    listed(count, "Hall", "Postal 1")
    act = counted(count, "b1", 300)
    checked(count, "b1", act)
    struck(count, "b2")
    stored = [decode_act(encode(one)) for one in count.desk.log]
    assert fold_acts(stored) == count.desk


def test_each_sentence_can_be_said_in_each_language(count: AtTheCount) -> None:
    listed(count, "Hall")
    with pytest.raises(Refused) as caught:
        counted(count, "b1", 1, 1300)
    (finding,) = caught.value.findings
    assert said(language("en"), finding.sentence) == finding.sentence
    assert "1.300 erwarteten" in said(language("de"), finding.sentence)
    assert all(language(code).gettext(text) != text for text in SENTENCES.values() for code in ("cy", "de"))
