"""A night of many contests as a picture: the seats, and the line that makes a majority."""

from fractions import Fraction

from server.election.nights import Night
from server.election.results.parliament import polls_of
from server.election.results.tally import Tally
from server.html.languages import Language
from server.html.telling import words
from server.html.telling.councils import counted, of_councils
from server.pages.bars.seats import Bars
from server.pages.picture.drawing import BOLD, HEAVY, INK, MUTED, Bar, Mark, Text, fitted, party_bar, width_of
from server.pages.picture.frame import ACROSS, LEFT, RIGHT, frame

_COLUMNS = 6
_BARS, _TOP, _PITCH, _HIGH, _BARS_LEFT = 3, 402, 30, 24, 176


def score_picture(night: Night, tally: Tally, bars: Bars, language: Language, over: bool = False) -> list[Mark]:
    """The marks of the picture of a night's score in its present state: ``tally`` and ``bars`` are those of the night;
    ``over``: nothing more is awaited."""
    with_seats = [one for one in counted(night, tally) if one[1]]
    first, last = polls_of(night.definition)
    day = language.day(first) if first == last else f"{language.day(first)} – {language.day(last)}"
    marks = frame(night, day, with_seats[0][0] if with_seats else "", language)
    title, size = fitted(language.title(night.definition.title), ACROSS, 72, 40, HEAVY)
    marks.append(Text(title, LEFT, 144, size, HEAVY))
    if sentence := words.to_win(night, tally, language) or of_councils(night, language):
        sentence, size = fitted(sentence, ACROSS, 40, 26)
        marks.append(Text(sentence, LEFT, 198, size))
    if not with_seats:
        return marks + _waiting(night, language, over) + _note(night, language)
    return marks + _columns(night, tally, language) + _drawn(night, bars, language) + _note(night, language)


def _columns(night: Night, tally: Tally, language: Language) -> list[Mark]:
    """The parties with the most seats, each with its net change; the rest together."""
    with_seats = [one for one in counted(night, tally) if one[1]]
    shown = with_seats if len(with_seats) <= _COLUMNS else with_seats[: _COLUMNS - 1]
    rest = sum(seats for _, seats, _ in with_seats[len(shown) :])
    wide = ACROSS // _COLUMNS
    marks: list[Mark] = []
    for place, (party, number, net) in enumerate(shown):
        x = LEFT + place * wide
        name, size = fitted(language.short(night.parties[party]), wide - 48, 36, 22, BOLD)
        seats, large = fitted(language.number(number), wide - 16, 92, 50, HEAVY)
        marks += [
            party_bar(party, x, 228, 26, 26),
            Text(name, x + 36, 253, size, BOLD),
            Text(seats, x, 334, large, HEAVY),
            Text(language.signed(net), x, 374, 32, 400, MUTED),
        ]
    if rest:
        x = LEFT + len(shown) * wide
        name, size = fitted(language.gettext("Others"), wide - 16, 36, 22)
        marks += [Text(name, x, 253, size, 400, MUTED), Text(language.number(rest), x, 334, 92, HEAVY, MUTED)]
    return marks


def _waiting(night: Night, language: Language, over: bool) -> list[Mark]:
    none_yet = "No result was recorded" if over else "Waiting for the first declaration"
    awaited = words.closes(night, language) or language.gettext(none_yet)
    text, size = fitted(awaited, ACROSS, 64, 40, HEAVY)
    return [Text(text, LEFT, 330, size, HEAVY)]


def _drawn(night: Night, bars: Bars, language: Language) -> list[Mark]:
    """The largest parties' seats, a bar each from the same edge, and the line to a majority through all of them."""
    marks: list[Mark] = []
    for place, bar in enumerate(bars.bars[:_BARS]):
        top = _TOP + place * _PITCH
        name, size = fitted(language.short(bar.party), _BARS_LEFT - LEFT - 16, 24, 18, BOLD)
        marks.append(Text(name, LEFT, top + 21, size, BOLD))
        marks.append(party_bar(bar.party.id, _BARS_LEFT, top, _reach(bar.length), _HIGH))
    if bars.line:  # its number is beside the third bar, which no third party can make so long
        x = _BARS_LEFT + _reach(bars.line_at)
        marks.append(Bar(x - 3, _TOP - 8, 6, _BARS * _PITCH + 12, INK))
        marks.append(Text(language.number(bars.line), x + 14, _TOP + (_BARS - 1) * _PITCH + 22, 28, BOLD))
    return marks


def _reach(part: Fraction) -> int:
    return int((RIGHT - _BARS_LEFT) * part)


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
