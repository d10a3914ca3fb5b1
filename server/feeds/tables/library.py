"""A night's declared seats in the columns of the House of Commons Library's two files. No HTTP.

Not known here, and so left empty: the codes of regions, counties, types of constituencies, and what is said of people.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from msgspec import Struct

from server.election.clock import LONDON
from server.election.counts import Count
from server.election.nights import Night
from server.election.parties import INDEPENDENT, SPEAKER, counted_as
from server.election.results.parliament import is_by_election, polled_on
from server.feeds.tables.rows import Cell
from server.nights import facts
from server.nights.assumed import is_assumed
from server.nights.sources.ballots import place, slug

_PLACE = (
    *("ONS ID", "ONS region ID", "Constituency name", "County name", "Region name", "Country name"),
    "Constituency type",
)
_OF_PARTIES = {
    "Con": "PP52",
    "Lab": "PP53",
    "LD": "PP90",
    "UKIP": "PP85",
    "RUK": "PP7931",
    "Green": "PP63",
    "SNP": "PP102",
    "PC": "PP77",
    "DUP": "PP70",
    "SF": "PP39",
    "SDLP": "PP55",
    "UUP": "PP83",
    "APNI": "PP103",
}
_RESULT = (
    *("Declaration time", "Member first name", "Member surname", "Member gender", "Result", "First party"),
    *("Second party", "Electorate", "Valid votes", "Invalid votes", "Majority", *_OF_PARTIES),
    *("All other candidates", "Of which other winner"),
)
CONTESTS = ("By-election date", "Writ date", *_PLACE, *_RESULT)
CANDIDATES = (
    *("Election date", *_PLACE, "Party name", "Party abbreviation", "Electoral Commission party ID"),
    *("MNIS party ID", "Electoral Commission adjunct party ID", "Candidate first name", "Candidate surname"),
    *("Candidate gender", "Sitting MP", "Former MP", "Member MNIS ID", "Votes", "Share", "Change"),
)
_NAMED_WITHOUT_ID = {"Independent": INDEPENDENT, "Speaker": SPEAKER}


def columns(names: Sequence[str], by_elections: bool) -> tuple[str, ...]:
    """The columns of a file: a general election's has no dates."""
    return tuple(name for name in names if by_elections or not name.endswith(" date"))


def of_by_elections(night: Night) -> bool:
    """Whether a night is of by-elections, whose files have dates."""
    return any(is_by_election(contest.ballot) for contest in night.definition.contests)


def contest_row(night: Night, count: Count) -> Iterator[Cell]:
    """The row of a seat in the file of contests, under ``CONTESTS``; of one that is not declared there is none."""
    contest, result = count.contest, count.result
    assert result is not None
    names = {one.id: name for one, name in zip(contest.candidates, _split(count), strict=True)}
    first, surname = names[result.winner.candidate.id]
    yield from (_day(polled_on(night.definition, contest.ballot)), "", *_place(count))
    yield _time(night, count)
    yield from (first, surname, "", result.verdict.text(night.parties))
    ranked = [night.parties[counted_as(line.candidate.party)].short for line in result.lines]
    yield from (ranked[0], ranked[1] if len(ranked) > 1 else "", contest.electorate)
    rejected = result.rejected.total if result.rejected else "[x]"
    yield from (result.valid, rejected, "" if result.unopposed else result.majority)
    named = [result.by_party.get(party, 0) for party in _OF_PARTIES.values()]
    yield from named
    yield result.valid - sum(named)
    yield 0 if result.verdict.winner in _OF_PARTIES.values() else result.winner.votes


def candidate_rows(night: Night, count: Count) -> Iterator[tuple[Cell, ...]]:
    """The rows of a seat in the file of candidates, under ``CANDIDATES``, in ballot-paper order."""
    contest, result = count.contest, count.result
    assert result is not None
    lines = {line.candidate.id: line for line in result.lines}
    day, where = _day(polled_on(night.definition, contest.ballot)), _place(count)
    for candidate, (first, surname) in zip(contest.candidates, _split(count), strict=True):
        if candidate.fate == "withdrew":
            continue
        party, line = night.parties[candidate.party], lines.get(candidate.id)
        name = candidate.description or party.name
        id, adjunct = _registered(candidate.party, name)
        polled = line if line and not result.unopposed else None
        yield (
            *(day, *where, name, party.short, id, "", adjunct, first, surname, ""),
            *("Yes" if candidate.sitting else "No", "", "", polled.votes if polled else ""),
            round(float(polled.share), 6) if polled and polled.best else "",
            round(float(polled.change), 6) if polled and polled.change is not None else "",
        )


def _place(count: Count) -> tuple[str, ...]:
    contest = count.contest
    return (contest.gss, "", contest.name, "", contest.region, contest.nation, "")


def _time(night: Night, count: Count) -> str:
    """When a seat was declared; "" where that is not on record, or is one of the facts that every import adds."""
    ballot, at = count.contest.ballot, count.declared_at
    if at is None or count.no_poll or is_assumed(night.definition, ballot) or at == facts.known(ballot).declared:
        return ""
    return f"{at.astimezone(LONDON):%d/%m/%Y %H:%M}"


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _registered(party: str, name: str) -> tuple[str, str]:
    """A party's id as the two columns have it: a joint candidate's party and adjunct party, none for independents."""
    if party.startswith("joint-party:"):
        first, second = party.removeprefix("joint-party:").split("-")
        return f"PP{first}", f"PP{second}"
    if party == _NAMED_WITHOUT_ID.get(name) or party == f"unregistered:{slug(name) or name}":
        return "", ""
    return party, ""


def _split(count: Count) -> tuple[tuple[str, str], ...]:
    """First names and surname of each candidate, so that sorting by surname gives the order of the ballot paper back.

    A night has whole names. The surname is the last word, or as few more as the order needs.
    """
    choices = [_choices(candidate.name) for candidate in count.contest.candidates]
    ways = [_Way(0, ("", ""), ())]  # with each last name that is possible so far, the one with the fewest words more
    for names in choices:
        ways = [
            _Way(way.words + words, place(surname, first), (*way.names, (first, surname)))
            for words, (first, surname) in enumerate(names)
            for way in _cheapest(ways, place(surname, first))
        ]
    if not ways:  # the paper has another order
        return tuple(names[0] for names in choices)
    return min(ways, key=lambda way: way.words).names


class _Way(Struct, frozen=True):
    """The names so far: how many more words than one their surnames have together, and where the last one sorts."""

    words: int
    last: tuple[str, str]
    names: tuple[tuple[str, str], ...]


def _cheapest(ways: Iterable[_Way], next: tuple[str, str]) -> tuple[_Way, ...]:
    possible = [way for way in ways if way.last <= next]
    return (min(possible, key=lambda way: way.words),) if possible else ()


def _choices(name: str) -> list[tuple[str, str]]:
    """Each way to part a name in first names and surname, the shortest surname first."""
    words = name.split()
    return [(" ".join(words[:at]), " ".join(words[at:])) for at in range(len(words) - 1, -1, -1)]
