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
    FileLine,
    file,
    in_order_of_time,
    night_after,
    records_of,
    shares_of_parties,
    valid_now,
)

AT_EVERY_MOMENT = pytest.mark.parametrize(("name", "number"), [(night, n) for night in GENERAL[1:] for n in MOMENTS])


def known_by(name: str, number: int) -> list[FileLine]:
    """The contests of all general elections before a night, and the first ``number`` declared of the night itself."""
    earlier = [contest for night in GENERAL[: GENERAL.index(name)] for contest in file(night)[1:]]
    return earlier + in_order_of_time(name)[:number]


def ballots(entries: tuple[Entry, ...]) -> set[str]:
    assert len(entries) == len({entry.contest.ballot for entry in entries})
    return {entry.contest.ballot for entry in entries}


@AT_EVERY_MOMENT
def test_the_archives_records_are_those_of_the_files(name: str, number: int) -> None:
    archive, known = records_page(night_after(name, number)).archive, known_by(name, number)
    assert archive is not None
    book = archive.book.found
    assert (book.scope.declared, book.scope.contests) == (len(known), 650 * (1 + GENERAL.index(name)))
    assert [f"{year}" for year in (*archive.years, archive.year)] == [
        earlier[5:9] for earlier in GENERAL[: 1 + GENERAL.index(name)]
    ]
    expected = records_of(known)
    del expected["last"]
    assert book.turnout_of == "papers"
    assert {
        "smallest": (ballots(book.smallest_majority), ballots(book.smallest_majority_share)),
        "largest": (ballots(book.largest_majority), ballots(book.largest_majority_share)),
        "swing": ballots(book.largest_swing),
        "turnout": (ballots(book.highest_turnout), ballots(book.lowest_turnout)),
        "ties": ballots(book.ties),
    } == expected
    valid: dict[str, Any] = {
        contest["ballot"]: Fraction(valid_now(contest), contest["electorate"]) for contest in known
    }
    lowest, highest = min(valid.values()), max(valid.values())
    assert ballots(book.lowest_valid) == {ballot for ballot, share in valid.items() if share == lowest}
    assert ballots(book.highest_valid) == {ballot for ballot, share in valid.items() if share == highest}
    shares = {
        party: (
            record.contests,
            {(entry.line.share, entry.line.candidate.name) for entry in record.best},
            {(entry.line.share, entry.line.candidate.name) for entry in record.worst},
            record.lost_deposits,
        )
        for party, record in book.parties.items()
    }
    assert shares == shares_of_parties(known)
    assert book.pounds_lost == 500 * sum(record.lost_deposits for record in book.parties.values())


@AT_EVERY_MOMENT
def test_the_page_links_each_record_and_marks_those_that_the_night_itself_set(name: str, number: int) -> None:
    night = night_after(name, number)
    _, page = html(night, "records").split("Of this and earlier general elections</h2>")
    seats = re.findall(r'<a href="/nights/([^/]+)/contests/([^"]+)">[^<]+</a>( \(\d{4}\)| <b class="here">\d{4})', page)
    own = {ballot for where, ballot, _ in seats if where == name}
    assert own <= {contest["ballot"] for contest in in_order_of_time(name)[:number]}
    for where, ballot, mark in seats:
        assert ballot.endswith(where.removeprefix("parl")), "its page is in its own night"
        assert mark == (f' <b class="here">{name[5:9]}' if where == name else f" ({where[5:9]})")
    assert len(seats) == page.count('<a href="')
    found = records_of(known_by(name, number))
    for held in (*found["smallest"], *found["largest"], found["swing"], *found["turnout"]):
        assert len(held) > 3 or held <= {ballot for _, ballot, _ in seats}
