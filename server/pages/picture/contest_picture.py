"""One contest as a picture: the verdict, huge, and the first five; before a result its stage and who stands."""

from msgspec.structs import replace

from server.election.contests import Candidate, Contest
from server.election.counts import Count
from server.election.nights import Night
from server.election.parties import Party, counted_as
from server.election.result import CandidateResult, Result
from server.html.languages import Language
from server.html.telling import verdicts, words
from server.html.templates import part_of
from server.pages.picture.drawing import (
    BOLD,
    CAPITAL,
    HEAVY,
    INK,
    LINE,
    MUTED,
    PAPER,
    REGULAR,
    Bar,
    Mark,
    Text,
    fitted,
    party_bar,
    width_of,
    wrapped,
)
from server.pages.picture.frame import ACROSS, LEFT, RIGHT, frame

_SHOWN = 5
_STAYED = 3  # more are equal with the second of the first round
_SEAT = 146  # this and the following are baselines and tops, in pixels from the top
_VERDICT, _VERDICT_HEIGHT, _PADDING = 172, 116, 26
_BODY = 316
_ROW = 46
_BARS_RIGHT, _FIGURES = 780, 836
_STANDING, _STANDING_ROWS, _STANDING_ROW = 396, 5, 38
_COLUMN = 540
_NAME, _PARTY, _GAP = 28, 24, 12  # sizes of text, and the space between name and party


def contest_picture(night: Night, count: Count, language: Language, over: bool = False) -> list[Mark]:
    """The marks of the picture of a contest in its present state; ``over``: nothing more is awaited."""
    result, seat, title = count.result, language.seat(count.contest), language.title(night.definition.title)
    within = language.seat_in(night.definition, count.contest)
    if seat not in title:
        seat = within
    else:  # a by-election's title has the seat's name already
        seat, title = title + within.removeprefix(seat), language.day(night.definition.date)
    above = " · ".join(filter(None, (title, words.corrected(count, language))))
    marks = frame(night, above, result.verdict.winner if result else "", language)
    seat, size = fitted(seat, ACROSS, 76, 40, HEAVY)
    marks.append(Text(seat, LEFT, _SEAT, size, HEAVY))
    if result is None:
        return marks + _stage(night, count, language, over) + _standing(night, count, language)
    marks += _verdict(night, result, language)
    if result.unopposed:
        lines = wrapped(count.no_poll.reason if count.no_poll else "", ACROSS, 34, 3)
        return marks + [Text(line, LEFT, _BODY + 50 + 46 * place, 34) for place, line in enumerate(lines)]
    if result.winner.total is not None:
        return [*marks, *_rounds(night, count.contest, result, language), *_figures(night, result, language)]
    more = len(result.elected) - _SHOWN + 1 if len(result.elected) > _SHOWN else 0
    for place, line in enumerate(result.lines[: _SHOWN - bool(more)]):
        marks += _row(night, count.contest, line, result.lines[0].votes, _BODY + place * _ROW, language)
    if more:
        text = language.gettext("and %(number)s more elected") % {"number": language.number(more)}
        marks.append(Text(text, LEFT, _BODY + (_SHOWN - 1) * _ROW + 24, _NAME, colour=MUTED))
    return marks + _figures(night, result, language)


def _verdict(night: Night, result: Result, language: Language) -> list[Mark]:
    """The verdict in a box, filled but for a hold; beside it from whom the seat was gained, and who is elected."""
    hold = result.verdict.kind == "hold"
    box = Bar(LEFT, _VERDICT, 0, _VERDICT_HEIGHT, "" if hold else INK, INK, 6)
    box, verdict = _box(verdicts.verdict(night, result, language), 580, 112, box, INK if hold else PAPER)
    marks: list[Mark] = [box, verdict]
    beside = box.x + box.width + 28
    room = RIGHT - beside
    from_whom, elected = verdicts.from_whom(night, result, language), verdicts.elected(result, language)
    if from_whom:
        text, size = fitted(from_whom, room, 50, 24)
        marks.append(Text(text, beside, _VERDICT + 46, size))
    text, size = fitted(elected, room, 42, 22, BOLD)
    marks.append(Text(text, beside, _VERDICT + (104 if from_whom else 72), size, BOLD))
    return marks


def _rounds(night: Night, contest: Contest, result: Result, language: Language) -> list[Mark]:
    """Those who stayed with their votes of the second round, by which the first is elected; below them the first."""
    stayed = [line for line in result.lines if line.total is not None]
    whole, marks = sum(line.total or 0 for line in stayed), list[Mark]()
    stayed = stayed[:_STAYED]
    for place, line in enumerate(stayed):
        last = replace(line, votes=line.total or 0, share=part_of(line.total or 0, whole))
        marks += _row(night, contest, last, result.winner.total or 0, _BODY + place * _ROW, language)
    firsts = sorted(result.lines, key=lambda line: -line.votes)[:_SHOWN]
    told = ", ".join(f"{line.candidate.name} {language.number(line.votes)}" for line in firsts)
    text = f"{language.gettext('Second round')}. {language.gettext('First preferences:')} {told}"
    below = wrapped(text, _BARS_RIGHT - LEFT, _PARTY, 2)
    top = _BODY + len(stayed) * _ROW + 34
    return marks + [Text(line, LEFT, top + 32 * row, _PARTY, colour=MUTED) for row, line in enumerate(below)]


