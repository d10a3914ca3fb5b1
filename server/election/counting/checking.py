"""Everything that stands against a sheet that is keyed, or keyed again: who may key it now, and whether it fits."""

from collections.abc import Mapping

from server.election.counting.acts import KeyedAgain, Role, SheetKeyed, TableKeyed
from server.election.counting.desk import Desk
from server.election.counting.entry import KEYING, asked_for, correction_of, progress_of, sheets_of
from server.election.counting.figures.apart import added, check_apart
from server.election.counting.keying import is_first_alone
from server.election.counting.people import is_same_person
from server.election.counts import Count
from server.election.deciding.checks import check_figures, check_preferences
from server.election.methods.figures import NOTHING_MORE
from server.election.nights import Night
from server.election.refusals import Refused, count_of, going_on_air, must_be_polled, must_be_undeclared
from server.election.texts.check_codes import Finding
from server.election.texts.said import say
from server.election.texts.words import ROLES

_MOVED_ON = say("The count has moved on since this page was opened. Nothing was sent: look at the page as it is now.")
_KEYED_ELSEWHERE = say("Other figures were sent from another page or phone in the meantime.")


def check_sheet(count: Count, sheet: SheetKeyed, papers: int | None) -> list[Finding]:
    """What stands against a sheet, in the order of the form; ``papers`` are those that it must account for."""
    contest, more = count.contest, sheet.more or NOTHING_MORE
    if is_first_alone(count, sheet.votes):
        found = check_preferences(contest, sheet.votes, sheet.rejected, papers, must_reconcile=True)
        if not found and sheet.lot is not None:
            found = [Finding("lot-without-tie", "lot", say("No lot is drawn before the second round."))]
        return found
    found = check_figures(contest, sheet.votes, sheet.rejected, papers, sheet.lot, sheet.more, must_reconcile=True)
    if not sheet.apart:
        return found
    if added(contest, sheet.apart) != sheet.votes:
        return [Finding("shape", "votes", say("The votes are not the sums of block votes and split votes."))]
    return [*found, *check_apart(contest, sheet.apart, more.valid_papers)]


def must_be_of_this_round(count: Count, sheet: SheetKeyed) -> None:
    """Raises Refused where a sheet has a second round before the first is announced, or another first one."""
    second, first = sheet.more and sheet.more.second, count.preferences
    if not count.contest.rules.has_first_round or count.result is not None:
        return
    if first is None and second:
        raise Refused("preferences-missing", say("The first preferences must go out before the second are keyed."))
    if first is not None and (sheet.votes, sheet.rejected) != (first.votes, first.rejected):
        sentence = say("The first preferences are not those that are announced: a recount begins with them anew.")
        raise Refused("preferences-differ", sentence)


def must_be_keyed_now(
    night: Night, desk: Desk, act: SheetKeyed | TableKeyed, sheets: Mapping[Role, SheetKeyed | TableKeyed]
) -> None:
    """Raises Refused unless somebody can key this sheet now; ``sheets`` are the good ones of each role."""
    count = count_of(night, act.ballot)
    must_be_polled(count)
    if correction_of(night, desk, act.ballot) is None:
        must_be_undeclared(count)
    if asked_for(night, desk, act.ballot) is not None:
        raise going_on_air(count)
    if act.role not in KEYING:
        raise Refused(
            "role",
            say("Figures are keyed by the officer and the second officer, not by the %(role)s.", role=ROLES[act.role]),
        )
    mine = sheets.get(act.role)
    if act.round != count.round or (
        mine is None and act.replaces
    ):  # a correction has voided the sheet that it replaces
        raise Refused("count-moved-on", _MOVED_ON)
    if act.replaces != (mine.seq if mine else 0):
        raise Refused("keyed-elsewhere", _KEYED_ELSEWHERE)
    if any(role != act.role and is_same_person(act, sheet) for role, sheet in sheets.items()):
        raise Refused(
            "same-person", say("%(by)s has keyed the other sheet: a different person must key this one.", by=act.by)
        )


def must_look_again(night: Night, desk: Desk, act: KeyedAgain) -> None:
    """Raises Refused unless one person's sheet waits to be looked at again, and these are the fields to be keyed."""
    count, stands = count_of(night, act.ballot), progress_of(night, desk, act.ballot)
    sheet = sheets_of(count, desk).get(KEYING[0])
    wanted = (count.round, sheet.seq, {*(sheet.again or ())}) if stands.looks_again and sheet else None
    if (act.round, act.sheet, act.figures.keys()) != wanted:
        raise Refused("count-moved-on", _MOVED_ON)
    if act.replaces != (stands.again.seq if stands.again else 0):
        raise Refused("keyed-elsewhere", _KEYED_ELSEWHERE)
