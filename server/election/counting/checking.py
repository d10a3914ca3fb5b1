"""Everything that stands against a keyed sheet, whichever round it is of and however its votes came together."""

from server.election.checks import check_figures, check_preferences
from server.election.counting.acts import SheetKeyed
from server.election.counting.keying import is_first_alone
from server.election.counting.sheets.apart import added, check_apart
from server.election.counts import Count
from server.election.methods.figures import NOTHING_MORE
from server.election.refusals import Refused
from server.election.texts.check_codes import Finding


def check_sheet(count: Count, sheet: SheetKeyed, papers: int | None) -> list[Finding]:
    """What stands against a sheet, in the order of the form; ``papers`` are those that it must account for."""
    contest, more = count.contest, sheet.more or NOTHING_MORE
    if is_first_alone(count, sheet.votes):
        found = check_preferences(contest, sheet.votes, sheet.rejected, papers, must_reconcile=True)
        if not found and sheet.lot is not None:
            found = [Finding("lot-without-tie", "lot", "No lot is drawn before the second round.")]
        return found
    found = check_figures(contest, sheet.votes, sheet.rejected, papers, sheet.lot, sheet.more, must_reconcile=True)
    if not sheet.apart:
        return found
    if added(contest, sheet.apart) != sheet.votes:
        return [Finding("shape", "votes", "The votes are not the sums of block votes and split votes.")]
    return [*found, *check_apart(contest, sheet.apart, more.valid_papers)]


def must_be_of_this_round(count: Count, sheet: SheetKeyed) -> None:
    """Raises Refused where a sheet has a second round before the first is announced, or another first one."""
    second, first = sheet.more and sheet.more.second, count.preferences
    if not count.contest.rules.has_first_round or count.result is not None:
        return
    if first is None and second:
        raise Refused("preferences-missing", "The first preferences must go out before the second are keyed.")
    if first is not None and (sheet.votes, sheet.rejected) != (first.votes, first.rejected):
        sentence = "The first preferences are not those that are announced: a recount begins with them anew."
        raise Refused("preferences-differ", sentence)
