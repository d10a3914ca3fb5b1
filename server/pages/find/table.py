"""Which contests the table of all contests shows for an address, and in which order. No HTML, no rules of a result.

``web/static/find.js`` does the same in the browser, with the data attributes of each row.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from server.election.contests import Candidate, Contest
from server.election.counts import Count
from server.election.nights import Night
from server.election.once import once
from server.election.parties import counted_as
from server.election.result import Result
from server.election.results.places import regions
from server.html.languages import Language
from server.pages.find import groups
from server.pages.find.search import Hit, party_words, plain, seat_names

TOPIC = "contests"
SORTS = ("seat", "region", "verdict", "winner", "majority", "turnout", "swing", "declared")
VERDICTS = ("gain", "hold", "win", "pending")
COMPARED = ("gain", "hold", "pending")  # of a night whose contests all have a previous result
_NUMBERS = SORTS[4:]
_FALLING = ("turnout", "swing", "declared")  # sorted from the largest, or latest, unless the address says otherwise
_FINE = 1_000_000  # shares are sorted as whole millionths
_MOST_NAMED = 8

Key = tuple[int, str] | str | int


class Wanted(Struct, frozen=True):
    """What an address asks for: a question and filters, "" for any; the column to sort by, and whether ``falling``.
    ``council`` is the key of a group of contests, or ``groups.ALL``."""

    q: str = ""
    party: str = ""
    verdict: str = ""
    region: str = ""
    council: str = ""
    sort: str = "seat"
    falling: bool = False

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the address that asks for it; defaults are left out."""
        filters = {"verdict": self.verdict, "party": self.party, "region": self.region, "council": self.council}
        asked = {"q": self.q, **filters}
        if self.sort != "seat":
            asked["sort"] = self.sort
        if self.falling != (self.sort in _FALLING):
            asked["order"] = "desc" if self.falling else "asc"
        return {name: value for name, value in asked.items() if value}

    @property
    def all(self) -> bool:
        """Whether no contest is left out."""
        return not (self.is_search or self.council not in ("", groups.ALL))

    @property
    def is_search(self) -> bool:
        """Whether it is one person's question, rather than a table that many open."""
        return bool(self.q or self.party or self.verdict or self.region)

    def by(self, sort: str) -> "Wanted":
        """What the heading of a column asks for: sorting by it, or its reverse if the table is sorted by it already."""
        return replace(self, sort=sort, falling=not self.falling if sort == self.sort else sort in _FALLING)


class NamedCandidates(Struct, frozen=True):
    """The candidates that a question names: the first few, and how many more there are."""

    people: tuple[tuple[Contest, Candidate], ...]
    more: int


def wanted(night: Night, parameters: Mapping[str, str]) -> Wanted:
    """What an address asks for. Values that this night does not have are ignored."""

    def one_of(name: str, known: Iterable[str], otherwise: str = "") -> str:
        value = parameters.get(name, "")
        return value if value in known else otherwise

    sort = one_of("sort", SORTS, "seat")
    order = one_of("order", ("asc", "desc"))
    return Wanted(
        q=" ".join(parameters.get("q", "").split())[:80],
        party=one_of("party", night.parties),
        verdict=one_of("verdict", VERDICTS),
        region=one_of("region", (area.region for area in regions(night.definition))),
        council=one_of("council", (*keys, groups.ALL) if (keys := groups.keys(night.definition)) else ()),
        sort=sort,
        falling=order == "desc" if order else sort in _FALLING,
    )


def listed(night: Night, asked: Wanted, hits: Sequence[Hit], language: Language) -> list[Count]:
    """The hits that pass the filters, sorted: equal ones by name, and those without a value last."""
    counts = [count for hit in hits if _passes(night, count := night.counts[hit.contest.ballot], asked)]
    counts.sort(key=lambda count: plain(language.seat(count.contest)))
    key = _key(night, asked.sort, language)
    known = [(value, count) for count in counts if (value := key(count)) is not None]
    known.sort(key=lambda pair: pair[0], reverse=asked.falling)  # stable both ways: equal ones stay sorted by name
    return [count for _, count in known] + [count for count in counts if key(count) is None]


