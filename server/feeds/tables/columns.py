"""The tables of a night and their columns: names that stay, what they hold, and the version of all of it. No rows."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

VERSION = 1
"""Grows when a column is renamed, removed or means something else; a new one comes at the end and is none."""

Kind = Literal["text", "integer", "number", "boolean", "time"]


class Column(Struct, frozen=True):
    """A column: its ``name``, the ``kind`` of its cells, and what it holds. An empty cell is not known, or not yet."""

    name: str
    kind: Kind
    meaning: str


class Table(Struct, frozen=True):
    """A table: what a ``row`` is, and its ``columns`` in order."""

    row: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)


def _columns(lines: str) -> tuple[Column, ...]:
    return tuple(_in_order(line.split(maxsplit=2) for line in lines.strip().splitlines()))


def _in_order(lines: Iterable[list[str]]) -> Iterable[Column]:
    kinds: dict[str, Kind] = {"t": "text", "i": "integer", "n": "number", "b": "boolean", "w": "time"}
    for kind, name, meaning in lines:
        yield Column(name, kinds[kind], meaning)


TABLES: dict[str, Table] = {
    "contests": Table(
        "one contest",
        _columns("""
t night                   The night's id.
t ballot                  Democracy Club's ballot id.
t contest                 The name of the constituency, ward or area, in the language asked for.
t gss                     Its code at the Office for National Statistics.
t region                  Region, in the language asked for.
t nation                  Nation, in the language asked for.
t body                    The id of the council or office; empty for the House of Commons.
i seats                   How many are elected.
t method                  How votes are counted.
t status                  awaiting, a stage, declared, withdrawn, or why there is no poll.
t verdict                 As the House of Commons Library writes it: UKIP gain from Con.
t elected                 Names of those elected, by votes, with semicolons between them.
t elected_party           The party of the first of them, as it is counted.
t elected_party_id        Its id at the Electoral Commission.
t colour                  Its colour.
i majority                First minus second; of several seats, last elected minus next.
n majority_percent        The same as a share of valid votes, where one seat is fought.
i electorate              Who could vote.
i valid_votes             Valid votes; of several seats those of each party's best candidate.
i rejected                Ballot papers rejected.
n turnout_papers_percent  Ballot papers counted over electorate, as the press has it.
n turnout_valid_percent   Valid ballot papers over electorate, as the Library has it.
t swing_from              Party id: Butler swing from it,
t swing_to                party id: to this one,
n swing_points            in points.
b by_lot                  Whether a tie was decided by lot.
t held_before             Party id: who had the seat at the baseline.
w expected                When the declaration is expected.
w declared_at             When it was declared.
b time_assumed            Whether nobody recorded that time.
b rehearsal               Whether the figures are practised with, and not those of a count.
t replay_of               The id of the past night that is played again; empty where it is the night itself.
"""),
    ),
    "candidates": Table(
        "one candidate",
        _columns("""
t night                   The night's id.
t ballot                  Democracy Club's ballot id.
t contest                 The name of the constituency, ward or area, in the language asked for.
t gss                     Its code at the Office for National Statistics.
t candidate               The candidate's id on this ballot: the place on the paper when the night was opened.
t name                    The name on the ballot paper.
t party_id                The party's id at the Electoral Commission, or Democracy Club's for who has none.
t party                   The party's name, in the language asked for.
t party_short             Its abbreviation, in the language asked for.
t counted_as              The id under which votes and seats are counted.
t colour                  Its colour.
i votes                   Votes; in a supplementary vote first preferences.
n share_percent           Share of valid votes; of several seats the best candidates' of their votes.
n change_points           Change of the party's share since the baseline, in points.
b elected                 Whether elected.
b lost_deposit            Whether the deposit is lost: 5% of valid votes or less.
i second_preferences      Second preferences added in a second round.
t fate                    That the candidate withdrew or died.
t status                  The contest's status.
w declared_at             When the contest was declared.
b rehearsal               Whether the figures are practised with, and not those of a count.
t replay_of               The id of the past night that is played again; empty where it is the night itself.
"""),
    ),
    "parties": Table(
        "one party over the contests declared so far, most seats first",
        _columns("""
t night                   The night's id.
t party_id                The id under which votes and seats are counted.
t party                   The party's name, in the language asked for.
t party_short             Its abbreviation, in the language asked for.
t colour                  Its colour.
i seats                   Seats won.
i gained                  Seats gained against the baseline.
i lost                    Seats lost against the baseline.
i net                     Gained less lost.
i votes                   Votes.
n share_percent           Share of all valid votes declared so far.
n change_points           Change of that share since the baseline in the same contests, in points.
b rehearsal               Whether the figures are practised with, and not those of a count.
t replay_of               The id of the past night that is played again; empty where it is the night itself.
"""),
    ),
    "councils": Table(
        "one council",
        _columns("""
t night                   The night's id.
t council                 The council's id.
t name                    Its name.
t gss                     Its code at the Office for National Statistics.
i seats                   How many seats it has in all.
i majority_line           How many seats make control.
i open                    Seats still to be declared.
i vacant                  Seats that stay empty.
b certain                 Whether it is certain who controls it.
t control                 Party id: who does; NOC where nobody does.
t control_before          Party id: who did on the eve; NOC where nobody did.
t change                  hold, gain, loss or win.
w certain_at              Since when it is certain.
i declared                Contests declared.
i contests                Contests in all.
b rehearsal               Whether the figures are practised with, and not those of a count.
t replay_of               The id of the past night that is played again; empty where it is the night itself.
"""),
    ),
    "council-seats": Table(
        "one party on one council",
        _columns("""
t night                   The night's id.
t council                 The council's id.
t name                    Its name.
t party_id                The id under which seats are counted.
t party                   The party's name, in the language asked for.
t colour                  Its colour.
i seats                   Seats, those that were not up among them.
i not_up                  Seats that were not up.
i won                     Seats won on this night.
i gained                  Seats gained.
i lost                    Seats lost.
b rehearsal               Whether the figures are practised with, and not those of a count.
t replay_of               The id of the past night that is played again; empty where it is the night itself.
"""),
    ),
}
