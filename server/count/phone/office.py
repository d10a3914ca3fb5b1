"""What people are elected to, in the words that are spoken at a count in English."""

from msgspec import Struct

from server.election.contests import Contest
from server.election.nights import Night


class Office(Struct, frozen=True):
    """The words for an election: ``one`` and ``several`` who are elected, "the Member of Parliament", "councillors";
    ``where`` they are elected, with its kind and its council: "the Abbey division of Kent". ``area`` is the kind of
    place: "constituency", "division", "ward"."""

    one: str
    several: str
    where: str
    area: str


def office_of(night: Night, contest: Contest) -> Office:
    """The words for a contest, as its body has them."""
    body = night.definition.body_of(contest)
    if body is None or body.kind == "house":
        member = body.member if body and body.member else "Member of Parliament"
        return Office(f"the {member}", f"{member}s", contest.name, (body.area if body else "") or "constituency")
    if body.kind == "office":
        member = body.member or body.name
        return Office(member, member, contest.name, body.area or "area")
    member, area = body.member or "councillor", body.area or "ward"
    named = contest.name if contest.name.casefold().endswith(area.casefold()) else f"{contest.name} {area}"
    return Office(f"a {member}", f"{member}s", f"the {named} of {body.name}", area)
