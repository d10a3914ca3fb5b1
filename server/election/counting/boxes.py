"""Verification by ballot box: which boxes are accounted for, what they hold, and what may be done. Nothing is changed.

    listed ──▶ counted ──▶ checked by a second person, where the night asks for two
        └──▶ struck, for a reason

A contest without boxes is verified by its total alone. With boxes, their sum is the total, and nothing is declared
while a box is open: North Lincolnshire declared in 2023 without 864 postal votes, which nobody had listed.
"""

from collections.abc import Iterable
from typing import NoReturn

from msgspec import Struct

from server.election.commands import Correct, Declare, ReachStage, ReportPreferences
from server.election.counting.acts import PublicCommand
from server.election.counting.acts.box_acts import Box, BoxChecked, BoxCounted, BoxesListed, BoxStruck
from server.election.counting.desk import Desk, ListedBox
from server.election.counts import Count
from server.election.limits import LONGEST_NAME, LONGEST_TEXT, MOST_BOXES
from server.election.nights import Night
from server.election.refusals import Refused, count_of, must_be_polled, refuse_if
from server.election.texts.box_words import found_in_box
from server.election.texts.check_codes import CHECKS, Finding


class Verified(Struct, frozen=True):
    """The boxes of a contest added up: how many are ``accounted`` for of ``boxes``, the papers ``expected`` in those
    that are counted, and the ``papers`` there. ``open`` are the boxes that are not accounted for."""

    boxes: tuple[ListedBox, ...]
    open: tuple[ListedBox, ...]
    expected: int
    papers: int

    @property
    def accounted(self) -> int:
        """How many boxes are accounted for."""
        return len(self.boxes) - len(self.open)


def verified_by_box(desk: Desk, ballot: str) -> Verified:
    """The boxes of a contest as they stand, without those struck off."""
    boxes = tuple([box for box in desk.of(ballot).boxes.values() if box.struck is None])
    counted = [box.counted for box in boxes if box.counted]
    is_open = tuple([box for box in boxes if not is_accounted_for(desk, box)])
    return Verified(boxes, is_open, sum(one.expected for one in counted), sum(one.papers for one in counted))


def is_accounted_for(desk: Desk, box: ListedBox) -> bool:
    """Whether a box is counted and, where two people key each result, checked."""
    return box.counted is not None and (desk.entry == "single" or is_checked(box))


def is_checked(box: ListedBox) -> bool:
    """Whether a second person has checked the figures that the box has now."""
    return bool(box.counted and box.checked and box.checked.counted == box.counted.seq)


def waits_for_boxes(count: Count, desk: Desk, papers: int | None) -> bool:
    """Whether boxes keep the count from going on: one is open, or their total is not the ``papers`` announced."""
    boxes = verified_by_box(desk, count.contest.ballot)
    return bool(boxes.open) or (bool(boxes.boxes) and boxes.papers != papers)


def must_be_accounted_for(night: Night, desk: Desk, command: PublicCommand) -> None:
    """Raises Refused with the names of the boxes that are not accounted for, before papers or figures go out.

    So it does where those papers are not what the boxes hold: a late box can have been counted since.
    """
    match command:
        case Declare() | Correct() | ReportPreferences():
            count = count_of(night, command.ballot)
            papers = count.papers if count.papers is not None or count.result is None else count.result.papers
            if papers is None and not isinstance(command, Correct):
                papers = command.papers
        case ReachStage(papers=int()):
            papers = command.papers
        case _:
            return
    must_be_boxes(desk, command.ballot, papers)


def must_be_boxes(desk: Desk, ballot: str, papers: int | None) -> None:
    """Raises Refused while a box is open, or where ``papers`` are said that are not the sum of the boxes."""
    boxes = verified_by_box(desk, ballot)
    if boxes.open:
        _refuse(found_in_box("boxes-open", "papers", "boxes-open", boxes=named(boxes.open)))
    if boxes.boxes and papers not in (None, boxes.papers):
        _refuse(found_in_box("papers-not-boxes", "papers", "papers-not-boxes", papers=boxes.papers))


def named(boxes: Iterable[ListedBox]) -> str:
    """The names of boxes, in the order of the list."""
    return ", ".join(box.box.name for box in boxes)


