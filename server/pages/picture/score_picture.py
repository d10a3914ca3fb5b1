"""A night of many contests as a picture: the seats, and the line that makes a majority."""

from server.election.nights import Night
from server.election.results.parliament import polls_of
from server.election.results.tally import Tally
from server.html.languages import Language
from server.pages.picture import words
from server.pages.picture.drawing import BOLD, HEAVY, INK, LINE, MUTED, Bar, Mark, Text, fitted, party_bar, width_of
from server.pages.picture.frame import ACROSS, LEFT, RIGHT, frame

_COLUMNS = 6
_BAR, _BAR_HEIGHT = 406, 56


def score_picture(night: Night, tally: Tally, language: Language) -> list[Mark]:
    """The marks of the picture of a night's score in its present state."""
    with_seats = [total for total in tally.parties if total.seats]
    first, last = polls_of(night.definition)
    day = language.day(first) if first == last else f"{language.day(first)} – {language.day(last)}"
    marks = frame(night, day, with_seats[0].party if with_seats else "", language)
    title, size = fitted(language.title(night.definition.title), ACROSS, 72, 40, HEAVY)
    marks.append(Text(title, LEFT, 144, size, HEAVY))
    if sentence := words.to_win(night, tally, language):
        sentence, size = fitted(sentence, ACROSS, 40, 26)
        marks.append(Text(sentence, LEFT, 198, size))
    marks += _columns(night, tally, language) if with_seats else _waiting(night, language)
    return marks + _bar(tally) + _note(night, language)


def _columns(night: Night, tally: Tally, language: Language) -> list[Mark]:
    """The parties with the most seats, each with its net change; the rest together."""
    with_seats = [total for total in tally.parties if total.seats]
    shown = with_seats if len(with_seats) <= _COLUMNS else with_seats[: _COLUMNS - 1]
    rest = tally.declared - sum(total.seats for total in shown)
    wide = ACROSS // _COLUMNS
    marks: list[Mark] = []
    for place, total in enumerate(shown):
        x = LEFT + place * wide
        name, size = fitted(language.short(night.parties[total.party]), wide - 48, 36, 22, BOLD)
        seats, large = fitted(language.number(total.seats), wide - 16, 92, 50, HEAVY)
        marks += [
            party_bar(total.party, x, 228, 26, 26),
            Text(name, x + 36, 253, size, BOLD),
            Text(seats, x, 334, large, HEAVY),
            Text(language.signed(total.net), x, 374, 32, 400, MUTED),
        ]
    if rest:
        x = LEFT + len(shown) * wide
        name, size = fitted(language.gettext("Others"), wide - 16, 36, 22)
        marks += [Text(name, x, 253, size, 400, MUTED), Text(language.number(rest), x, 334, 92, HEAVY, MUTED)]
    return marks


def _waiting(night: Night, language: Language) -> list[Mark]:
    awaited = words.closes(night, language) or language.gettext("Waiting for the first declaration")
    text, size = fitted(awaited, ACROSS, 64, 40, HEAVY)
    return [Text(text, LEFT, 330, size, HEAVY)]


def _bar(tally: Tally) -> list[Mark]:
    """All seats from left to right in the colours of the parties, and the line that makes a majority."""
    marks: list[Mark] = [Bar(LEFT, _BAR, ACROSS, _BAR_HEIGHT, LINE)]
    start = 0
    for total in tally.parties:
        left, right = (LEFT + ACROSS * seats // tally.contests for seats in (start, start + total.seats))
        if total.seats:
            marks.append(party_bar(total.party, left, _BAR, right - left, _BAR_HEIGHT))
        start += total.seats
    if tally.line:
        x = LEFT + ACROSS * tally.line // tally.contests
        label = str(tally.line)
        marks += [
            Bar(x - 3, _BAR - 8, 6, _BAR_HEIGHT + 18, INK),
            Text(label, x - width_of(label, 30, BOLD) // 2, _BAR + _BAR_HEIGHT + 38, 30, BOLD),
        ]
    return marks


def _note(night: Night, language: Language) -> list[Mark]:
    """How many contests are declared, and which election the changes are against."""
    declared = words.declared(night, language)
    marks: list[Mark] = [Text(declared, RIGHT, 540, 32, BOLD, ends=True)]
    if night.definition.baseline:
        against = language.gettext("Gains and changes are against the %(baseline)s.")
        against %= {"baseline": language.title(night.definition.baseline)}
        text, size = fitted(against, ACROSS - width_of(declared, 32, BOLD) - 24, 26, 18)
        marks.append(Text(text, LEFT, 540, size, colour=MUTED))
    return marks
