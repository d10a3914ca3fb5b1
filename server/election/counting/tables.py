"""Count tables: which sheets of theirs are good, what may be done, and what they come to together. Nothing is changed.

    chosen ──▶ keyed ──▶ keyed by a second person, where the night asks for two, and equal ──▶ the contest's sheet

A contest without tables has one sheet, keyed as a whole. With tables its sheet is their sum, which nobody types: in
Putney in 2024 the sum of three spreadsheets left out 6,558 votes.
"""

from collections.abc import Iterable
from typing import NoReturn

from msgspec import UNSET, Struct
from msgspec.structs import replace

from server.election.contests import Contest
from server.election.counting.acts import Role, SheetKeyed
from server.election.counting.acts.table_acts import TableKeyed, TablesChosen
from server.election.counting.desk import Desk
from server.election.counts import Count
from server.election.deciding.checks import Keyed, counted_in
from server.election.limits import LONGEST_NAME, MOST_IN_A_BUNDLE, MOST_TABLES
from server.election.methods.figures import HEADS, NOTHING_MORE, MoreFigures, Rejected
from server.election.refusals import Refused, must_be_polled, refuse_if
from server.election.texts.box_words import found_in_box
from server.election.texts.check_codes import Finding
from server.election.texts.said import say


class Tables(Struct, frozen=True):
    """The tables of a contest by name, in order; ``keyed`` is role → table → the good sheet. ``bundle`` is as in
    ``TablesChosen``."""

    names: tuple[str, ...] = ()
    bundle: int = 0
    keyed: dict[Role, dict[str, TableKeyed]] = {}

    def of(self, role: Role) -> dict[str, TableKeyed]:
        """Table → its good sheet in this role, in the order of the tables."""
        return self.keyed.get(role, {})

    def at(self, name: str) -> dict[Role, TableKeyed]:
        """Role → the good sheet of a table."""
        found: dict[Role, TableKeyed] = {}
        for role, sheets in self.keyed.items():
            if name in sheets:
                found[role] = sheets[name]
        return found

    def missing(self, role: Role) -> tuple[str, ...]:
        """The tables that nobody in this role has keyed."""
        return tuple([name for name in self.names if name not in self.of(role)])

    def differing(self, roles: Iterable[Role]) -> tuple[str, ...]:
        """The tables whose sheets are not the same in all these roles, of those that all have keyed."""
        sheets = [self.of(role) for role in roles]
        both = [name for name in self.names if all(name in of_role for of_role in sheets)]
        return tuple([name for name in both if any(differs(sheets[0][name], other[name]) for other in sheets[1:])])


class Sum(Struct, frozen=True):
    """Tables added up: the papers that they were ``given``, the votes, the rejected papers, and what there is besides
    where a paper has several votes."""

    given: int
    votes: dict[str, int]
    rejected: Rejected
    more: MoreFigures = NOTHING_MORE


def tables_of(count: Count, desk: Desk) -> Tables:
    """The tables of a contest as they stand: the sheets of this round, with votes for all who are on the paper now.

    While figures are declared, the sheets that they are the sum of are good too: a correction begins from those.
    """
    entry, polled = desk.of(count.contest.ballot), {candidate.id for candidate in count.contest.polled}
    if entry.tables is None:
        return Tables()
    keyed: dict[Role, dict[str, TableKeyed]] = {}
    for name in entry.tables.tables:
        for (table, role), sheet in entry.tallied.items():
            whole = entry.sheets.get(role) if count.result else None
            declared = whole is not None and sheet.seq in (whole.tables or {}).values()
            if table == name and (sheet.round == count.round or declared) and sheet.votes.keys() == polled:
                keyed.setdefault(role, {})[name] = sheet
    return Tables(entry.tables.tables, entry.tables.bundle, keyed)


def made_of(count: Count, desk: Desk, role: Role) -> dict[str, int]:
    """Table → seq of its good sheet in this role: what a sheet of the contest must be made of to be good."""
    return {name: sheet.seq for name, sheet in tables_of(count, desk).of(role).items()}


def sum_of(sheets: Iterable[TableKeyed]) -> Sum:
    """What the sheets of tables come to."""
    given, votes, heads, more = 0, dict[str, int](), dict.fromkeys(HEADS, 0), NOTHING_MORE
    for sheet in sheets:
        given += sheet.given
        if sheet.more:
            valid, in_part = sheet.more.valid_papers or 0, sheet.more.in_part or 0
            more = MoreFigures((more.valid_papers or 0) + valid, (more.in_part or 0) + in_part)
        for candidate, number in sheet.votes.items():
            votes[candidate] = votes.get(candidate, 0) + number
        for head in HEADS:
            heads[head] += getattr(sheet.rejected, head) or 0
    return Sum(given, votes, Rejected(sum(heads.values()), **heads), more)


def differs(one: TableKeyed, other: TableKeyed) -> bool:
    """Whether two sheets of a table say different things; how each is bundled is no part of it."""
    return _said(one) != _said(other)


def _said(sheet: TableKeyed) -> tuple[object, ...]:
    return sheet.given, sheet.votes, sheet.rejected, sheet.more


