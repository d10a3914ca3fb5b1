"""The records of all shipped general elections up to a night, against a plain recomputation from the files.

What is expected is from the upper half of ``test_recomputed``, which shares no code with the program.
"""

import re
from fractions import Fraction
from typing import Any

import pytest

from server.election.results.entries import Entry
from server.pages.analysis.record_book import records_page
from server.pages.analysis.views import html
from tests.night.test_recomputed import (
    GENERAL,
    MOMENTS,
    Line,
    file,
    in_order_of_time,
    night_after,
    records_of,
    shares_of_parties,
    valid_now,
)

AT_EVERY_MOMENT = pytest.mark.parametrize(("name", "number"), [(one, n) for one in GENERAL[1:] for n in MOMENTS])


def known_by(name: str, number: int) -> list[Line]:
    """All that was declared at the general elections before a night, and as much of its own."""
    earlier = [one for night in GENERAL[: GENERAL.index(name)] for one in file(night)[1:]]
    return earlier + in_order_of_time(name)[:number]


def ballots(entries: tuple[Entry, ...]) -> set[str]:
    assert len(entries) == len({entry.contest.ballot for entry in entries})
    return {entry.contest.ballot for entry in entries}


@AT_EVERY_MOMENT
def test_the_archives_records_are_those_of_the_files(name: str, number: int) -> None:
    archive, known = records_page(night_after(name, number)).archive, known_by(name, number)
    assert archive is not None
    found = archive.book.found
    assert (found.scope.declared, found.scope.contests) == (len(known), 650 * (1 + GENERAL.index(name)))
    assert [f"{year}" for year in (*archive.years, archive.year)] == [
        one[5:9] for one in GENERAL[: 1 + GENERAL.index(name)]
    ]
    expected = records_of(known)
    del expected["last"]
    assert found.turnout_of == "papers"
    assert {
        "smallest": (ballots(found.smallest_majority), ballots(found.smallest_majority_share)),
        "largest": (ballots(found.largest_majority), ballots(found.largest_majority_share)),
        "swing": ballots(found.largest_swing),
        "turnout": (ballots(found.highest_turnout), ballots(found.lowest_turnout)),
        "ties": ballots(found.ties),
    } == expected
    valid: dict[str, Any] = {one["ballot"]: Fraction(valid_now(one), one["electorate"]) for one in known}
    lowest, highest = min(valid.values()), max(valid.values())
    assert ballots(found.lowest_valid) == {one for one, share in valid.items() if share == lowest}
    assert ballots(found.highest_valid) == {one for one, share in valid.items() if share == highest}
    shares = {
        party: (
            one.contests,
            {(each.line.share, each.line.candidate.name) for each in one.best},
            {(each.line.share, each.line.candidate.name) for each in one.worst},
            one.lost_deposits,
        )
        for party, one in found.parties.items()
    }
    assert shares == shares_of_parties(known)
    assert found.pounds_lost == 500 * sum(one.lost_deposits for one in found.parties.values())


@AT_EVERY_MOMENT
def test_the_page_links_each_record_and_marks_those_that_the_night_itself_set(name: str, number: int) -> None:
    night = night_after(name, number)
    _, page = html(night, "records").split("Of this and earlier general elections</h2>")
    seats = re.findall(r'<a href="/nights/([^/]+)/contests/([^"]+)">[^<]+</a>( \(\d{4}\)| <b class="here">\d{4})', page)
    own = {ballot for where, ballot, _ in seats if where == name}
    assert own <= {one["ballot"] for one in in_order_of_time(name)[:number]}
    for where, ballot, mark in seats:
        assert ballot.endswith(where.removeprefix("parl")), "its page is in its own night"
        assert mark == (f' <b class="here">{name[5:9]}' if where == name else f" ({where[5:9]})")
    assert len(seats) == page.count('<a href="')
    found = records_of(known_by(name, number))
    for held in (*found["smallest"], *found["largest"], found["swing"], *found["turnout"]):
        assert len(held) > 3 or held <= {ballot for _, ballot, _ in seats}
