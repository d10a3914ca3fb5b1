"""A thousand slips in real results: what the checks find, what they doubt, and what needs a second person."""

from pathlib import Path

from tests.election.slips import NUMBER, made_once, table

README = Path(__file__).resolve().parents[2] / "server" / "count" / "README.md"


def test_every_slip_that_changes_the_total_is_refused() -> None:
    changed = [one for one in made_once() if sum(one.wrong.rows.values()) != one.papers]
    assert len(changed) > NUMBER / 2
    assert {one.alone for one in changed} == {"refused"}


def test_a_row_left_empty_is_refused() -> None:
    empty = [one for one in made_once() if one.kind == "a row left empty"]
    assert len(empty) == NUMBER / 5
    assert {one.alone for one in empty} == {"refused"}


def test_more_than_half_of_the_exchanged_rows_are_doubted() -> None:
    exchanged = [one for one in made_once() if one.kind == "two rows exchanged"]
    told = [one for one in exchanged if one.alone == "doubted"]
    assert len(told) > 0.55 * len(exchanged)


def test_nothing_is_let_through() -> None:
    assert [one for one in made_once() if one.alone == "let through"] == []


def test_a_second_person_finds_every_slip() -> None:
    assert all(one.found_by_another for one in made_once())


def test_the_manual_shows_what_was_measured() -> None:
    assert table() in README.read_text()
