"""How far the entry of a contest's figures is, in words. Nothing is decided here."""

from server.count.board.verdict_told import verdict_told
from server.election.counting.acts import Role
from server.election.counting.entry import EntryProgress
from server.election.counts import Count
from server.election.nights import Night
from server.election.texts.said import Said, say
from server.election.texts.several import listed

VOID = {
    "paper": say("sheets do not fit the ballot paper as it was put right"),
    "electors": say("more papers are verified than there are electors"),
    "tables": say("a sheet is not the sum of the tables as they are now"),
    "papers": say("sheets do not account for the papers"),
}
"""Why sheets that somebody has keyed are void."""
WHAT_THEN = {
    VOID["paper"]: say("sheets do not fit the ballot paper as it was put right. They are keyed again."),
    VOID["electors"]: say(
        "more papers are verified than there are electors. The papers are verified again, or the electorate is put "
        "right under “The ballot paper”."
    ),
    VOID["tables"]: say("a sheet is not the sum of the tables as they are now. The tables are added up again."),
    VOID["papers"]: say(
        "a sheet does not account for the papers verified since. It is keyed again, or they are verified again."
    ),
}
"""Why sheets are void → what is done about it."""
_WAITING: dict[tuple[Role, ...], Said] = {
    ("officer",): say("waiting for the officer"),
    ("second officer",): say("waiting for the second officer"),
    ("officer", "second officer"): say("waiting for the officer and the second officer"),
}


def figures_of(night: Night, count: Count, stands: EntryProgress) -> Said:
    """How far the entry is; once it is over, what was declared."""
    match stands.state:
        case "no poll":
            return say("nothing to count")
        case "unverified":
            return say("papers not verified")
        case "keying":
            return say("being revised, nothing keyed") if stands.correction else say("nothing keyed")
        case "one keyed":
            return _WAITING[stands.waiting_for]
        case "look again":
            return say("keyed by one person, who looks at the paper again")
        case "differs" if stands.again:
            rows = len(stands.differing)
            if rows == 1:
                return say("keyed again otherwise in 1 row")
            return say("keyed again otherwise in %(rows)s rows", rows=rows)
        case "differs":
            rows = len(set(stands.differing))
            return say("sheets differ in 1 row") if rows == 1 else say("sheets differ in %(rows)s rows", rows=rows)
        case "ready":
            return say("ready to be corrected on air") if stands.correction else say("ready to declare")
        case "asked":
            return say("spoken, waits for the release") if night.held else say("spoken, going on air")
        case "on air":
            papers = unaccounted(count)
            if papers:
                return say("does not account for %(papers)s papers", papers=abs(papers))
            return verdict_told(count.result.verdict, night.parties) if count.result else listed([])


def unaccounted(count: Count) -> int | None:
    """By how many papers a declaration exceeds those verified (negative: falls short of them), which may have been
    corrected since. None if the two agree, or one of them is not known."""
    result = count.result
    if result is None or result.unopposed or result.rejected is None or count.papers is None:
        return None
    return (result.valid + result.rejected.total - count.papers) or None
