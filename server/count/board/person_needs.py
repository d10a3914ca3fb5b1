"""What is needed of the desk for its people: a call, a new link, an invitation. No HTML, no HTTP."""

import re
from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct

from server.count.board.board import Board, Due
from server.election.counting.desk import Desk, Person
from server.election.texts.said import Said, Value, _, say, say_all
from server.election.texts.several import listed, some_of
from server.election.texts.words import ROLES
from server.html.templates import clock

_DIGITS = re.compile("[^0-9]")


class Need(Struct, frozen=True):
    """Something that needs a person: ``what`` it is about, ``why``, and the address of the page to go to (``href``).

    ``due`` is set if it is late.
    """

    kind: str
    what: Value
    why: Said
    href: str
    due: Due | None = None


def of_people(board: Board) -> Iterator[Need]:
    """Who waits for a call, is locked out, or has handed over to somebody who is not invited."""
    people = [person for person in board.desk.people.values() if not person.revoked]
    for person in people:
        ballots = [board.night.counts[ballot].contest for ballot in person.ballots]
        what = listed([person.name, ROLES[person.role]])
        if ballots:
            message = _("%(name)s, %(role)s in %(contests)s")
            what = say(message, name=person.name, role=ROLES[person.role], contests=some_of(ballots))
        href = f"/desk/contests/{person.ballots[0]}" if len(ballots) == 1 else "/desk/people"
        if person.call and not person.calls:
            number = say("Call %(phone)s.", phone=person.phone) if person.phone else say("No number is known.")
            why = say("asks to be called, since %(time)s.", time=clock(person.call.at))
            yield Need("call", what, say_all(why, number), href)
        if person.locked:
            message = _("locked out after %(number)s wrong PINs. Make a new link once you know who calls.")
            yield Need("locked", what, say(message, number=person.mistakes), href)
        if person.handed and not any(_takes_over(other, person) for other in people):
            message = _("handed over to %(name)s at %(time)s, who is not invited here: invite them.")
            why = say(message, name=person.handed.to, time=clock(person.handed.at))
            yield Need("handed", what, why, href)


def _takes_over(other: Person, person: Person) -> bool:
    """Whether this is whom the person has handed over to, and may go on with every contest."""
    to = person.handed.to.casefold() if person.handed else ""
    return other.name.casefold() == to and set(person.ballots) <= set(other.ballots)


def of_one_number(desk: Desk) -> dict[str, Said]:
    """Invitation → the names of others who are invited for one of the same contests and have the same telephone number:
    perhaps one person, who could then confirm what they keyed. A hall can share one, so nothing is refused for it."""
    at = defaultdict[str, list[Person]](list)
    for person in desk.people.values():
        if person.phone and not person.revoked and person.ballots:
            at[_DIGITS.sub("", person.phone)[-9:]].append(person)  # with or without the country
    told = dict[str, Said]()
    for people in at.values():
        for one in people:
            others = [other.name for other in people if other.name != one.name and {*one.ballots} & {*other.ballots}]
            if others:
                told[one.invitation] = listed(others)
    return told


def uninvited(board: Board) -> Iterator[Need]:
    """That nobody is invited to enter the results of a night, as when it was just opened."""
    roles = {person.role for person in board.desk.people.values() if not person.revoked}
    if roles & {"officer", "second officer"} or board.night.definition.replay_of or board.night.declared:
        return
    yield Need("uninvited", say("Invite the officers"), say("nobody can enter a result yet."), "/desk/people")