def _row(night: Night, contest: Contest, line: CandidateResult, most: int, top: int, language: Language) -> list[Mark]:
    """A candidate: name, party, votes, share, and a bar whose length is in proportion to the votes."""
    weight = BOLD if line.elected else REGULAR
    party = night.parties[line.candidate.party]
    share = Text(language.percent(line.share), _BARS_RIGHT, top + 24, _NAME, weight, ends=True)
    # Of several seats a share is only told of each party's best candidate, and there is no room to say so.
    shared = contest.rules.has_winner
    votes = Text(language.number(line.votes), _BARS_RIGHT - (104 if shared else 0), top + 24, _NAME, weight, ends=True)
    length = round((_BARS_RIGHT - LEFT) * line.votes / (most or 1))
    return [
        *_candidate(contest, line.candidate, party, LEFT, top + 24, 470, weight, language),
        *((votes, share) if shared else (votes,)),
        party_bar(counted_as(party.id), LEFT, top + 32, length, 9),
    ]


def _candidate(
    contest: Contest, candidate: Candidate, party: Party, x: int, y: int, width: int, weight: int, language: Language
) -> list[Mark]:
    """A candidate's name and party; the party is abbreviated if both do not fit."""
    long, short, told = language.party(party), language.short(party), contest.told(candidate.id)
    room = width - _GAP - min(width_of(told, _NAME, weight), width // 2)
    label, small = fitted(long if width_of(long, _PARTY) <= room else short, room, _PARTY, 18)
    name, size = fitted(told, width - _GAP - width_of(label, small), _NAME, 20, weight)
    beside = x + width_of(name, size, weight) + _GAP
    return [Text(name, x, y, size, weight), Text(label, beside, y, small, colour=MUTED)]


def _figures(night: Night, result: Result, language: Language) -> list[Mark]:
    named = language.gettext("Last seat by") if result.verdict.seats else language.gettext("Majority")
    majority = named, language.number(result.majority)
    if result.verdict.seats and result.by_lot:
        drawn = len(result.drawn)
        one, several = language.gettext("Last seat"), language.gettext("Last %(number)s seats")
        label = one if drawn == 1 else several % {"number": language.number(drawn)}
        majority = label, language.gettext("Decided by lot")
    figures = [majority, *words.swing(night, result.swing, language), *words.turnout(result, language)]
    marks: list[Mark] = []
    for place, (label, value) in enumerate(figures):
        top = _BODY + place * 78
        text, size = fitted(label, RIGHT - _FIGURES, 26, 18)
        marks.append(Text(text, _FIGURES, top + 22, size, colour=MUTED))
        text, size = fitted(value, RIGHT - _FIGURES, 42, 20, BOLD)
        marks.append(Text(text, _FIGURES, top + 62, size, BOLD))
    return marks


def _stage(night: Night, count: Count, language: Language, over: bool) -> list[Mark]:
    box = _box(words.stage_or_close(night, count, language, over), ACROSS, 84, Bar(LEFT, _VERDICT, 0, 96, LINE), INK)
    lines = wrapped(" · ".join(words.so_far(count, language)), ACROSS, 32, 2)
    return [*box, *(Text(line, LEFT, 312 + 40 * place, 32) for place, line in enumerate(lines))]


def _box(text: str, width: int, most: int, box: Bar, colour: str) -> tuple[Bar, Text]:
    """A line of text centred in a box, and the box as wide as the text needs."""
    text, size = fitted(text, width - 2 * _PADDING, most, 22, HEAVY)
    baseline = box.y + round((box.height + CAPITAL * size) / 2)
    box = replace(box, width=width_of(text, size, HEAVY) + 2 * _PADDING)
    return box, Text(text, box.x + _PADDING, baseline, size, HEAVY, colour)


def _standing(night: Night, count: Count, language: Language) -> list[Mark]:
    """The candidates in ballot-paper order, in two columns."""
    candidates = count.contest.polled
    shown = candidates if len(candidates) <= 2 * _STANDING_ROWS else candidates[: 2 * _STANDING_ROWS - 1]
    marks: list[Mark] = []
    for place, candidate in enumerate(shown):
        x, y = _standing_place(place)
        party = night.parties[candidate.party]
        marks.append(party_bar(counted_as(party.id), x, y - 20, 20, 20))
        marks += _candidate(count.contest, candidate, party, x + 32, y, _COLUMN - 48, BOLD, language)
    if more := len(candidates) - len(shown):
        text = language.ngettext("and %(number)s more", "and %(number)s more", more) % {"number": more}
        marks.append(Text(text, *_standing_place(len(shown)), _NAME, colour=MUTED))
    return marks


def _standing_place(place: int) -> tuple[int, int]:
    column, row = divmod(place, _STANDING_ROWS)
    return LEFT + column * _COLUMN, _STANDING + row * _STANDING_ROW
