"""Whole numbers from text: as people type them, and as programs, addresses and settings write them. No meaning."""

import re

from server.election.limits import LONGEST_NUMBER
from server.election.texts.said import Said, say
from server.election.texts.unseen import visible

_NUMBER = re.compile(r"(?P<minus>[-−])? ?(?P<digits>[0-9]+|[0-9]{1,3}(?P<mark>[, ])[0-9]{3}(?:(?P=mark)[0-9]{3})*)")

_TWO = re.compile(r"[0-9][ \t\r\n\v\f\x1c-\x1f\x85\u2028\u2029]*[\t\r\n\v\f\x1c-\x1f\x85\u2028\u2029] *[0-9]")


class Unreadable(Exception):
    """A text cannot be read as one whole number with certainty; the ``sentence`` says what to type instead."""

    def __init__(self, sentence: Said) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def typed(text: str) -> int | None:
    """The number that a person typed: ``16867``, ``16,867`` or ``16 867``, with any kind of space but a tab or a new
    line, which part two numbers; None if empty.

    Negative numbers are read, because the checks refuse them with a better sentence; Unreadable for anything else, and
    for more than ``LONGEST_NUMBER`` digits.
    """
    seen = visible(text).strip()
    if _TWO.search(seen):
        raise Unreadable(say("Those are two numbers, as from two columns of a table: type the one that belongs here."))
    plain = " ".join(seen.split())
    if not plain:
        return None
    number = _NUMBER.fullmatch(plain)
    if number is None:
        raise Unreadable(_why(plain))
    digits = re.sub("[, ]", "", number["digits"]).lstrip("0") or "0"
    if len(digits) > LONGEST_NUMBER:
        raise Unreadable(say("That is too long for a number of votes."))
    return -int(digits) if number["minus"] else int(digits)


def written(text: str, digits: int = 15) -> int | None:
    """The number that a program wrote: at most ``digits`` digits 0 to 9 and nothing else; None for any other text.

    It is for addresses, headers, hidden fields, settings and files.
    """
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


def _why(plain: str) -> Said:
    if re.fullmatch("[-−0-9., ]*[.][0-9., ]*", plain):
        return say("A full stop can mean thousands or a fraction. Type the number without it.")
    if re.fullmatch("[0-9, ]+", plain):
        return say("The comma or space is not where thousands end. Is a digit missing? Type 16867 or 16,867.")
    return say("Type a whole number, digits only.")
