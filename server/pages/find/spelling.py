"""Words that are misspelt: how far one is from the beginning of a known word, and which known words are nearest to it.

The distance is that of optimal string alignment: the fewest letters to add, leave out, change, or swap with the next.
What is asked has been cut short by who asks; here it is cut again, so that no question takes long.
"""

from collections.abc import Iterable, Mapping, Sequence

_SHORTEST, _LONG = 4, 8  # letters: a shorter word is taken as it is, one so long may have two slips
_SURE = 6  # letters: a shorter word begins with the right one
_LONGEST = 20  # letters of a word that are compared
_MOST_WORDS = 4  # that are compared, the longest; the others are taken as they are

Vocabulary = Mapping[str, int]
"""Known words, each with its letters as bits: a word that lacks too many of them need not be compared."""

Meant = Mapping[str, int]
"""The beginnings of words that one word asked for can mean, each with what its slips cost."""


def vocabulary(texts: Iterable[str]) -> Vocabulary:
    """The words of plain texts."""
    return {word: _letters(word) for text in texts for word in text.split()}


def distance(asked: str, known: str, most: int) -> int:
    """The fewest slips by which a word becomes any beginning of a known one; more than ``most`` if it takes so many."""
    known = known[: len(asked) + most]
    last, row = [most + 1] * (len(known) + 1), list(range(len(known) + 1))
    for place, letter in enumerate(asked):
        before, last = last, row
        row = [place + 1]
        for column, other in enumerate(known):
            cost = last[column] if letter == other else 1 + min(last[column], last[column + 1], row[column])
            if place and column and letter == known[column - 1] and other == asked[place - 1]:
                cost = min(cost, before[column - 1] + 1)
            row.append(cost)
        if min(row) > most and min(last) >= most:
            return most + 1
    return min(row)


def meanings(known: Vocabulary, asked: Sequence[str]) -> list[Meant]:
    """What each word asked for can mean: itself, and the known words that begin with something near to it.

    Two letters in eight may be wrong, one in four. A slip costs 2, and 1 more if the first letter is not the same.
    """
    compared = sorted((word for word in asked if len(word) >= _SHORTEST), key=len, reverse=True)[:_MOST_WORDS]
    return [_near(known, word[:_LONGEST]) if word in compared else {word: 0} for word in asked]


def _near(known: Vocabulary, word: str) -> Meant:
    most, letters = 2 if len(word) >= _LONG else 1, _letters(word)
    found = {word: 0}
    for other, others in known.items():
        if (letters & ~others).bit_count() > most or len(other) < len(word) - most:
            continue
        if len(word) < _SURE and other[0] != word[0]:
            continue
        slips = distance(word, other, most)
        if 0 < slips <= most:
            found[other] = 2 * slips + (other[0] != word[0])
    return found


def _letters(word: str) -> int:
    bits = 0
    for letter in word:
        bits |= 1 << ord(letter) % 64
    return bits
