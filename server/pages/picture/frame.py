"""What every picture of a night has: its margins, a line above, marks such as REPLAY, the time. No result."""

from server.election.nights import Night
from server.html.languages import Language
from server.html.telling.words import as_at
from server.pages.picture.drawing import (
    BOLD,
    HEAVY,
    HEIGHT,
    INK,
    MUTED,
    Bar,
    Mark,
    Text,
    fitted,
    party_bar,
    width_of,
)

LEFT, RIGHT, TOP, BOTTOM = 76, 1140, 44, 590  # margins, because sites may crop a picture; BOTTOM is a baseline
ACROSS = RIGHT - LEFT


def frame(night: Night, above: str, party: str, language: Language) -> list[Mark]:
    """An edge in a party's colour, the line ``above`` the heading, and a line at the bottom with the time."""
    marks: list[Mark] = [party_bar(party, 0, 0, 28, HEIGHT)]
    right = RIGHT
    for words in _not_news(night, language):
        wide = width_of(words, 26, BOLD) + 24
        marks.append(Bar(right - wide, TOP, wide, 38, colour="", edge=INK, thick=3))
        marks.append(Text(words, right - wide + 12, TOP + 28, 26, BOLD))
        right -= wide + 16
    words, size = fitted(above, right - LEFT - 24, 34, 24)
    marks.append(Text(words, LEFT, TOP + 29, size, colour=MUTED))
    marks.append(Text("Declared", LEFT, BOTTOM, 30, HEAVY))
    words, size = fitted(as_at(night, language), ACROSS - 200, 30, 22)
    marks.append(Text(words, RIGHT, BOTTOM, size, colour=MUTED, ends=True))
    return marks


def _not_news(night: Night, language: Language) -> list[str]:
    """The words that mark a night which must not be mistaken for one that is being counted now."""
    if night.definition.rehearsal:
        return [language.gettext("Test").upper()]
    return [language.gettext("Replay").upper()] if night.definition.replay_of else []
