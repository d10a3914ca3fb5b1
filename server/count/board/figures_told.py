"""Which figures two sheets or declarations differ in, in words. Nothing is decided here."""

from msgspec import Struct

from server.count.phone.labels import label_of_other
from server.count.phone.read_back import head_name
from server.election.contests import Contest
from server.election.methods.figures import HEADS, NOTHING_MORE, MoreFigures, SecondPreferences
from server.election.texts.said import Value, say
from server.election.verdict import Figures


class LoggedChange(Struct, frozen=True):
    """A figure or a time in words, before and after a change; both are "" if only that it changed may be told."""

    name: Value
    before: Value = ""
    after: Value = ""


def figures_changed(contest: Contest, before: Figures, after: Figures) -> tuple[LoggedChange, ...]:
    """The figures in which two sheets or declarations differ, in the order of the form."""
    changes = [
        LoggedChange(contest.told(candidate.id), before.votes[candidate.id], after.votes[candidate.id])
        for candidate in contest.candidates
        if candidate.id in before.votes and candidate.id in after.votes
    ]
    old, new = before.rejected, after.rejected
    if old and new:
        changes += [
            LoggedChange(head_name(contest, head), _papers(getattr(old, head)), _papers(getattr(new, head)))
            for head in HEADS
        ]
        if old.official_mark is None or new.official_mark is None:
            changes.append(LoggedChange(say("Rejected in all"), old.total, new.total))
    changes += _others_changed(contest, before.more or NOTHING_MORE, after.more or NOTHING_MORE)
    changes.append(LoggedChange(say("The lot"), _lot(contest, before), _lot(contest, after)))
    return tuple(change for change in changes if change.before != change.after)


def _papers(papers: int | None) -> Value:
    return say("not known") if papers is None else papers


def _others_changed(contest: Contest, before: MoreFigures, after: MoreFigures) -> list[LoggedChange]:
    changes = [
        LoggedChange(label_of_other(name), _papers(getattr(before, name)), _papers(getattr(after, name)))
        for name in ("valid_papers", "in_part")
    ]
    old, new = (one.second or SecondPreferences({}) for one in (before, after))
    for candidate in dict.fromkeys((*old.votes, *new.votes)):
        what = say("Second preferences for %(name)s", name=contest.told(candidate))
        changes.append(LoggedChange(what, _papers(old.votes.get(candidate)), _papers(new.votes.get(candidate))))
    return [*changes, LoggedChange(label_of_other("second_rejected"), _papers(old.rejected), _papers(new.rejected))]


def _lot(contest: Contest, figures: Figures) -> Value:
    drawn = (figures.more or NOTHING_MORE).lots or ((figures.lot,) if figures.lot else ())
    return ", ".join(map(contest.told, drawn)) or say("none")
