"""What the rules say, told in a language: sentences, words, and the names of contests and parties. No HTML."""

from datetime import date
from functools import reduce

from server.election.contests import Contest
from server.election.parties import Party, Short
from server.election.texts.said import Figure, Said, Value
from server.html.languages import Language


def said(language: Language, text: Value) -> str:
    """A sentence or a word of the rules in a language, or the name of a contest or a party. A text that is none of ours
    stays as it is."""
    match text:
        case Said():
            message, values = text.message and language.gettext(text.message), text.values  # "" is a catalogue's head
            return message % {key: said(language, value) for key, value in values.items()} if values else message
        case Figure():
            return language.separated(text)
        case str():
            return text
        case int():
            return language.number(text)
        case date():
            return language.day_of_year(text)
        case tuple():
            both, told = language.gettext("%(one)s and %(other)s"), [said(language, one) for one in text]
            return reduce(lambda one, other: both % {"one": one, "other": other}, told) if told else ""
        case Contest():
            return language.seat(text)
        case Party():
            return language.party(text)
        case Short():
            return language.short(text.party)
        case _:
            return text.name
