"""What makes figures doubtful that can be true: each doubt wants a reason, and refuses nothing. No state is changed."""

from fractions import Fraction

from server.election.checks import Finding
from server.election.contests import Contest
from server.election.events import Rejected
from server.election.parties import counted_as, has_a_past
from server.election.shares import share_text

# All measured on 2,621 of the results shipped: the general elections of 2010, 2015, 2017 and 2019, and the by-elections
# between the first two. Of 2024, which is not among them, 204 of 650 would be doubted, 158 for a share far from the
# last.
# 100 of them are doubted for one reason or another: 77 in 2015, when the Scottish National Party rose and the Liberal
# Democrats fell as never before, 17 in the three other general elections together, and 6 of the by-elections.

# From 18.4% (Manchester Central, 2012: the only one to be doubted) to 82.0% (East Dunbartonshire, 2015).
LOWEST_TURNOUT, HIGHEST_TURNOUT = Fraction(25, 100), Fraction(85, 100)
# Of all ballot papers: three results have as many, two of them the Speaker's, against whom no large party stands.
HIGH_REJECTED = Fraction(3, 100)
# A change of share: 38 results, 26 of them in 2015. Rochester and Strood 2014, with its 15 points, is far from it.
FAR = Fraction(27, 100)
# How much nearer to the last shares both of two rows would be: 29 results, 28 of them in 2015. With FAR it finds half
# of all possible exchanges in 2019 and in by-elections; a point less finds 6 in 1,000 more, and doubts 18 true results.
CLEARLY_NEARER = Fraction(14, 100)
# A tenth fits if it gives between half and twice the party's last share, and all shares together are then less than
# half as far from the last ones: 25 results, 20 of them in 2015. It finds 23 in 100 numbers with a digit too many.
FITS_FROM, FITS_TO, FITS_ALL = Fraction(1, 2), Fraction(2), Fraction(1, 2)


def doubts_about_papers(contest: Contest, papers: int, issued: int | None) -> list[Finding]:
    """What is doubtful about ballot papers counted at the verification; ``issued`` None where it is not known."""
    findings: list[Finding] = []
    known = contest.electorate > 0
    if known and not LOWEST_TURNOUT * contest.electorate <= papers <= HIGHEST_TURNOUT * contest.electorate:
        turnout = _percent(Fraction(papers, contest.electorate))
        sentence = f"{papers:,} ballot papers are {turnout} of the electorate of {contest.electorate:,}."
        findings.append(Finding("turnout-out-of-range", "papers", sentence))
    if issued is not None and papers != issued:
        differ = f"{abs(papers - issued):,} {'more' if papers > issued else 'fewer'}"
        sentence = f"{papers:,} ballot papers were counted: {differ} than the {issued:,} issued."
        findings.append(Finding("papers-differ-from-issued", "papers", sentence))
    return [*findings, *_round("papers", "ballot papers", papers)]


def doubts_about_figures(
    contest: Contest, votes: dict[str, int], rejected: Rejected | None, papers: int | None
) -> list[Finding]:
    """What is doubtful about figures that ``check_figures`` has nothing against, in the order of the form.

    The papers themselves are not doubted again; None where they were not verified.
    """
    findings = [*_shares(contest, votes), *_round("votes", "votes in all", sum(votes.values()))]
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


def _shares(contest: Contest, votes: dict[str, int]) -> list[Finding]:
    """One explanation of the whole sheet, if there is one, then each other share that is far from the last."""
    before, now = _last_shares(contest), _parts(votes)
    for row in before:
        if _a_tenth_fits(row, votes, before):
            return [_ten_times_too_big(contest, row, votes[row], now[row], before[row])]
    pair = _exchanged(before, now)
    findings = [_look_swapped(contest, pair, votes, before, now)] if pair else []
    for row, last in before.items():
        if row not in (pair or ()) and abs(now[row] - last) > FAR:
            name = contest.candidate(row).name
            sentence = f"{name}'s share is {_percent(now[row])}; the party had {_percent(last)} at the last election."
            findings.append(Finding("share-far-from-baseline", f"votes.{row}", sentence))
    return findings


def _last_shares(contest: Contest) -> dict[str, Fraction]:
    """Candidate id → the party's share last time, where the two can be compared: by the rule of ``judge``."""
    if contest.previous is None or not sum(contest.previous.votes.values()):
        return {}
    shares = _parts(contest.previous.votes)
    parties = {candidate.id: counted_as(candidate.party) for candidate in contest.candidates}
    standing = list(parties.values())
    return {
        row: shares[party]
        for row, party in parties.items()
        if party in shares and has_a_past(party) and standing.count(party) == 1
    }


def _parts(votes: dict[str, int]) -> dict[str, Fraction]:
    valid = sum(votes.values())
    return {one: Fraction(number, valid) for one, number in votes.items()}


def _a_tenth_fits(row: str, votes: dict[str, int], before: dict[str, Fraction]) -> bool:
    tenth = votes[row] // 10
    if tenth == 0:
        return False
    now, then = _parts(votes), _parts({**votes, row: tenth})
    if not FITS_FROM * before[row] <= then[row] <= FITS_TO * before[row]:
        return False
    return _distance(then, before) < FITS_ALL * _distance(now, before)


def _distance(now: dict[str, Fraction], before: dict[str, Fraction]) -> Fraction:
    return sum((abs(now[row] - last) for row, last in before.items()), Fraction(0))


def _exchanged(before: dict[str, Fraction], now: dict[str, Fraction]) -> tuple[str, str] | None:
    """The two rows that would both be clearly nearer to the last shares if exchanged; of several, the clearest."""

    def nearer(row: str, other: str) -> Fraction:
        return abs(now[row] - before[row]) - abs(now[other] - before[row])

    rows = list(before)
    pairs = [(first, second) for place, first in enumerate(rows) for second in rows[place + 1 :]]
    clear = [(min(nearer(one, two), nearer(two, one)), (one, two)) for one, two in pairs]
    nearest, pair = max(clear, default=(Fraction(0), None))
    return pair if nearest > CLEARLY_NEARER else None


def _ten_times_too_big(contest: Contest, row: str, number: int, now: Fraction, last: Fraction) -> Finding:
    sentence = (
        f"Is there a digit too many in {contest.candidate(row).name}'s {number:,}? "
        f"That is {_percent(now)} of the votes; the party had {_percent(last)} at the last election."
    )
    return Finding("ten-times-too-big", f"votes.{row}", sentence)


def _look_swapped(
    contest: Contest,
    pair: tuple[str, str],
    votes: dict[str, int],
    before: dict[str, Fraction],
    now: dict[str, Fraction],
) -> Finding:
    one, two = pair
    sentence = (
        f"Are {contest.candidate(one).name}'s {votes[one]:,} and {contest.candidate(two).name}'s {votes[two]:,} "
        f"exchanged? Their shares are {_percent(now[one])} and {_percent(now[two])}; "
        f"their parties had {_percent(before[one])} and {_percent(before[two])} at the last election."
    )
    return Finding("rows-look-swapped", f"votes.{one}", sentence)


def _percent(share: Fraction) -> str:
    return f"{share_text(share)}%"
