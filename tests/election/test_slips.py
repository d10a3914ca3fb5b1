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


def test_more_than_half_of_the_exchanged_rows_are_doubted_and_most_others_found_as_they_are_keyed_again() -> None:
    exchanged = [one for one in made_once() if one.kind == "two rows exchanged"]
    told = [one for one in exchanged if one.alone == "doubted"]
    through = [one for one in exchanged if one.alone == "let through"]
    assert len(told) > 0.55 * len(exchanged)
    assert len(through) < 0.05 * len(exchanged)
    assert not any(one.elects_another for one in through)


def test_what_is_let_through_is_only_exchanged_rows() -> None:
    assert {one.kind for one in made_once() if one.alone == "let through"} == {"two rows exchanged"}


def test_a_second_person_finds_every_slip() -> None:
    assert all(one.found_by_another for one in made_once())


def test_the_manual_shows_what_was_measured() -> None:
    assert table() in README.read_text()
