"""A thousand slips of sixteen kinds in the sheets of tables: what adding up finds, and what takes a second person."""

from pathlib import Path

from tests.election.table_slips import KINDS, by_tables, made_once, single, table

README = Path(__file__).resolve().parents[2] / "server" / "count" / "README.md"


def test_there_are_sixteen_kinds_and_each_is_made() -> None:
    assert len(KINDS) == 16
    assert {kind for kind, *_ in made_once()} == KINDS.keys()


def test_whatever_changes_what_a_table_comes_to_is_refused() -> None:
    for _, right, wrong in made_once():
        if [sum(one.values()) for one in right.tables] != [sum(one.values()) for one in wrong.tables]:
            assert by_tables(right, wrong) == "refused"


def test_papers_taken_for_another_table_are_found_only_where_there_are_tables() -> None:
    taken = [slip for slip in made_once() if slip[0] == "papers given taken from another table"]
    assert {single(*slip[1:]) for slip in taken} == {"not there"}
    assert {by_tables(*slip[1:]) for slip in taken} == {"refused"}


def test_the_manual_shows_what_was_measured() -> None:
    assert table() in README.read_text()
