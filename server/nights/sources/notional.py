"""How each seat stood before, from a file of notional results: votes estimated on new boundaries. No verdicts."""

from pathlib import Path

from server.election.contests import Previous
from server.election.parties import INDEPENDENT, SPEAKER, Party, counted_as
from server.nights import register
from server.nights.baselines import Baseline
from server.nights.format import OTHERS
from server.nights.sources.ballots import slug
from server.nights.sources.renamed import RENAMED
from server.nights.sources.tables import CsvRow, Problem, table

_NOTIONAL = (
    "constituency_id",
    "mnis_party_id",
    "mnis_party_name",
    "mnis_party_abbrev",
    "votes",
    "electorate",
)

_COLUMNS = (  # those of the Library's file of 2005, where they have no names
    *("constituency_id", "constituency_name", "mnis_party_id", "mnis_party_name", "mnis_party_abbrev"),
    *("votes", "total_votes", "electorate", "share"),
)

_PUBLISHED = (  # those of the file of 2019 on the boundaries of 2024, which has no names for them
    *("constituency_name", "name again", "constituency_id", "number", "region", "country", "type", "turnout"),
    *("electorate", "total_votes", "majority", "what is counted", "votes"),
    *("mnis_party_abbrev", "mnis_party_name", "mnis_party_id"),
)
_TOTALS = ("TOTOTHV", "MAXOTHV")  # rows of all other parties together and of the largest of them, each a row of its own

# A notional file names parties by the Members' Names database's number. A night's own candidates tell which
# Electoral Commission id that is, but for those without one and for a party that does not stand any more.
_BY_NUMBER = {"8": INDEPENDENT, "47": SPEAKER, "38": "PP83", "1006": "PP7931"}


def of_notional(path: Path, name: str, known: dict[str, Party], problems: list[Problem]) -> Baseline:
    """Votes estimated on changed boundaries, from the Library's CSV; ``known`` is number or abbreviation → party.

    The file of 2019 is read as it is published too, without its totals and with the codes that its seats have now.
    ``NA`` rows, all other parties together, are kept under ``others``: they count for the valid total only.
    """
    found: dict[str, dict[str, int]] = {}
    electorates: dict[str, int | None] = {}
    parties: dict[str, Party] = {}
    for row in table(path, _NOTIONAL, problems, [_COLUMNS, _PUBLISHED]):
        if row.text("what is counted") in _TOTALS:
            continue
        gss, number = row.required("constituency_id"), row.text("mnis_party_id")
        if row.has("what is counted"):
            gss = RENAMED[2024].get(gss, gss)
            number = "47" if row.text("mnis_party_name") == "Commons Speaker" else number
        votes, electorates[gss] = row.number("votes"), row.number_if_known("electorate")
        party = OTHERS if number == "NA" else _BY_NUMBER.get(number)
        if party is None:
            party = _party(row, number, known)
        if party != OTHERS:
            parties[party] = Party(party, row.text("mnis_party_name"), row.text("mnis_party_abbrev"))
        seat = found.setdefault(gss, {})
        seat[party] = seat.get(party, 0) + (votes or 0)
    previous = {
        gss: Previous(max(votes, key=lambda party: (party != OTHERS, votes[party])), _by_votes(votes), electorates[gss])
        for gss, votes in found.items()
        if set(votes) != {OTHERS}
    }
    return Baseline(name, previous, parties)


def _party(row: CsvRow, number: str, known: dict[str, Party]) -> str:
    """The id of a party that stands now, or else is in the register; of neither, one made of its name."""
    name = row.required("mnis_party_name")
    stands = known.get(number) or known.get(row.text("mnis_party_abbrev"))
    registered = stands.id if stands else register.numbered(number, name)
    return counted_as(registered or f"unregistered:{slug(name) or name}")


def _by_votes(votes: dict[str, int]) -> dict[str, int]:
    return dict(sorted(votes.items(), key=lambda item: (item[0] == OTHERS, -item[1])))
