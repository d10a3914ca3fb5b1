"""What the desk and people did with invitations, in words, for the desk's log. Nothing is decided here."""

from typing import assert_never

from server.election.counting.acts import InvitationAct, PinCleared, Revoked, SessionsEnded
from server.election.counting.acts.people_acts import CallAnswered, CallAsked, HandedOver, PhoneGiven, SignedOut
from server.election.counting.desk import Desk


def told_of_people(desk: Desk, act: InvitationAct) -> str:
    """What a person did with an invitation, their own or somebody's. No number is told."""
    name, own = desk.people[act.invited].name, act.invited == act.invitation
    match act:
        case Revoked():
            return f"Revoked the invitation of {name}"
        case PinCleared():
            return f"Cleared the PIN of {name}" + ("" if not act.link else ", and made a new link")
        case SessionsEnded():
            return "Signed out everywhere" if own else f"Ended all sessions of {name}"
        case SignedOut():
            return "Signed out"
        case HandedOver():
            return f"Handed over to {act.to}"
        case PhoneGiven():
            what = "Gave a telephone number" if act.phone else "Took the telephone number away"
            return what if own else f"{what} for {name}"
        case CallAsked():
            return "Asked the desk to call" if own else f"Asked {name} to call the desk"
        case CallAnswered():
            return "Has spoken to the desk" if own else f"Has spoken to {name}"
        case _:
            assert_never(act)
