"""Score, swing, records and battlegrounds at five moments of every general election, against a plain recomputation.

The upper half knows only the night files, as lines of JSON, and the rules as FIELD has them: it shares no code with
the program. The lower half holds the program against it.
"""

import json
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from fractions import Fraction
from functools import cache
from math import floor
from pathlib import Path
from typing import Any, TypeVar

import pytest

from server.election.events import Declared
from server.election.nights import Night, fold
from server.election.results.entries import Entry
from server.election.results.places import EVERYWHERE, Area, nations, regions
from server.election.results.records import records
from server.election.results.swings import swings
from server.election.results.tally import add_up
from server.election.results.targets import battlegrounds, needs
from server.nights import archive

DATA = Path(__file__).resolve().parent.parent.parent / "server" / "nights" / "data"
ONE_PARTY = {"joint-party:53-119": "PP53", "PP51": "PP52", "PP84": "PP85", "PP130": "PP63", "PP305": "PP63"}
INDEPENDENTS, OTHERS = "ynmp-party:2", "others"
CON, LAB, LD, SNP, UKIP, SINN_FEIN = "PP52", "PP53", "PP90", "PP102", "PP85", "PP39"

FileLine = dict[str, Any]
T = TypeVar("T")


@cache
def file(night: str) -> tuple[FileLine, ...]:
    return tuple(json.loads(line) for line in (DATA / f"{night}.jsonl").read_text().splitlines())


@cache
def in_order_of_time(night: str) -> list[FileLine]:
    """Where times are not on record, smaller electorates are assumed to come first."""
    _, *lines = file(night)
    if "declared" in lines[0]:
        return sorted(lines, key=lambda one: datetime.fromisoformat(one["declared"]))
    return sorted(lines, key=lambda one: (one["electorate"], one["name"]))


def once(of: Callable[[FileLine], T]) -> Callable[[FileLine], T]:
    """Have a contest worked out once: the lines of a file are kept, and never changed."""
    known: dict[int, T] = {}

    def found(contest: FileLine) -> T:
        if id(contest) not in known:
            known[id(contest)] = of(contest)
        return known[id(contest)]

    return found


def party_of(candidate: list[Any]) -> str:
    party: str = candidate[1]
    return ONE_PARTY.get(party, party)


@once
def votes_now(contest: FileLine) -> dict[str, int]:
    votes: Counter[str] = Counter()
    for candidate in contest["candidates"]:
        votes[party_of(candidate)] += candidate[2]
    return votes


@once
def valid_now(contest: FileLine) -> int:
    return sum(candidate[2] for candidate in contest["candidates"])


@once
def elected(contest: FileLine) -> list[Any]:
    if "lot" in contest:
        return contest["candidates"][contest["lot"] - 1]
    return max(contest["candidates"], key=lambda candidate: candidate[2])


def winner(contest: FileLine) -> str:
    return party_of(elected(contest))


@once
def majority(contest: FileLine) -> int:
    first, second = sorted((candidate[2] for candidate in contest["candidates"]), reverse=True)[:2]
    return first - second


def share_before(contest: FileLine, party: str) -> Fraction:
    votes = contest["previous"]["votes"]
    return Fraction(votes.get(party, 0), sum(votes.values()))


def share_now(contest: FileLine, party: str) -> Fraction:
    return Fraction(votes_now(contest).get(party, 0), valid_now(contest))


def score(declared: list[FileLine]) -> dict[str, tuple[object, ...]]:
    """Party → seats, gained, lost, votes, share of all, change against the baseline in the same seats."""
    valid = sum(map(valid_now, declared))
    valid_before = sum(sum(contest["previous"]["votes"].values()) for contest in declared)
    winners = Counter(map(winner, declared))
    gained = Counter(winner(contest) for contest in declared if winner(contest) != contest["previous"]["holder"])
    lost = Counter(
        contest["previous"]["holder"] for contest in declared if winner(contest) != contest["previous"]["holder"]
    )
    votes: Counter[str] = Counter()
    before: Counter[str] = Counter()
    for contest in declared:
        votes.update(votes_now(contest))
        before.update(contest["previous"]["votes"])
    found: dict[str, tuple[object, ...]] = {}
    for party in {*(party for party in votes if votes[party]), *lost}:
        share = Fraction(votes[party], valid)
        compared = before[party] > 0 and party != INDEPENDENTS
        change = share - Fraction(before[party], valid_before) if compared else None
        found[party] = (winners[party], gained[party], lost[party], votes[party], share, change)
    return found


