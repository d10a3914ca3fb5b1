"""Reading the short sheet of a table from the texts of a form, and writing it back. No HTML, no HTTP."""

from msgspec import UNSET, Struct, UnsetType

from server.count.boxes.sending import number_in
from server.election.contests import Contest
from server.election.counting.acts.table_acts import TableKeyed
from server.election.counting.tables import has_several_votes
from server.election.methods.figures import HEADS, MoreFigures, Rejected
from server.election.texts.check_codes import Finding


class ShortSheet(Struct, frozen=True):
    """The sheet of a table as it was sent: the numbers as in ``TableKeyed``, or what stands against reading them."""

    given: int
    votes: dict[str, int]
    rejected: Rejected
    bundles: dict[str, int] | UnsetType
    more: MoreFigures | UnsetType
    unreadable: tuple[Finding, ...]


def read_table(contest: Contest, sent: dict[str, str], bundle: int) -> ShortSheet:
    """The sheet in a form: ``given``, ``votes.{candidate id}``, or ``bundles.`` and ``loose.`` where ``bundle`` says
    how many papers a full bundle has, and ``rejected.{head}``; ``valid_papers`` and ``in_part`` where a paper has
    several votes."""
    unreadable: list[Finding] = []

    def number(field: str, missing: str, **values: str) -> int:
        found = number_in(sent, field, missing, **values)
        if isinstance(found, Finding):
            unreadable.append(found)
            return 0
        return found

    given, votes, bundles = number("given", "given-missing"), dict[str, int](), dict[str, int]()
    for candidate in contest.polled:
        name = contest.told(candidate.id)
        if bundle:
            bundles[candidate.id] = number(f"bundles.{candidate.id}", "table-bundles-missing", candidate=name)
            loose = number(f"loose.{candidate.id}", "table-loose-missing", candidate=name)
            votes[candidate.id] = bundles[candidate.id] * bundle + loose
        else:
            votes[candidate.id] = number(f"votes.{candidate.id}", "table-votes-missing", candidate=name)
    more: MoreFigures | UnsetType = UNSET
    if has_several_votes(contest):
        valid, in_part = number("valid_papers", "table-valid-missing"), number("in_part", "table-in-part-missing")
        more = MoreFigures(valid, in_part)
    heads = {head: number(f"rejected.{head}", "table-head-missing") for head in HEADS}
    rejected = Rejected(sum(heads.values()), **heads)
    return ShortSheet(given, votes, rejected, bundles if bundle else UNSET, more, tuple(unreadable))


def texts_of(sheet: TableKeyed, bundle: int) -> dict[str, str]:
    """The texts of the form that would give this sheet; in bundles where ``bundle`` is how many papers one has."""
    numbers = {"given": sheet.given}
    for candidate, votes in sheet.votes.items():
        numbers[f"votes.{candidate}"] = votes
        if bundle:
            full = sheet.bundles.get(candidate, 0) if sheet.bundles else votes // bundle
            numbers |= {f"bundles.{candidate}": full, f"loose.{candidate}": votes - full * bundle}
    numbers |= {f"rejected.{head}": getattr(sheet.rejected, head) or 0 for head in HEADS}
    if sheet.more:
        numbers |= {"valid_papers": sheet.more.valid_papers or 0, "in_part": sheet.more.in_part or 0}
    return {field: f"{number:,}" for field, number in numbers.items()}
