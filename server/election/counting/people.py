"""Who may be invited, and whether an invitation can be used: Refused where not. No state is changed."""

from server.election.counting.acts import InvitationAct, Invited, PinChosen, SignedIn, SignInAct
from server.election.counting.acts.act import Act
from server.election.counting.acts.people_acts import CallAnswered, CallAsked, HandedOver, PhoneGiven
from server.election.counting.desk import Desk, Person
from server.election.limits import LONGEST_NAME
from server.election.nights import Night
from server.election.refusals import Refused, count_of, plain
from server.election.texts.said import say

LOCKED = say("Too many wrong PINs: this invitation is locked. Call the desk, which can open it again.")

PHONE_UNFIT = say("A telephone number has 3 to 15 digits, with spaces or a + before them.")


def must_have_a_name(act: Invited) -> None:
    """Raises Refused unless the person invited has a name that can be shown."""
    if not plain(act.name):
        raise Refused("name-missing", say("Say who is invited."))
    _must_fit(act.name)


def _must_fit(name: str) -> None:
    if not name.isprintable() or len(name) > LONGEST_NAME:
        sentence = say("A name has at most %(most)s characters, and all can be printed.", most=LONGEST_NAME)
        raise Refused("name-unfit", sentence)


def must_invite(night: Night, act: Invited) -> None:
    """Raises Refused unless somebody can be invited to this night so."""
    must_have_a_name(act)
    if act.role == "admin":
        raise Refused("role", say("Those who run the place are invited to the place, not to a night."))
    for ballot in act.ballots:
        count_of(night, ballot)
    if (act.role == "desk") is bool(act.ballots):
        raise Refused("ballot-missing", say("Say for which contest; only the desk is invited for all."))


def must_change(desk: Desk, act: InvitationAct) -> None:
    """Raises Refused where there is no such invitation, or this cannot be done with it."""
    person = desk.people.get(act.invited)
    if person is None:
        raise Refused("invitation-unknown", say("There is no such invitation."))
    if isinstance(act, CallAsked) and person.call is not None:
        raise Refused("call-asked", say("That was asked already, and nobody has called yet."))
    if isinstance(act, CallAnswered) and person.call is None:
        raise Refused("call-answered", say("Nobody waits for that call any more."))
    if isinstance(act, PhoneGiven) and act.phone and not is_number(act.phone):
        raise Refused("phone-unfit", PHONE_UNFIT)
    if isinstance(act, HandedOver):
        if not plain(act.to):
            raise Refused("name-missing", say("Say who takes over."))
        _must_fit(act.to)


def is_number(phone: str) -> bool:
    """Whether a text can be a telephone number."""
    digits = [one for one in phone if one.isdigit()]
    return phone.isascii() and 3 <= len(digits) <= 15 and len(phone) <= 25 and not phone.strip("+0123456789 ()-./")


def must_sign_in(desk: Desk, act: SignInAct) -> None:
    """Raises Refused unless this invitation can be used so now."""
    person = the_person(desk, act.invitation)
    if person.locked:
        raise Refused("locked", LOCKED)
    if isinstance(act, PinChosen) and person.pin is not None:
        raise Refused(
            "pin-chosen", say("A PIN has been chosen for this invitation. Enter it; if it was not you, call the desk.")
        )
    if isinstance(act, SignedIn) and person.pin is None:
        raise Refused("pin-missing", say("No PIN has been chosen for this invitation yet."))


def the_person(desk: Desk, invitation: str) -> Person:
    """The person with this invitation; Refused where there is none, or it was withdrawn."""
    person = desk.people.get(invitation)
    if person is None or person.revoked:
        raise Refused("revoked", say("This invitation is not good any more. Ask the desk for a new one."))
    return person


def is_same_person(one: Act, other: Act) -> bool:
    """Whether two acts are one person's, as far as invitations and names tell."""
    return one.invitation == other.invitation or one.by.casefold().split() == other.by.casefold().split()
