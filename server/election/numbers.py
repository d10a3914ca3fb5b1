"""Whole numbers from text: as people type them, and as programs, addresses and settings write them. No votes here."""

import re

from server.election.limits import LONGEST_NUMBER

# What spreadsheets and messages add unseen: zero-width characters and marks of writing direction.
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u2060\ufeff"))
_NUMBER = re.compile(r"(?P<minus>[-−])? ?(?P<digits>[0-9]+|[0-9]{1,3}(?P<mark>[, ])[0-9]{3}(?:(?P=mark)[0-9]{3})*)")


class Unreadable(Exception):
    """Text that is not surely one whole number; the message says what to type instead."""


def typed(text: str) -> int | None:
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
    if len(digits) > LONGEST_NUMBER:
        raise Unreadable("That is too long for a number of votes.")
    return -int(digits) if found["minus"] else int(digits)


def written(text: str, digits: int = 15) -> int | None:
    """The number in a text of nothing but the digits 0 to 9, at most so many; None in anything else.

    It is for what a program writes: an address, a header, a hidden field, a setting, a file.
    """
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


def _why(plain: str) -> str:
    if "." in plain:
        return "A full stop can mean thousands or a fraction. Type the number without it."
    if re.fullmatch("[0-9, ]+", plain):
        return "The comma or space is not where thousands end. Is a digit missing? Type 16867 or 16,867."
    return "Type a whole number, digits only."
