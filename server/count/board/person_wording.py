"""What the desk and people did with invitations, in words, for the desk's log. Nothing is decided here."""

from typing import assert_never

from server.election.counting.acts import InvitationAct, PinCleared, Revoked, SessionsEnded
from server.election.counting.acts.people_acts import CallAnswered, CallAsked, HandedOver, PhoneGiven, SignedOut
from server.election.counting.desk import Desk
from server.election.texts.said import Said, say


def told_of_people(desk: Desk, act: InvitationAct) -> Said:
    """What a person did with an invitation, their own or somebody's. No number is told."""
    name, own = desk.people[act.invited].name, act.invited == act.invitation
    match act:
        case Revoked():
            return say("Revoked the invitation of %(name)s", name=name)
        case PinCleared() if act.link:
            return say("Cleared the PIN of %(name)s, and made a new link", name=name)
        case PinCleared():
            return say("Cleared the PIN of %(name)s", name=name)
        case SessionsEnded():
            return say("Signed out everywhere") if own else say("Ended all sessions of %(name)s", name=name)
        case SignedOut():
            return say("Signed out")
        case HandedOver():
            return say("Handed over to %(name)s", name=act.to)
        case PhoneGiven() if act.phone:
            return say("Gave a telephone number") if own else say("Gave a telephone number for %(name)s", name=name)
        case PhoneGiven():
            if own:
                return say("Took the telephone number away")
            return say("Took the telephone number of %(name)s away", name=name)
        case CallAsked():
            return say("Asked the desk to call") if own else say("Asked %(name)s to call the desk", name=name)
        case CallAnswered():
            return say("Has spoken to the desk") if own else say("Has spoken to %(name)s", name=name)
        case _:
            assert_never(act)
