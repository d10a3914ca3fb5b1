"""Inviting a person to a night, and the link of an invitation. Nobody is signed in here."""

from msgspec import UNSET

from server.count.visit.invitations import Invitations, admin_of, area_of
from server.count.visit.sending import new_id
from server.election.counting.acts import PLACE, EntryChosen, EntryMode, Invited, Role, Stamp
from server.election.counting.acts.people_acts import PhoneGiven
from server.election.counting.desk import Desk
from server.settings import Settings
from server.stream.clock import now
from server.stream.submit import Submitter

ROLES: dict[str, Role] = {
    "officer": "officer",
    "second-officer": "second officer",
    "returning-officer": "returning officer",
    "desk": "desk",
}
"""The roles of a night, as the command line and lists of people write them."""
_COMMAND_LINE = "the command line"


async def invite_person(
    submitter: Submitter,
    night: str,
    name: str,
    role: Role,
    ballots: tuple[str, ...],
    by: Stamp | None = None,
    phone: str = "",
) -> str:
    """Invite a person for these contests, and return the invitation's id; note the ``phone`` if it is known.

    The desk is invited without ``ballots``: it has every contest. ``by`` is the stamp of the desk that invites; without
    one it is the command line. Refused if there is no such night or contest, or the name cannot be used.
    """
    invitation = new_id()
    stamp = by or _stamp(f"invite/{invitation}")
    act = Invited(**stamp, invited=invitation, name=name, role=role, ballots=ballots)
    invited = (await submitter.record(night, act))[0].invited
    if phone:
        beside: Stamp = {**stamp, "command_id": f"{stamp['command_id']}/phone"}
        await submitter.record(night, PhoneGiven(**beside, invited=invited, phone=phone))
    return invited


async def choose_entry(
    submitter: Submitter, night: str, entry: EntryMode, once: str = "", *, apart: bool = False
) -> None:
    """Set whether one person or two people key each result of a night, and whether block votes and split votes are
    keyed ``apart``, once for each ``once`` that is not empty. Refused if there is no such night."""
    stamp = _stamp(f"entry/{once or new_id()}")
    await submitter.record(night, EntryChosen(**stamp, entry=entry, apart=apart or UNSET))


def link_of(settings: Settings, night: str, invitation: str, role: Role, link: str = "") -> str:
    """The link that opens an invitation. It can be made again at any time, and is valid for 14 days from then. ``link``
    is the person's."""
    token = Invitations(settings.secret_key).make(night, invitation, link)
    return f"{settings.public_url}/{area_of(role)}/invitation/{token}"


async def first_admin(submitter: Submitter) -> str | None:
    """The first invitation to run the place, which is made if there is none; None if it was revoked."""
    invited = (await submitter.desk(PLACE)).people.values()
    for person in invited:
        return None if person.revoked else person.invitation
    stamp = _stamp("invite/first")  # two processes that start at once invite one person
    act = Invited(**stamp, invited=new_id(), name="The administrator", role="admin", ballots=())
    return (await submitter.record(PLACE, act))[0].invited


def at_its_desk(desk: Desk, admin: str = "") -> list[str]:
    """The invitations to a night's desk that the admin with this invitation, or any, has by running the place."""
    came = ((person.invitation, admin_of(person)) for person in desk.people.values())
    return [invitation for invitation, who in came if who and who == (admin or who)]


def _stamp(command_id: str) -> Stamp:
    return Stamp(
        seq=0,
        at=now(),
        by=_COMMAND_LINE,
        invitation="",
        device=_COMMAND_LINE,
        command_id=command_id,
    )