def check_table(contest: Contest, tables: Tables, sheet: TableKeyed) -> list[Finding]:
    """What stands against the sheet of a table, each at its field."""
    more, several = sheet.more or NOTHING_MORE, has_several_votes(contest)
    numbers = {"given": sheet.given, **{f"votes.{one}": votes for one, votes in sheet.votes.items()}}
    numbers |= {f"rejected.{head}": getattr(sheet.rejected, head) or 0 for head in HEADS}
    numbers |= {"valid_papers": more.valid_papers or 0, "in_part": more.in_part or 0}
    found = [found_in_box("table-unfit", field, "below-nought") for field, number in numbers.items() if number < 0]
    for candidate, full in (sheet.bundles or {}).items():
        loose = sheet.votes.get(candidate, 0) - full * tables.bundle
        if full < 0:
            found.append(found_in_box("table-unfit", f"bundles.{candidate}", "below-nought"))
        elif not 0 <= loose < max(1, tables.bundle):
            said = found_in_box("table-bundles", f"loose.{candidate}", "table-bundles", loose=loose, size=tables.bundle)
            found.append(said)
    valid = (more.valid_papers or 0) if several else sum(sheet.votes.values())
    counted = valid + sheet.rejected.total
    if not found and several and valid + sum(sheet.votes.values()):
        figures = counted_in(contest, Keyed(sheet.votes, sheet.rejected, None, more), None)
        found += contest.rules.check(figures)
    if not found and counted != sheet.given:
        name = "table-more" if counted > sheet.given else "table-fewer"
        name = f"{name}-valid" if several else name
        differ = abs(counted - sheet.given)
        values = {"counted": counted, "differ": differ, "given": sheet.given}
        found.append(found_in_box("table-not-papers", "given", name, **values))
    return found


def has_several_votes(contest: Contest) -> bool:
    """Whether a paper has several votes, so that the valid papers are counted apart."""
    return "valid papers" in contest.rules.keyed


def must_choose(count: Count, act: TablesChosen, *, waits: bool) -> None:
    """Raises Refused unless a contest can be counted by these tables; ``waits`` if a declaration waits to go out."""
    must_be_polled(count)
    if waits:
        _refuse_table("already-asked", "", "box-waits")
    rules = count.contest.rules
    if act.tables and (rules.why_not or rules.has_first_round):
        _refuse_table("method-not-counted", "", "tables-one-round")
    if act.bundle and has_several_votes(count.contest):
        _refuse_table("table-bundle", "bundle", "bundles-several")
    if len(act.tables) > MOST_TABLES:
        _refuse_table("tables-many", "tables", "tables-many", most=MOST_TABLES)
    names = set[str]()
    for name in act.tables:
        if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
            _refuse_table("name-unfit", "tables", "table-name-long", most=LONGEST_NAME)
        if name.casefold() in names:
            _refuse_table("table-named", "tables", "table-named", table=name)
        names.add(name.casefold())
    if act.bundle and not 2 <= act.bundle <= MOST_IN_A_BUNDLE:
        _refuse_table("table-bundle", "bundle", "bundle-unfit", most=MOST_IN_A_BUNDLE)


def must_key_table(count: Count, desk: Desk, act: TableKeyed) -> None:
    """Raises Refused unless this sheet of a table adds up, and is of this table as it is now."""
    tables = tables_of(count, desk)
    if act.table not in tables.names:
        _refuse_table("table-unknown", "", "table-unknown")
    if act.votes.keys() != {candidate.id for candidate in count.contest.polled}:
        _refuse_table("count-moved-on", "", "table-paper")
    if act.rejected.total != sum(getattr(act.rejected, head) or 0 for head in HEADS):
        sentence = say("The four heads of rejected papers do not add up to their total.")
        refuse_if([Finding("rejected-heads", "rejected", sentence)])
    if has_several_votes(count.contest) is not bool(act.more and act.more.valid_papers is not None):
        _refuse_table("shape", "", "table-paper")
    refuse_if([*check_table(count.contest, tables, act)])


def must_be_their_sum(count: Count, desk: Desk, act: SheetKeyed, roles: tuple[Role, ...], papers: int | None) -> None:
    """Raises Refused, with the names of tables, unless a sheet is the sum of the contest's tables, or it has none.

    ``roles`` are those that key each table, ``papers`` all that the tables must have been given together.
    """
    tables = tables_of(count, desk)
    if not tables.names and act.tables is UNSET:
        return
    if not tables.names or not act.tables:
        _refuse_table("count-moved-on", "", "tables-sum")
    others: tuple[Role, ...] = tuple(role for role in roles if role != act.role)
    for role in (act.role, *others):
        if missing := tables.missing(role):
            name = "tables-open" if role == act.role else "tables-open-other"
            _refuse(found_in_box("tables-open", "tables", name, tables=", ".join(missing)))
    if differing := tables.differing(roles):
        _refuse(found_in_box("tables-differ", "tables", "tables-differ", tables=", ".join(differing)))
    if act.tables != {name: sheet.seq for name, sheet in tables.of(act.role).items()}:
        _refuse_table("count-moved-on", "", "tables-moved-on")
    together = sum_of(tables.of(act.role).values())
    if papers is not None and together.given != papers:
        name = "tables-more" if together.given > papers else "tables-fewer"
        values = {"given": together.given, "differ": abs(together.given - papers), "papers": papers}
        _refuse(found_in_box("tables-not-papers", "tables", name, **values))
    more = replace(act.more or NOTHING_MORE, lots=())
    if (act.votes, act.rejected, more) != (together.votes, together.rejected, together.more):
        _refuse_table("shape", "", "tables-moved-on")


def tables_in(text: str) -> tuple[str, ...]:
    """The tables of a list, one on each line; empty lines are none."""
    return tuple([name for line in text.splitlines() if (name := " ".join(line.split()))])


def _refuse_table(code: str, field: str, name: str, **values: int | str) -> NoReturn:
    _refuse(found_in_box("table-unfit", field, name, **values), code)


def _refuse(finding: Finding, code: str = "") -> NoReturn:
    raise Refused(code or finding.code, finding.sentence, (finding,))
