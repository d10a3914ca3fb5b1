"""Numbers as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.election.numbers import Unreadable, typed, written

SPACES = ["", " ", "\t", "\u00a0", "\u2009", "\u202f", "\u200b", "\ufeff"]
numbers = st.integers(0, 999_999_999)


@given(numbers, st.sampled_from([",", " ", "\u00a0", "\u2009", "\u202f", ""]), *[st.sampled_from(SPACES)] * 2)
def test_a_number_is_read_however_its_thousands_are_set_apart(number: int, mark: str, before: str, after: str) -> None:
    assert typed(before + f"{number:,}".replace(",", mark) + after) == number


@given(numbers, st.integers(0, 3))
def test_leading_noughts_do_not_matter(number: int, noughts: int) -> None:
    assert typed("0" * noughts + str(number)) == number


@given(numbers)
def test_a_negative_number_is_read_so_that_the_checks_can_refuse_it(number: int) -> None:
    assert typed(f"-{number}") == typed(f"−{number}") == -number


@given(st.text())
def test_any_text_is_a_number_or_nothing_or_refused_with_a_sentence(text: str) -> None:
    digits = "".join(one for one in text if one in "0123456789")
    try:
        number = typed(text)
    except Unreadable:
        return
    assert (None if number is None else abs(number)) == (int(digits) if digits else None)


@pytest.mark.parametrize("text", ["79,163 (prov.)", "7.9E+04", "c. 79,000"])
def test_a_full_stop_is_asked_about_only_where_it_stands_in_a_number(text: str) -> None:
    with pytest.raises(Unreadable, match="Type a whole number, digits only"):
        typed(text)
    with pytest.raises(Unreadable, match="full stop"):
        typed("79.163")


@pytest.mark.parametrize("text", SPACES)
def test_nothing_typed_is_no_number_not_even_nought(text: str) -> None:
    assert typed(text) is None


@pytest.mark.parametrize("text", ["16.867", "465.0", "1.5", "16867."])
def test_a_full_stop_is_refused_because_it_could_mean_two_things(text: str) -> None:
    with pytest.raises(Unreadable, match="full stop"):
        typed(text)


@pytest.mark.parametrize("text", ["12\t345", "12\n345", "12 \r\n 345", "12\u2028345", "12\x85345", " 1 234\t \t5"])
def test_two_columns_of_a_table_are_not_one_number(text: str) -> None:
    if not text.startswith(" "):
        with pytest.raises(Unreadable, match="two numbers"):
            typed(text)
    with pytest.raises(Unreadable):
        typed(text)


@pytest.mark.parametrize("text", ["16,86", "1,6867", "168 67", "16,,867", "16 867,000", ",867", "1,"])
def test_a_comma_or_space_in_the_wrong_place_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="thousands"):
        typed(text)


@pytest.mark.parametrize("text", ["sixty", "l0", "1O3", "1e3", "0x10", "½", "²", "٣", "１２", "5%", "--5", "+5"])
def test_letters_and_marks_are_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="digits only"):
        typed(text)


def test_a_number_longer_than_any_electorate_is_refused() -> None:
    with pytest.raises(Unreadable, match="too long"):
        typed("1" * 5000)


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("9" * 15, 10**15 - 1)])
def test_a_number_that_a_program_wrote_is_digits_and_no_more(text: str, number: int) -> None:
    assert written(text) == number


@pytest.mark.parametrize("text", ["", "-1", "+1", " 1", "1 ", "1,000", "1_000", "1.0", "1e3", "٣", "²", "9" * 16])
def test_what_is_not_only_digits_is_no_number(text: str) -> None:
    assert written(text) is None


def test_how_many_digits_are_read_can_be_fewer() -> None:
    assert (written("999", 3), written("1000", 3)) == (999, None)
