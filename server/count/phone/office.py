"""What people are elected to, in the words that are spoken at a count in English."""

from msgspec import Struct

from server.election.contests import Contest
from server.election.nights import Night


class Office(Struct, frozen=True):
    """The words for an election: what ``one`` or ``several`` are elected as, "the Member of Parliament for Clacton",
    "councillors for the Abbey division of Kent", and ``where`` that is."""

    one: str
    several: str
    where: str


def office_of(night: Night, contest: Contest) -> Office:
    """The words for a contest, as its body has them."""
    body = night.definition.body_of(contest)
    if body is None or body.kind == "house":
        member = body.member if body and body.member else "Member of Parliament"
        return Office(f"the {member} for {contest.name}", f"{member}s for {contest.name}", contest.name)
    if body.kind == "office":
        return Office(body.name, body.name, contest.name)
    member, area = body.member or "councillor", body.area or "ward"
    named = contest.name if contest.name.casefold().endswith(area.casefold()) else f"{contest.name} {area}"
    where = f"the {named} of {body.name}"
    return Office(f"a {member} for {where}", f"{member}s for {where}", where)
