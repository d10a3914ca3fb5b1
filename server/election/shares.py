"""How exact fractions become figures to read: rounded half up, and never a float before that. No words, no HTML."""

from fractions import Fraction


def half_up(number: Fraction, places: int) -> str:
    """A number as text, rounded to the nearest, a half away from zero: ``half_up(Fraction("42.05"), 1)`` is
    ``"42.1"``."""
    scaled = abs(number) * 10**places
    whole, remainder = divmod(scaled.numerator, scaled.denominator)
    whole += 2 * remainder >= scaled.denominator
    digits = str(whole).rjust(places + 1, "0")
    text = digits[:-places] + "." + digits[-places:] if places else digits
    return "-" + text if number < 0 and whole else text


def share_text(share: Fraction) -> str:
    """A share (1 is all) as a percentage without the sign: one decimal, or two below 1% (349 of 40,065 is "0.87")."""
    percent = share * 100
    return half_up(percent, 2 if 0 < percent < 1 else 1)


def percent(share: Fraction | None) -> float | None:
    """A share (1 is all) as a percentage at full precision, for data; None remains None."""
    # To divide whole numbers is as exact as to divide fractions, and takes a fifth of the time.
    return None if share is None else 100 * share.numerator / share.denominator