def line_crossed(declared: list[FileLine]) -> tuple[int | None, int | None]:
    """After which declaration a party had 326 seats, and after which no party could have them any more."""
    seats: Counter[str] = Counter()
    crossed = hung = None
    for number, contest in enumerate(declared, start=1):
        seats[winner(contest)] += 1
        most = max(seats.values())
        if crossed is None and most >= 326:
            crossed = number
        if hung is None and most + 650 - number < 326:
            hung = number
    return crossed, hung


def swing_together(declared: list[FileLine], loser: str, gainer: str) -> Fraction | None:
    valid = sum(map(valid_now, declared))
    before = sum(sum(contest["previous"]["votes"].values()) for contest in declared)
    now = {party: sum(votes_now(contest).get(party, 0) for contest in declared) for party in (loser, gainer)}
    then = {party: sum(contest["previous"]["votes"].get(party, 0) for contest in declared) for party in (loser, gainer)}
    if not (now[loser] and now[gainer] and (then[loser] or then[gainer])):
        return None
    gain = Fraction(now[gainer], valid) - Fraction(then[gainer], before)
    loss = Fraction(then[loser], before) - Fraction(now[loser], valid)
    return (gain + loss) / 2


def swing_in(contest: FileLine, loser: str, gainer: str) -> Fraction:
    gain = share_now(contest, gainer) - share_before(contest, gainer)
    loss = share_before(contest, loser) - share_now(contest, loser)
    return (gain + loss) / 2


def swing_by_seat(declared: list[FileLine], loser: str, gainer: str) -> dict[str, Fraction]:
    return {
        contest["ballot"]: swing_in(contest, loser, gainer)
        for contest in declared
        if {loser, gainer} <= votes_now(contest).keys() and {loser, gainer} <= contest["previous"]["votes"].keys()
    }


def in_the_middle(numbers: list[Fraction]) -> Fraction | None:
    numbers = sorted(numbers)
    if not numbers:
        return None
    half = len(numbers) // 2
    return numbers[half] if len(numbers) % 2 else (numbers[half - 1] + numbers[half]) / 2


@once
def swing_of_winner(contest: FileLine) -> Fraction | None:
    """The swing between the winner and the second, without a sign."""
    ranked = sorted(contest["candidates"], key=lambda candidate: (candidate is not elected(contest), -candidate[2]))
    first, second = map(party_of, ranked[:2])
    if first == second or INDEPENDENTS in (first, second) or not {first, second} & contest["previous"]["votes"].keys():
        return None
    shares = [Fraction(candidate[2], valid_now(contest)) for candidate in ranked[:2]]
    return abs((shares[0] - share_before(contest, first)) - (shares[1] - share_before(contest, second))) / 2


def the_most(numbers: dict[str, Any], sign: int) -> set[str]:
    """The ballots with the highest number, or with the lowest where ``sign`` is -1."""
    most = max((sign * number for number in numbers.values()), default=None)
    return {ballot for ballot, number in numbers.items() if sign * number == most}


def records_of(declared: list[FileLine]) -> dict[str, Any]:
    majorities = {one["ballot"]: majority(one) for one in declared}
    in_shares = {one["ballot"]: Fraction(majority(one), valid_now(one)) for one in declared}
    turnout = {one["ballot"]: Fraction(valid_now(one) + one["rejected"], one["electorate"]) for one in declared}
    sizes = {one["ballot"]: size for one in declared if (size := swing_of_winner(one)) is not None}
    latest = declared[-1].get("declared")  # where no time is on record, none is the last
    return {
        "smallest": (the_most(majorities, -1), the_most(in_shares, -1)),
        "largest": (the_most(majorities, 1), the_most(in_shares, 1)),
        "swing": the_most(sizes, 1),
        "turnout": (the_most(turnout, 1), the_most(turnout, -1)),
        "ties": {one["ballot"] for one in declared if majority(one) == 0},
        "last": {one["ballot"] for one in declared if latest and one["declared"] == latest},
    }