def check_box(count: Count, desk: Desk, act: BoxCounted) -> list[Finding]:
    """What stands against the figures of a box, each at its field."""
    found = [
        found_in_box("papers-negative", field, "below-nought")
        for field, number in (("expected", act.expected), ("papers", act.papers))
        if number < 0
    ]
    if len(act.explanation) > LONGEST_TEXT:
        length = len(act.explanation)
        found.append(found_in_box("text-too-long", "explanation", "too-long", length=length, most=LONGEST_TEXT))
    if found:
        return found
    before = desk.of(act.ballot).boxes[act.box].counted
    together = verified_by_box(desk, act.ballot).papers - (before.papers if before else 0) + act.papers
    electorate = count.contest.electorate
    if 0 < electorate < together:
        found.append(
            found_in_box(
                "papers-above-electorate", "papers", "above-electorate", papers=together, electorate=electorate
            )
        )
    if act.papers != act.expected and not act.explanation.strip():
        differ, name = abs(act.papers - act.expected), "box-more" if act.papers > act.expected else "box-fewer"
        values = {"papers": act.papers, "differ": differ, "expected": act.expected}
        found.append(found_in_box("box-unexplained", "explanation", name, **values))
    return found


def must_list(count: Count, desk: Desk, act: BoxesListed) -> None:
    """Raises Refused unless these boxes can be listed. They can at any time: a box that turns up late is a box."""
    must_be_polled(count)
    known = desk.of(act.ballot).boxes
    names = {box.box.name.casefold() for box in known.values() if box.struck is None}
    if not act.boxes:
        _refuse_box("boxes-none", "boxes", "boxes-none")
    if len(known) + len(act.boxes) > MOST_BOXES:
        _refuse_box("boxes-many", "boxes", "boxes-many", most=MOST_BOXES)
    for box in act.boxes:
        if not box.name.strip() or not box.name.isprintable() or len(box.name) > LONGEST_NAME:
            _refuse_box("name-unfit", "boxes", "box-name-long", most=LONGEST_NAME)
        if box.name.casefold() in names:
            _refuse_box("box-named", "boxes", "box-named", box=box.name)
        names.add(box.name.casefold())


def must_count(count: Count, desk: Desk, act: BoxCounted, *, waits: bool) -> None:
    """Raises Refused unless these figures of a box can be recorded; ``waits`` if a declaration waits to go out."""
    must_be_polled(count)
    box = _listed(desk, act)
    if (box.counted.seq if box.counted else 0) != act.replaces:
        _refuse_box("keyed-elsewhere", "", "box-elsewhere")
    if waits and is_accounted_for(desk, box):
        _refuse_box("already-asked", "", "box-waits")
    refuse_if([*check_box(count, desk, act)])


def must_check(desk: Desk, act: BoxChecked) -> None:
    """Raises Refused unless these figures of a box are its own now, and somebody else's."""
    box = _listed(desk, act)
    if box.counted is None or box.counted.seq != act.counted:
        _refuse_box("count-moved-on", "", "box-nothing-to-check")
    if is_by(box.counted, act.invitation, act.by):
        _refuse_box("same-person", "", "box-same-person", person=act.by)


def is_by(counted: BoxCounted, invitation: str, name: str) -> bool:
    """Whether somebody entered these figures, on whichever invitation."""
    return counted.invitation == invitation or counted.by.casefold().split() == name.casefold().split()


def must_strike(desk: Desk, act: BoxStruck, *, waits: bool) -> None:
    """Raises Refused unless a box can be taken off the list, with a reason."""
    box = _listed(desk, act)
    if waits and box.counted is not None:
        _refuse_box("already-asked", "", "box-waits")
    if not act.reason.strip():
        _refuse_box("reason-missing", "reason", "reason-missing")
    if len(act.reason) > LONGEST_TEXT:
        _refuse_box("text-too-long", "reason", "too-long", length=len(act.reason), most=LONGEST_TEXT)


def boxes_in(text: str, *, postal: bool) -> tuple[Box, ...]:
    """The boxes of a pasted list, one on each line; empty lines are none."""
    names = [" ".join(line.split()) for line in text.splitlines()]
    return tuple([Box(name, postal) for name in names if name])


def _listed(desk: Desk, act: BoxCounted | BoxChecked | BoxStruck) -> ListedBox:
    box = desk.of(act.ballot).boxes.get(act.box)
    if box is None or box.struck is not None:
        _refuse_box("box-unknown", "", "box-unknown")
    return box


def _refuse_box(code: str, field: str, name: str, **values: int | str) -> NoReturn:
    _refuse(found_in_box(code if code in CHECKS else "box-unfit", field, name, **values), code)


def _refuse(finding: Finding, code: str = "") -> NoReturn:
    raise Refused(code or finding.code, finding.sentence, (finding,))
