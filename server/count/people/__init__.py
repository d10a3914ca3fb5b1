"""The people of a night: invited at the desk, called, signed out, handing over."""

from server.count.people import at_the_desk, leaving

PAGES = {"/count/you": leaving.you}
FORMS = {
    "out": leaving.out,
    "call": leaving.call,
    "call/answered": leaving.answered,
}
DESK_PAGES = {
    "/desk/people": at_the_desk.people,
    "/desk/invitations": at_the_desk.invitations,
    "/desk/there": at_the_desk.there,
}
DESK_FORMS = {
    "invitations": at_the_desk.invite,
    "people/{what}": at_the_desk.change,
}
"""The addresses of forms, below ``/count/`` and ``/desk/``."""
