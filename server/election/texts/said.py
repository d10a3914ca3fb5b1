"""A sentence that is told in the reader's language: its English text, which is also the message of the catalogues, and
what fills it in. No rules, and no language but English."""

from collections.abc import Mapping
from datetime import date
from typing import Protocol


def _(message: str) -> str:
    """Marks a message that is no literal where it is said, for scripts/messages."""
    return message


class Named(Protocol):
    """What may have another name in another language: a contest, a party."""

    @property
    def name(self) -> str:
        """In English."""
        ...


class Figure(str):
    """A number that is written already, such as ``42.1``; a language has its own separators."""


Value = int | str | date | Named | tuple["int | str | date | Named", ...]
"""A number, a text, a day of a year, a name, another sentence; several of one are told with "and" between them."""


class Said(str):
    """A sentence in English that knows its ``message`` and ``values``, so that a page can say it in each language.

    For a program, and wherever it is stored, it is the English text: ``str(said)``.
    """

    message: str
    values: Mapping[str, Value]


def say(message: str, /, **values: Value) -> Said:
    """The sentence of a message; ``scripts/messages`` finds the message here, so it is written as one text."""
    said = Said(message % {name: _plain(value) for name, value in values.items()} if values else message)
    said.message, said.values = message, values
    return said


def say_all(*sentences: str, between: str = " ") -> Said:
    """Several sentences, one after the other."""
    places = {f"s{place}": sentence for place, sentence in enumerate(sentences)}
    return say(between.join(f"%({place})s" for place in places), **places)


def _plain(value: Value) -> str:
    match value:
        case str():
            return value
        case int():
            return f"{value:,}"
        case date():
            return f"{value.day} {value:%B}"
        case tuple():
            return " and ".join(map(_plain, value))
        case _:
            return value.name
