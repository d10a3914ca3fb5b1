"""How each seat stood before, from a file of notional results: votes estimated on new boundaries. No verdicts."""

from server.election.contests import Previous
from server.election.parties import INDEPENDENT, SPEAKER, Party, counted_as
from server.nights import register
from server.nights.baselines import Baseline
from server.nights.sources.ballots import slug
from server.nights.sources.problems import Problem
from server.nights.sources.renamed import RENAMED
from server.nights.sources.source import File
from server.nights.sources.tables import CsvRow, table
from server.nights.sums import a_sum
from server.nights.written.lines import OTHERS

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

_OF_THE_SEAT = ("electorate", "total_votes")  # figures that each row of a seat repeats

# A notional file names parties by the Members' Names database's number. A night's own candidates tell which
# Electoral Commission id that is, but for those without one and for a party that does not stand any more.
_BY_NUMBER = {"8": INDEPENDENT, "47": SPEAKER, "38": "PP83", "1006": "PP7931"}


def of_notional(
    file: File, name: str, known: dict[str, Party], problems: list[Problem], notes: list[Problem]
) -> Baseline:
    """Votes estimated on changed boundaries, from the Library's CSV; ``known`` is number or abbreviation → party.

    The file of 2019 is read as it is published too, without its totals and with the codes that its seats have now,
    which are added to ``notes``.
    ``NA`` rows, all other parties together, are kept under ``others``: they count for the valid total only. The votes
    of a seat must come to its ``total_votes``, where the file has them.
    """
    found: dict[str, dict[str, int]] = {}
    firsts: dict[str, CsvRow] = {}
    parties: dict[str, Party] = {}
    for row in table(file, _NOTIONAL, problems, [_COLUMNS, _PUBLISHED]):
        if row.text("what is counted") in _TOTALS:
            continue
        gss, number = row.required("constituency_id"), row.text("mnis_party_id")
        if sums := a_sum(*row.cells):
            row.wrong(f"{sums} is no party but a sum of others: leave this row out.", f"{sums} is no party")
            continue
        if row.has("what is counted"):
            old, gss = gss, RENAMED[2024].get(gss, gss)
            if old != gss and gss not in firsts:
                sentence = f"{row.text('constituency_name')} is {old} here, and is taken as {gss}, its code now."
                notes.append(Problem(row.file, row.line, sentence))
            number = "47" if row.text("mnis_party_name") == "Commons Speaker" else number
        _must_agree(row, firsts.setdefault(gss, row))
        votes = row.number("votes")
        party = OTHERS if number == "NA" else _BY_NUMBER.get(number)
        if party is None:
            party = _party(row, number, known)
        if party != OTHERS:
            parties[party] = Party(party, row.text("mnis_party_name"), row.text("mnis_party_abbrev"))
        seat = found.setdefault(gss, {})
        seat[party] = seat.get(party, 0) + (votes or 0)
    for gss, votes in found.items():
        _must_add_up(firsts[gss], gss, sum(votes.values()))
    previous = {
        gss: Previous(
            max(votes, key=lambda party: (party != OTHERS, votes[party])),
            _by_votes(votes),
            firsts[gss].number_if_known("electorate"),
        )
        for gss, votes in found.items()
        if set(votes) != {OTHERS}
    }
    names = {gss: row.text("constituency_name") for gss, row in firsts.items()}
    return Baseline(name, previous, parties, names)


def _must_agree(row: CsvRow, first: CsvRow) -> None:
    """Note where a seat's rows repeat a figure of the seat with another value."""
    for column in _OF_THE_SEAT:
        if row.text(column) != first.text(column):
            sentence = (
                f"{column} is {row.text(column)!r}, but {first.text(column)!r} on line {first.line} of the same seat."
            )
            row.wrong(sentence, f"{column} differs within a seat")


def _must_add_up(row: CsvRow, gss: str, votes: int) -> None:
    total, electorate = row.number_if_known("total_votes"), row.number_if_known("electorate")
    if total is not None and total != votes:
        sentence = f"The votes in {gss} come to {votes:,}, but total_votes is {total:,}."
        row.wrong(sentence, "total_votes is another number")
    if electorate and votes > electorate:
        row.wrong(
            f"The {votes:,} votes in {gss} are more than the electorate of {electorate:,}.", "more than the electorate"
        )


def _party(row: CsvRow, number: str, known: dict[str, Party]) -> str:
    """The id of a party that stands now, or else is in the register; of neither, one made of its name."""
    name = row.required("mnis_party_name")
    stands = known.get(number) or known.get(row.text("mnis_party_abbrev"))
    registered = stands.id if stands else register.numbered(number, name)
    return counted_as(registered or f"unregistered:{slug(name) or name}")


def _by_votes(votes: dict[str, int]) -> dict[str, int]:
    return dict(sorted(votes.items(), key=lambda item: (item[0] == OTHERS, -item[1])))
