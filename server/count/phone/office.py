"""What people are elected to, in the words that are spoken at a count."""

from msgspec import Struct

from server.election.contests import Contest
from server.election.nights import Night
from server.election.texts.said import Said, Value, _, say
from server.html.telling.officers import title_of

_AREAS = {str(area): area for area in (say("ward"), say("division"), say("electoral division"))}


class Office(Struct, frozen=True):
    """The words for an election: what ``one`` or ``several`` are elected as, "the Member of Parliament for Clacton",
    "councillors for the Abbey division of Kent", ``where`` that is,
    and the ``title`` of who declares it."""

    one: Value
    several: Value
    where: Value
    title: Said


def office_of(night: Night, contest: Contest) -> Office:
    """The words for a contest, as its body has them. What a body calls its members and areas stays as it is, but for
    the words of most councils, which are told in each language: in Welsh as they follow "yn"."""
    body, title = night.definition.body_of(contest), title_of(night.definition, contest)
    if body is None or body.kind == "house":
        named = body.member if body else ""
        member, members = (named, f"{named}s") if named else (say("Member of Parliament"), say("Members of Parliament"))
        one = say("the %(member)s for %(where)s", member=member, where=contest)
        return Office(
            one,
            say("%(members)s for %(where)s", members=members, where=contest),
            contest,
            title,
        )
    if body.kind == "office":
        office = _named(body.name)
        return Office(office, office, contest, title)
    area = _AREAS.get(body.area.casefold() or "ward", body.area)
    where = say("the %(name)s %(area)s of %(body)s", name=contest.name, area=area, body=body.name)
    if contest.name.casefold().endswith(area.casefold()):
        where = say("the %(name)s of %(body)s", name=contest.name, body=body.name)
    if body.member.casefold() in ("", "councillor"):
        one, several = say("a councillor for %(where)s", where=where), say("councillors for %(where)s", where=where)
    else:
        one = say("a %(member)s for %(where)s", member=body.member, where=where)
        several = say("%(members)s for %(where)s", members=f"{body.member}s", where=where)
    return Office(one, several, where, title)


def _named(office: str) -> str:
    if office != (place := office.removeprefix("Mayor of ")):
        return say("Mayor of %(place)s", place=place)
    if office != (place := office.removeprefix("Police and Crime Commissioner for ")):
        return say("Police and Crime Commissioner for %(place)s", place=place)
    return office


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