def shares_of_parties(declared: list[FileLine]) -> dict[str, tuple[object, ...]]:
    """Party → contests in which it stood, who had its best and its worst share, lost deposits."""
    shares: dict[str, list[tuple[Fraction, str]]] = defaultdict(list)
    stood: dict[str, set[str]] = defaultdict(set)
    lost: Counter[str] = Counter()
    for contest in declared:
        for candidate in contest["candidates"]:
            party, valid = party_of(candidate), valid_now(contest)
            shares[party].append((Fraction(candidate[2], valid), candidate[0]))
            stood[party].add(contest["ballot"])
            lost[party] += candidate[2] * 20 <= valid and candidate is not elected(contest)
    record: dict[str, tuple[object, ...]] = {}
    for party, found in shares.items():
        best, worst = max(share for share, _ in found), min(share for share, _ in found)
        best_ones = {(share, who) for share, who in found if share == best}
        worst_ones = {(share, who) for share, who in found if share == worst}
        record[party] = (len(stood[party]), best_ones, worst_ones, lost[party])
    return record


Grounds = dict[str, tuple[Fraction | None, str, int | None]]


def behind(contest: FileLine, party: str) -> int | None:
    if winner(contest) == party:
        return majority(contest)
    own = [candidate[2] for candidate in contest["candidates"] if party_of(candidate) == party]
    return elected(contest)[2] - max(own) if own else None


def targets_of(night: str, declared: list[FileLine], party: str) -> Grounds:
    """Ballot → the swing it needs, what became of it, and by how many votes."""
    found: Grounds = {}
    known = {contest["ballot"] for contest in declared}
    for contest in file(night)[1:]:
        before = contest["previous"]
        if before["holder"] == party or party not in votes_now(contest):
            continue
        stood = party in before["votes"]
        needed = (share_before(contest, before["holder"]) - share_before(contest, party)) / 2 if stood else None
        if contest["ballot"] not in known:
            found[contest["ballot"]] = (needed, "pending", None)
        else:
            status = "gained" if winner(contest) == party else "missed"
            found[contest["ballot"]] = (needed, status, behind(contest, party))
    return found


def defences_of(night: str, declared: list[FileLine], party: str) -> Grounds:
    found: Grounds = {}
    known = {contest["ballot"] for contest in declared}
    for contest in file(night)[1:]:
        before = contest["previous"]
        if before["holder"] != party:
            continue
        second = max(votes for name, votes in before["votes"].items() if name not in (party, OTHERS))
        lead = max(0, before["votes"][party] - second)
        safe = Fraction(lead, 2 * sum(before["votes"].values()))
        if contest["ballot"] not in known:
            found[contest["ballot"]] = (safe, "pending", None)
        else:
            found[contest["ballot"]] = (safe, "held" if winner(contest) == party else "lost", behind(contest, party))
    return found


# From here on, the program.

GENERAL = ("parl.2010-05-06", "parl.2015-05-07", "parl.2017-06-08", "parl.2019-12-12", "parl.2024-07-04")
MOMENTS = (1, 50, 325, 600, 650)
AT_EVERY_MOMENT = pytest.mark.parametrize(("name", "number"), [(night, n) for night in GENERAL for n in MOMENTS])


@cache
def night_after(name: str, number: int) -> Night:
    events = archive.load(name).events
    declared = [place for place, event in enumerate(events) if isinstance(event, Declared)]
    return fold(events[: declared[number - 1] + 1])


def areas(night: Night) -> list[tuple[Area, set[str]]]:
    """Every area and its ballots, by the night file's own words."""
    lines = file(night.definition.id)[1:]
    found = [(EVERYWHERE, {contest["ballot"] for contest in lines})]
    every = nations(night.definition), regions(night.definition)
    found += [(area, {contest["ballot"] for contest in lines if contest["nation"] == area.name}) for area in every[0]]
    found += [(area, {contest["ballot"] for contest in lines if contest["region"] == area.name}) for area in every[1]]
    assert tuple(map(len, every)) == (4, 12)
    return found


def declared_in(name: str, number: int, ballots: set[str]) -> list[FileLine]:
    return [contest for contest in in_order_of_time(name)[:number] if contest["ballot"] in ballots]


def ballots(entries: tuple[Entry, ...]) -> set[str]:
    assert len(entries) == len({entry.contest.ballot for entry in entries})
    return {entry.contest.ballot for entry in entries}


@AT_EVERY_MOMENT
def test_the_score_everywhere_is_what_the_files_add_up_to(name: str, number: int) -> None:
    night = night_after(name, number)
    for area, there in areas(night):
        tally, declared = add_up(night, area), declared_in(name, number, there)
        assert (tally.declared, tally.contests) == (len(declared), len(there)), area
        found = {
            total.party: (total.seats, total.gained, total.lost, total.votes, total.share, total.change)
            for total in tally.parties
        }
        assert found == score(declared), area
        order = [(total.seats, total.votes) for total in tally.parties]
        assert order == sorted(order, reverse=True), area


