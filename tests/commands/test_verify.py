"""A record whose acts at the count are beside it: whether those bear it out, and what is said of each that does not."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from server.__main__ import main
from server.election.commands import Declare
from server.election.counting.acts import AnyAct, Asked, ChangeConfirmed, KeyedAgain, SheetKeyed
from server.election.counting.acts.box_acts import Box, BoxChecked, BoxCounted, BoxesListed
from server.election.counting.acts.table_acts import TableKeyed, TablesChosen
from server.election.counting.changes import change_of
from server.election.events import AnyEvent, Declared, Event
from server.election.methods.figures import Rejected
from server.stream.record import written
from tests.election.at_the_count import B0, DORA, JANE, OMAR, PAPERS, REASONS, AtTheCount, Figures
from tests.nights_by_hand import definition

OTHERWISE = Figures(con=300, lab=290)
NAME = "by-hand"


def told(
    folder: Path, capsys: pytest.CaptureFixture[str], events: Sequence[AnyEvent], acts: Sequence[AnyAct]
) -> tuple[int, str]:
    """What ``verify`` returns and says of a record with these acts beside it."""
    (folder / f"{NAME}.record.jsonl").write_bytes(b"".join(written(events)))
    (folder / f"{NAME}.desk.jsonl").write_bytes(b"".join(written(acts)))
    return main(["verify", str(folder / f"{NAME}.record.jsonl")]), "".join(capsys.readouterr())


def lines(count: AtTheCount) -> tuple[list[AnyEvent], list[AnyAct]]:
    events = [one for one in count.line if isinstance(one, Event)]
    return events, [one for one in count.line if not isinstance(one, Event)]


def declared() -> AtTheCount:
    """A count with a box, declared by two who keyed it."""
    count = AtTheCount(definition(NAME, contests=1))
    count.choose("double")
    count.record(BoxesListed(**count.stamp(JANE, "listed"), ballot=B0, boxes=(Box("The hall"),)))
    stamp = count.stamp(JANE, "counted")
    counted = BoxCounted(**stamp, ballot=B0, box="b1", replaces=0, expected=PAPERS, papers=PAPERS, explanation="")
    box = count.record(counted)[0]
    count.record(BoxChecked(**count.stamp(OMAR, "checked"), ballot=B0, box="b1", counted=box.seq))
    count.verify()
    count.key(JANE)
    count.key(OMAR)
    count.declare()
    return count


def corrected() -> AtTheCount:
    """That count, corrected to another winner, as the desk confirmed."""
    count = declared()
    count.begin()
    for who in (JANE, OMAR):
        count.record(replace(count.sheet(who, OTHERWISE), reasons=REASONS))
    change = change_of(count.later, count.desk, B0)
    assert change is not None
    count.record(ChangeConfirmed(**count.stamp(DORA, "change"), ballot=B0, role="desk", command=change.command))
    count.declare()
    return count


def by_tables() -> AtTheCount:
    """A count by two tables, keyed by one person, who looked again at their sum."""
    count = AtTheCount(definition(NAME, contests=1))
    count.record(TablesChosen(**count.stamp(DORA, "tables"), ballot=B0, tables=("North", "South")))
    count.verify()
    seqs = dict[str, int]()
    for name, con, lab, heads in (("North", 100, 300, (1, 2, 3, 4)), ("South", 150, 40, (0, 0, 0, 0))):
        sheet = TableKeyed(
            **count.stamp(JANE, name),
            ballot=B0,
            table=name,
            role="officer",
            round=0,
            replaces=0,
            given=con + lab + sum(heads),
            votes={"1": con, "2": lab},
            rejected=Rejected(sum(heads), *heads),
        )
        seqs[name] = count.record(sheet)[0].seq
    count.record(replace(count.sheet(JANE), tables=seqs))
    count.look_again()
    count.declare()
    return count


def one_keys_for_two(act: AnyAct) -> AnyAct:
    return replace(act, by=JANE.name, invitation=JANE.invitation) if isinstance(act, SheetKeyed) else act


def one_checks_their_own_box(act: AnyAct) -> AnyAct:
    return replace(act, by=JANE.name, invitation=JANE.invitation) if isinstance(act, BoxChecked) else act


def a_box_has_fewer_papers(act: AnyAct) -> AnyAct:
    return replace(act, papers=590, expected=590) if isinstance(act, BoxCounted) else act


def other_figures_are_asked_for(act: AnyAct) -> AnyAct:
    if not isinstance(act, Asked) or not isinstance(act.command, Declare):
        return act
    return replace(act, command=replace(act.command, votes={"1": 340, "2": 250}))


def who_keyed_confirms(act: AnyAct) -> AnyAct:
    return replace(act, by=JANE.name, invitation=JANE.invitation) if isinstance(act, ChangeConfirmed) else act


def an_officer_confirms(act: AnyAct) -> AnyAct:
    return replace(act, role="officer") if isinstance(act, ChangeConfirmed) else act


def a_table_has_other_votes(act: AnyAct) -> AnyAct:
    north = isinstance(act, TableKeyed) and act.table == "North"
    return replace(act, votes={"1": 101, "2": 299}) if north else act


def a_table_was_given_more(act: AnyAct) -> AnyAct:
    return replace(act, given=411) if isinstance(act, TableKeyed) and act.table == "North" else act


def something_else_was_seen(act: AnyAct) -> AnyAct:
    return replace(act, figures=act.figures | {"votes.1": 251, "votes.2": 339}) if isinstance(act, KeyedAgain) else act


@pytest.mark.parametrize(
    ("made", "forged", "sentence"),
    [
        (declared, one_keys_for_two, "by Jane Smith, breaks its rules"),
        (declared, one_checks_their_own_box, "a different person must check them"),
        (declared, a_box_has_fewer_papers, "The boxes hold 590 ballot papers"),
        (declared, other_figures_are_asked_for, "are not confirmed by both"),
        (corrected, who_keyed_confirms, "a different person must confirm them"),
        (corrected, an_officer_confirms, "This changes who is elected"),
        (by_tables, a_table_has_other_votes, "look again"),
        (by_tables, a_table_was_given_more, "1 fewer than the 411 given"),
        (by_tables, something_else_was_seen, "are declared from there"),
    ],
)
def test_acts_that_do_not_bear_a_record_out_are_told_with_who_did_what(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    made: Callable[[], AtTheCount],
    forged: Callable[[AnyAct], AnyAct],
    sentence: str,
) -> None:
    events, acts = lines(made())
    code, said = told(tmp_path, capsys, events, acts)
    assert (code, "at the count bear it out" in said) == (0, True), said
    code, said = told(tmp_path, capsys, events, [forged(act) for act in acts])
    assert (code, sentence in said) == (3, True), said


def test_a_record_that_says_something_else_than_was_asked_for_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events, acts = lines(declared())
    swapped = [replace(one, votes={"1": 340, "2": 250}) if isinstance(one, Declared) else one for one in events]
    code, said = told(tmp_path, capsys, swapped, acts)
    assert (code, "does not say what Rita Hall had asked for" in said) == (3, True), said
    unasked = [act for act in acts if not (isinstance(act, Asked) and isinstance(act.command, Declare))]
    code, said = told(tmp_path, capsys, events, unasked)
    assert (code, "was asked for by nobody at the count" in said) == (3, True), said


def test_acts_that_were_changed_are_no_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events, acts = lines(declared())
    told(tmp_path, capsys, events, acts)
    file = tmp_path / f"{NAME}.desk.jsonl"
    file.write_bytes(file.read_bytes().replace(b"Omar Khan", b"Omar Kahn", 1))
    assert main(["verify", str(tmp_path / f"{NAME}.record.jsonl")]) == 1
    assert "The acts were changed" in capsys.readouterr().err
    assert main(["verify", str(tmp_path / f"{NAME}.record.jsonl"), "--acts", str(tmp_path / "none")]) == 1
    assert "none" in capsys.readouterr().err
