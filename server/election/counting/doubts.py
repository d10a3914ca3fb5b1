"""What makes possible figures doubtful: each doubt needs a reason before they go out. No state is changed."""

from collections.abc import Collection
from fractions import Fraction

from server.election.contests import Contest
from server.election.counting.expected import last_shares, parts
from server.election.counting.sheets.apart import slates
from server.election.methods.figures import Rejected
from server.election.shares import share_text
from server.election.texts.check_codes import Finding

# All limits were measured on 2,621 results: the general elections of 2010, 2015, 2017 and 2019, and the 21 by-elections
# from 2010 to 2015. They doubt 100 of these true results: 77 of 2015, when the Scottish National Party rose and the
# Liberal Democrats fell as never before, 17 of the three other general elections together, and 6 of the by-elections.
# The election of 2024 is not among them: 204 of its 650 results would be doubted, 158 for a share far from the last.

# Turnouts ran from 18.4% (Manchester Central 2012, the only one that is doubted) to 82.0% (East Dunbartonshire 2015).
# The limits are ``Rules.usual_turnout``. In the 6,952 wards of 2021, 2024 and 2025 they ran from 11.4% to 61.0%.
# A part of all ballot papers. Three results reach it, two of them in the Speaker's seat, where no large party stands.
HIGH_REJECTED = Fraction(3, 100)
# A change of share, doubted in 38 results, 26 of them of 2015. The 15 points of Rochester and Strood 2014 are far
# below.
FAR = Fraction(27, 100)
# Two rows look exchanged if the exchange would bring both nearer to their last shares by this much: 29 results, 28 of
# them of 2015. With FAR it finds half of all possible exchanges in 2019 and in by-elections. One point less would find
# 6 in 1,000 more, and doubt 18 more true results.
CLEARLY_NEARER = Fraction(14, 100)
# Where both are known, the shares to be expected by what is declared so far (``expected.py``) stand for the last ones,
# and half as much is enough; a share is far only if it is far from both. In the order in which the general elections of
# 2015 to 2024 were declared, that doubts the shares of 76 of 2,600 true results, and by the last election alone 288; of
# an exchange of two rows in each it finds 1,442 rather than 1,410, and 896 rather than 865 of the 1,006 that elect
# another.
CLEARLY_NEARER_EXPECTED = Fraction(7, 100)
# A number looks ten times too big if a tenth of it gives between half and twice the party's last share, and all shares
# together are then less than half as far from the last ones: 25 results, 20 of them of 2015. It finds 23 of 100 numbers
# with a digit too many.
FITS_FROM, FITS_TO, FITS_ALL = Fraction(1, 2), Fraction(2), Fraction(1, 2)
# Of so many candidates in the order of a ballot paper, votes fall from each to the next in 18 of 3,565 wards.
FEWEST_FALLING = 5
# The best of a party's candidates in a ward has this many times the votes of its last in 26 of 1,228 wards of several
# seats. Three times would doubt 15, and let 101 rather than 85 of 167 exchanges of two rows through; twice doubts 38
# rather than 6 of the 665 wards of 2024 and 2025. A party with fewer votes than these is not looked at.
TIMES, FEWEST_VOTES = Fraction(5, 2), 100


def doubts_about_papers(contest: Contest, papers: int, issued: int | None) -> list[Finding]:
    """The doubts about the number of ballot papers counted; ``issued`` are those expected, None where not known."""
    findings: list[Finding] = []
    known, (lowest, highest) = contest.electorate > 0, contest.rules.usual_turnout
    if known and not lowest * contest.electorate <= papers <= highest * contest.electorate:
        turnout = _percent(Fraction(papers, contest.electorate))
        sentence = f"{papers:,} ballot papers are {turnout} of the electorate of {contest.electorate:,}."
        findings.append(Finding("turnout-out-of-range", "papers", sentence))
    if issued is not None and papers != issued:
        differ = f"{abs(papers - issued):,} {'more' if papers > issued else 'fewer'}"
        sentence = f"{papers:,} ballot papers were counted: {differ} than the {issued:,} expected."
        findings.append(Finding("papers-differ-from-issued", "papers", sentence))
    return [*findings, *_round("papers", "ballot papers", papers)]


def doubts_about_figures(
    contest: Contest,
    votes: dict[str, int],
    rejected: Rejected | None,
    papers: int | None,
    split: dict[str, int] | None = None,
    expected: dict[str, Fraction] | None = None,
) -> list[Finding]:
    """The doubts about figures that ``check_figures`` has nothing against.

    ``papers`` is the number verified, None where it is not known: then the votes and rejected papers stand for it. The
    number itself is not doubted here. ``split`` are the split votes, where those were keyed and the votes are sums;
    ``expected`` the shares to be expected by what is declared so far, as ``expected_shares`` has them.
    """
    findings = [*_shares(contest, votes, expected or {}), *_slates(contest, votes), *_falling(contest, split or votes)]
    findings += _round("votes", "votes in all", sum(votes.values()))
    if rejected is None:
        return findings
    if papers is None:
        papers = sum(votes.values()) + rejected.total
    if rejected.total >= HIGH_REJECTED * papers:
        share = _percent(Fraction(rejected.total, papers))
        sentence = f"{rejected.total:,} rejected papers are {share} of the {papers:,} ballot papers."
        findings.append(Finding("rejected-high", "rejected", sentence))
    return [*findings, *_round("rejected", "rejected papers", rejected.total)]


