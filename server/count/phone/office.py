"""What people are elected to, in the words that are spoken at a count."""

from msgspec import Struct

from server.election.contests import Contest
from server.election.nights import Night
from server.election.texts.said import Said, Value, _, say
from server.html.telling.officers import RETURNING_OFFICER, title_of


class Office(Struct, frozen=True):
    """The words for an election: what ``one`` or ``several`` are elected as, "the Member of Parliament for Clacton",
    "councillors for the Abbey division of Kent", ``where`` that is,
    and the ``title`` of who declares it."""

    one: Value
    several: Value
    where: Value
    title: Said


def office_of(night: Night, contest: Contest) -> Office:
    """The words for a contest, as its body has them; what a body calls its members and areas stays as it is."""
    body = night.definition.body_of(contest)
    if body is None or body.kind == "house":
        named = body.member if body else ""
        member, members = (named, f"{named}s") if named else (say("Member of Parliament"), say("Members of Parliament"))
        one = say("the %(member)s for %(where)s", member=member, where=contest)
        return Office(
            one,
            say("%(members)s for %(where)s", members=members, where=contest),
            contest,
            title_of(night.definition, contest),
        )
    if body.kind == "office":
        return Office(body.name, body.name, contest, RETURNING_OFFICER)
    named, area = body.member, body.area or say("ward")
    member, members = (named, f"{named}s") if named else (say("councillor"), say("councillors"))
    where = say("the %(name)s %(area)s of %(body)s", name=contest.name, area=area, body=body.name)
    if contest.name.casefold().endswith(area.casefold()):
        where = say("the %(name)s of %(body)s", name=contest.name, body=body.name)
    one = say("a %(member)s for %(where)s", member=member, where=where)
    return Office(one, say("%(members)s for %(where)s", members=members, where=where), where, RETURNING_OFFICER)


def opening_of(office: Office, officer: str, contest: Contest) -> Said:
    """The first sentence of a declaration; ``officer`` is the name of who speaks it, "" where that is not known."""
    first = contest.rules.has_first_round
    if not officer:
        message = _("As %(title)s for %(where)s I declare that the number of votes given for each candidate is:")
        if first:
            message = _(
                "As %(title)s for %(where)s I declare that the number of first preference votes given for each "
                "candidate is:"
            )
        return say(message, title=office.title, where=office.where)
    message = _("I, %(name)s, %(title)s for %(where)s, declare that the number of votes given for each candidate is:")
    if first:
        message = _(
            "I, %(name)s, %(title)s for %(where)s, declare that the number of first preference votes given for each "
            "candidate is:"
        )
    return say(message, name=officer, title=office.title, where=office.where)
