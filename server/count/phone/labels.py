"""What the fields of the sheet and of the verification are called."""

from server.count.phone.read_back import head_name, party_name
from server.election.nights import Night
from server.election.texts.said import say

LABELS = {"issued": say("Ballot papers expected"), "papers": say("Ballot papers counted")}


def label_of(night: Night, ballot: str, field: str) -> str:
    """The label of a field of the sheet."""
    contest, (what, _, which) = night.counts[ballot].contest, field.partition(".")
    match what:
        case "votes":
            return contest.told(which)
        case "split":
            return say("Split votes for %(name)s", name=contest.told(which))
        case "block":
            return say("Block votes for %(party)s", party=party_name(night, which))
        case "second" if which:
            return say("Second preferences for %(name)s", name=contest.told(which))
        case "rejected":
            return head_name(contest, which)
        case _:
            return label_of_other(what)


def label_of_other(field: str) -> str:
    """The label of a field that there is once."""
    return _OTHERS.get(field) or say("The lot")


_OTHERS = {
    "valid_papers": say("Valid ballot papers"),
    "in_part": say("Ballot papers rejected in part"),
    "second": say("Second preferences"),
    "second_rejected": say("Second preferences rejected"),
}