def _round(field: str, what: str, number: int) -> list[Finding]:
    if number == 0 or number % 1000:
        return []
    return [Finding("totals-end-in-000", field, f"There are exactly {number:,} {what}: is that an estimate?")]


def _shares(contest: Contest, votes: dict[str, int], expected: dict[str, Fraction]) -> list[Finding]:
    """One slip that explains the sheet, if there is one, and each share far from the last that it does not explain."""
    before, now = last_shares(contest), parts(votes)
    for row in before:
        if _a_tenth_fits(row, votes, before):
            return [_ten_times_too_big(contest, row, votes[row], now[row], before[row])]
    likely = before | expected
    pair = _exchanged(likely, now, expected.keys())
    findings = [_look_swapped(contest, pair, votes, likely, now, expected)] if pair else []
    for row, last in before.items():
        if row not in (pair or ()) and min(abs(now[row] - last), abs(now[row] - likely[row])) > FAR:
            name = contest.told(row)
            sentence = f"{name}'s share is {_percent(now[row])}; the party had {_percent(last)} at the last election."
            findings.append(Finding("share-far-from-baseline", f"votes.{row}", sentence))
    return findings


def _slates(contest: Contest, votes: dict[str, int]) -> list[Finding]:
    """The parties whose candidates are far apart, of those with no more candidates than a paper has votes."""
    findings: list[Finding] = []
    for slate in slates(contest).values():
        best, last = (choose(slate, key=votes.__getitem__) for choose in (max, min))
        if votes[best] >= max(FEWEST_VOTES, TIMES * votes[last]):
            sentence = (
                f"{contest.told(best)} has {votes[best]:,} votes and {contest.told(last)}, of the same party, "
                f"{votes[last]:,}: are both in their own rows?"
            )
            findings.append(Finding("slate-far-apart", f"votes.{last}", sentence))
    return findings


def _falling(contest: Contest, votes: dict[str, int]) -> list[Finding]:
    numbers = [votes[candidate.id] for candidate in contest.polled]
    falls = numbers == sorted(numbers, reverse=True)
    if not contest.rules.is_declared_by_votes or len(numbers) < FEWEST_FALLING or not falls:
        return []
    sentence = (
        "The votes fall from the first row to the last: are these in the order of the ballot paper, or as a "
        "declaration has them?"
    )
    return [Finding("votes-in-falling-order", "votes", sentence)]


def _a_tenth_fits(row: str, votes: dict[str, int], before: dict[str, Fraction]) -> bool:
    tenth = votes[row] // 10
    if tenth == 0:
        return False
    now, then = parts(votes), parts({**votes, row: tenth})
    if not FITS_FROM * before[row] <= then[row] <= FITS_TO * before[row]:
        return False
    return _distance(then, before) < FITS_ALL * _distance(now, before)


def _distance(now: dict[str, Fraction], before: dict[str, Fraction]) -> Fraction:
    return sum((abs(now[row] - last) for row, last in before.items()), Fraction(0))


def _exchanged(
    likely: dict[str, Fraction], now: dict[str, Fraction], expected: Collection[str]
) -> tuple[str, str] | None:
    """The two rows that would both be clearly nearer to their ``likely`` shares if exchanged; of several pairs the
    clearest. Of two rows whose shares are ``expected`` less is enough."""

    def nearer(row: str, partner: str) -> Fraction:
        return abs(now[row] - likely[row]) - abs(now[partner] - likely[row])

    def clear(first: str, second: str) -> Fraction:
        enough = CLEARLY_NEARER_EXPECTED if first in expected and second in expected else CLEARLY_NEARER
        return min(nearer(first, second), nearer(second, first)) - enough

    rows = list(likely)
    pairs = [(first, second) for place, first in enumerate(rows) for second in rows[place + 1 :]]
    nearest, pair = max(((clear(*pair), pair) for pair in pairs), default=(Fraction(0), None))
    return pair if nearest > 0 else None


def _ten_times_too_big(contest: Contest, row: str, number: int, now: Fraction, last: Fraction) -> Finding:
    sentence = (
        f"Is there a digit too many in {contest.told(row)}'s {number:,}? "
        f"That is {_percent(now)} of the votes; the party had {_percent(last)} at the last election."
    )
    return Finding("ten-times-too-big", f"votes.{row}", sentence)


def _look_swapped(
    contest: Contest,
    pair: tuple[str, str],
    votes: dict[str, int],
    likely: dict[str, Fraction],
    now: dict[str, Fraction],
    expected: Collection[str],
) -> Finding:
    first, second = pair
    had = "their parties had {} and {} at the last election"
    if first in expected and second in expected:
        had = "as their parties have changed where it is declared, {} and {} were to be expected"
    names = [contest.told(row) for row in pair]
    sentence = (
        f"Are {names[0]}'s {votes[first]:,} and {names[1]}'s {votes[second]:,} "
        f"exchanged? Their shares are {_percent(now[first])} and {_percent(now[second])}; "
        f"{had.format(_percent(likely[first]), _percent(likely[second]))}."
    )
    return Finding("rows-look-swapped", f"votes.{first}", sentence)


def _percent(share: Fraction) -> str:
    return f"{share_text(share)}%"