@AT_EVERY_MOMENT
def test_the_majority_and_the_hung_house_are_found_at_their_declaration(name: str, number: int) -> None:
    tally, declared = add_up(night_after(name, number)), in_order_of_time(name)[:number]
    crossed, hung = line_crossed(declared)
    for found, place in ((tally.majority, crossed), (tally.hung, hung)):
        assert (found is None) == (place is None)
        if found and place:
            event = archive.load(name).events[found.seq - 1]
            assert isinstance(event, Declared) and event.ballot == declared[place - 1]["ballot"]
            if "declared" in declared[place - 1]:
                assert found.at == datetime.fromisoformat(declared[place - 1]["declared"])


def test_2010_and_2017_are_hung() -> None:
    assert [name for name in GENERAL if add_up(night_after(name, 650)).hung] == ["parl.2010-05-06", "parl.2017-06-08"]


@AT_EVERY_MOMENT
@pytest.mark.parametrize("pair", [(CON, LAB), (LAB, UKIP)])
def test_swings_everywhere_are_those_of_the_files(name: str, number: int, pair: tuple[str, str]) -> None:
    night = night_after(name, number)
    for area, there in areas(night):
        declared, found = declared_in(name, number, there), swings(night, *pair, area)
        by_seat = swing_by_seat(declared, *pair)
        assert found.together == swing_together(declared, *pair), area
        assert {seat.ballot: seat.size for seat in found.seats} == by_seat, area
        assert [seat.size for seat in found.seats] == sorted(by_seat.values()), area
        assert found.median == in_the_middle([*by_seat.values()]), area
        bins = Counter(floor(size * 100) for size in by_seat.values())
        assert {bar.points: bar.seats for bar in found.bins if bar.seats} == bins, area


@AT_EVERY_MOMENT
def test_records_are_those_of_the_files(name: str, number: int) -> None:
    found, declared = records([night_after(name, number)]), in_order_of_time(name)[:number]
    assert found.turnout_of == "papers"
    assert {
        "smallest": (ballots(found.smallest_majority), ballots(found.smallest_majority_share)),
        "largest": (ballots(found.largest_majority), ballots(found.largest_majority_share)),
        "swing": ballots(found.largest_swing),
        "turnout": (ballots(found.highest_turnout), ballots(found.lowest_turnout)),
        "ties": ballots(found.ties),
        "last": ballots(found.last_declared),
    } == records_of(declared)
    shares = {
        party: (
            record.contests,
            {(entry.line.share, entry.line.candidate.name) for entry in record.best},
            {(entry.line.share, entry.line.candidate.name) for entry in record.worst},
            record.lost_deposits,
        )
        for party, record in found.parties.items()
    }
    assert shares == shares_of_parties(declared)
    assert found.pounds_lost == 500 * sum(record.lost_deposits for record in found.parties.values())


@AT_EVERY_MOMENT
@pytest.mark.parametrize("party", [CON, LAB, LD, SNP, UKIP, SINN_FEIN])
def test_battlegrounds_are_those_of_the_files(name: str, number: int, party: str) -> None:
    night, declared = night_after(name, number), in_order_of_time(name)[:number]
    found = battlegrounds(night, party)
    targets, defences = targets_of(name, declared, party), defences_of(name, declared, party)
    for ours, theirs in ((found.targets, targets), (found.defences, defences)):
        assert {ground.ballot: (ground.swing, ground.status, ground.votes) for ground in ours} == theirs
        ranked = [swing for ground in ours if (swing := ground.swing) is not None]
        assert ranked == sorted(ranked)
        assert [ground.rank for ground in ours] == [
            None if ground.swing is None else 1 + bisect_left(ranked, ground.swing) for ground in ours
        ]
        assert all(ground.swing is None for ground in ours[len(ranked) :])
    missed = sorted(votes for _, status, votes in targets.values() if status == "missed" and votes is not None)
    assert [ground.votes for ground in found.nearest_misses] == missed
    need = needs(night, found)
    seats = sum(winner(contest) == party for contest in declared)
    assert need and (need.seats, need.to_line, need.most) == (seats, max(0, 326 - seats), seats + 650 - number)
    assert need.defences == sum(status == "pending" for _, status, _ in defences.values())
    assert need.targets == sum(status == "pending" for _, status, _ in targets.values())