def named(hits: Iterable[Hit], shown: Iterable[Count]) -> NamedCandidates:
    """The candidates that a question names, in the order of the contests shown."""
    by_ballot = {hit.contest.ballot: hit.named for hit in hits}
    people = [(count.contest, candidate) for count in shown for candidate in by_ballot[count.contest.ballot]]
    return NamedCandidates(tuple(people[:_MOST_NAMED]), max(0, len(people) - _MOST_NAMED))


@once
def parties(night: Night) -> list[str]:
    """The parties that can be filtered by, most seats first.

    They are those that held or have won a seat, and those that stand in at least one contest of a hundred.
    """
    seats: dict[str, int] = {}
    stands: dict[str, int] = {}
    for count in night.counts.values():
        contest = count.contest
        for party in {counted_as(candidate.party) for candidate in contest.polled}:
            stands[party] = stands.get(party, 0) + 1
        for party in (contest.previous.holder if contest.previous else "", winner(count)):
            if party in night.parties:
                seats[party] = seats.get(party, 0) + 1
    enough = [party for party in stands if party in seats or stands[party] * 100 >= len(night.counts)]
    return sorted(enough, key=lambda party: (-seats.get(party, 0), -stands[party], night.parties[party].name))


def words_of_parties(night: Night, language: Language) -> dict[str, tuple[str, str]]:
    """The abbreviation of each party that stands, and the words it is found by, by party id."""
    standing = {counted_as(person.party) for contest in night.definition.contests for person in contest.candidates}
    return {
        party: (language.short(night.parties[party]), party_words(night.parties[party])) for party in sorted(standing)
    }


def about_row(night: Night, count: Count, language: Language) -> dict[str, object]:
    """What the template of a row takes: the seat's other names, ``numbers`` to sort by ("-" for none), the turnout."""
    called = language.seat(count.contest)
    values = [_number(night, count, name) for name in _NUMBERS]
    return {
        "also_called": [name for name in seat_names(count.contest) if name != called],
        "numbers": " ".join("-" if value is None else str(value) for value in values),
        "turnout": _turnout(count.result) if count.result else None,
    }


def winner(count: Count) -> str:
    """The party that won a contest, "" before it is declared."""
    return count.result.verdict.winner if count.result else ""


def _passes(night: Night, count: Count, asked: Wanted) -> bool:
    verdict = count.result.verdict.kind if count.result else "pending"
    return (
        asked.party in ("", winner(count))
        and asked.verdict in ("", verdict)
        and asked.region in ("", count.contest.region)
        and (asked.council in ("", groups.ALL) or asked.council == groups.key_of(night.definition, count.contest))
    )


def _key(night: Night, sort: str, language: Language) -> Callable[[Count], Key | None]:
    match sort:
        case "seat":
            return lambda count: plain(language.seat(count.contest))
        case "region":
            return lambda count: plain(language.place(count.contest.region))
        case "verdict":
            return lambda count: (
                (VERDICTS.index(count.result.verdict.kind), plain(language.short(night.parties[winner(count)])))
                if count.result
                else None
            )
        case "winner":
            return lambda count: _surname_first(count.result.winner.candidate.name) if count.result else None
        case _:
            return lambda count: _number(night, count, sort)


def _surname_first(name: str) -> str:
    first, _, last = plain(name).rpartition(" ")
    return f"{last} {first}"


def _number(night: Night, count: Count, name: str) -> int | None:
    result = count.result
    if result is None:
        return None
    match name:
        case "majority":
            return None if result.unopposed else result.majority
        case "turnout":
            turnout = _turnout(result)
            return None if turnout is None else int(turnout * _FINE)
        case "swing":
            return int(result.swing.size * _FINE) if result.swing else None
        case _:
            at = count.declared_at
            return None if at is None else int((at - night.definition.polls_close).total_seconds())


def _turnout(result: Result) -> Fraction | None:
    """The turnout (of 1) of ballot papers, or of valid votes if the rejected papers are not known; as on the map."""
    if result.unopposed:
        return None
    return result.turnout_valid if result.turnout_papers is None else result.turnout_papers
