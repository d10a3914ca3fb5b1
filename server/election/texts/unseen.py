"""Characters that nobody sees, and that come along with a paste: soft hyphens, zero-width characters, direction marks,
marks of an encoding. Nothing is read here."""

_UNSEEN = dict.fromkeys(
    (0x00AD, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF)
)


def visible(text: str) -> str:
    """A text without what nobody sees of it."""
    return text if text.isascii() else text.translate(_UNSEEN)
