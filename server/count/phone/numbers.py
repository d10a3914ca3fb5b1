"""A number as people type it: what is accepted, and what is refused in words. It knows nothing of votes."""

import re

# What spreadsheets and messages add unseen: zero-width characters and marks of writing direction.
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u2060\ufeff"))
_NUMBER = re.compile(r"(?P<minus>[-−])? ?(?P<digits>[0-9]+|[0-9]{1,3}(?P<mark>[, ])[0-9]{3}(?:(?P=mark)[0-9]{3})*)")
_LONGEST = 9


class Unreadable(Exception):
    """Text that is not surely one whole number; the message says what to type instead."""


def whole_number(text: str) -> int | None:
    """The number in ``16867``, ``16,867`` or ``16 867`` with any kind of space; None in an empty text.

    Negative numbers are read (the checks refuse them, in their own words); Unreadable for anything else.
    """
    plain = " ".join(text.translate(_UNSEEN).split())
    if not plain:
        return None
    found = _NUMBER.fullmatch(plain)
    if found is None:
        raise Unreadable(_why(plain))
    digits = re.sub("[, ]", "", found["digits"]).lstrip("0") or "0"
    if len(digits) > _LONGEST:
        raise Unreadable("That is too long for a number of votes.")
    return -int(digits) if found["minus"] else int(digits)


def _why(plain: str) -> str:
    if "." in plain:
        return "A full stop can mean thousands or a fraction. Type the number without it."
    if re.fullmatch("[0-9, ]+", plain):
        return "The comma or space is not where thousands end. Is a digit missing? Type 16867 or 16,867."
    return "Type a whole number, digits only."
