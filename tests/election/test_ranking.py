"""Fractions in order: exactly, however near they are."""

from fractions import Fraction

from server.election.results.ranking import extremes, place

THIRD, TOUCH = Fraction(1, 3), Fraction(1, 10**30)


def itself(number: Fraction | int) -> Fraction | int:
    return number


def test_fractions_that_are_one_float_are_in_order_all_the_same() -> None:
    assert float(THIRD) == float(THIRD + TOUCH)
    assert sorted([THIRD + TOUCH, THIRD, THIRD - TOUCH], key=place) == [THIRD - TOUCH, THIRD, THIRD + TOUCH]


def test_only_equals_share_the_lowest_and_the_highest_place() -> None:
    numbers = [THIRD, THIRD + TOUCH, Fraction(2, 6), THIRD + TOUCH / 2]
    assert extremes(numbers, itself) == ((THIRD, Fraction(2, 6)), (THIRD + TOUCH,))


def test_one_is_both_and_nothing_has_neither() -> None:
    assert extremes([7], itself) == ((7,), (7,))
    assert extremes([], itself) == ((), ())
