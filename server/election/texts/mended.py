"""Puts right names whose letters were encoded twice: UTF-8 that was once read as Windows-1252 or Latin-1."""

import re

# The letters that the bytes 0x80 to 0xBF become: in Latin-1 those of the same number, in Windows-1252 mostly others.
_BYTES = {chr(byte): byte for byte in range(0x80, 0x100)}
for _byte in range(0x80, 0xA0):
    try:
        _BYTES[bytes([_byte]).decode("cp1252")] = _byte
    except UnicodeDecodeError:
        continue
_INNER = "".join(map(re.escape, (letter for letter, byte in _BYTES.items() if byte < 0xC0)))
_TWICE = re.compile(f"[\xc2-\xdf][{_INNER}]|[\xe0-\xef][{_INNER}]{{2}}")
# What is left of such letters where a byte of them is gone, as a NBSP that became a space.
_LOST = re.compile("\ufffd|[\x80-\x9f]|â€|(?<=[a-z])[ÃÂ](?![^\\W\\d_])|(?<![^\\W\\d_])[ÃÂ](?![^\\W\\d_])")
_MOST_TIMES = 3


def mended(text: str) -> str:
    """A text in which letters encoded twice, as in ``LÃ©onie``, are what they were; any other text as it is.

    It must still have the white space of the file: ``à`` encoded twice ends with a NBSP.
    """
    if text.isascii():
        return text
    for _ in range(_MOST_TIMES):
        before, text = text, _TWICE.sub(_letter, text)
        if text == before:
            break
    return text


def lost(text: str) -> str | None:
    """What is left of letters that were encoded twice and then damaged; None where there is nothing of the kind."""
    found = None if text.isascii() else _LOST.search(text)
    return found[0] if found else None


def _letter(found: re.Match[str]) -> str:
    """The letter that these would be, if it is one that names are written with, or a byte of one encoded thrice."""
    try:
        letter = bytes(_BYTES[one] for one in found[0]).decode()
    except UnicodeDecodeError:
        return found[0]
    number = ord(letter)
    written = 0x80 <= number <= 0x24F or 0x1E00 <= number <= 0x1EFF or 0x2010 <= number <= 0x203A or number == 0xFEFF
    return letter if written or number in (0x20AC, 0x2122) else found[0]
