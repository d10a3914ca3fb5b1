"""Making an invitation, and its link. Nobody is signed in here."""

from server.count.visit.invitations import Invitations
from server.count.visit.sending import new_id
from server.election.counting.acts import EntryChosen, EntryMode, Invited, Role, Stamp
from server.settings import Settings
from server.stream.clock import now
from server.stream.submit import Submitter

ROLES: dict[str, Role] = {
    "officer": "officer",
    "second-officer": "second officer",
    "returning-officer": "returning officer",
    "desk": "desk",
}
_COMMAND_LINE = "the command line"


async def invite_person(
    submitter: Submitter, night: str, name: str, role: Role, ballots: tuple[str, ...], by: Stamp | None = None
) -> str:
    """Invite somebody for these contests (none: all, for the desk); returns the invitation's id. Refused if the night,
    a contest or the name is none. ``by`` is the desk that invites, if it is not the command line."""
    invitation = new_id()
    stamp = by or _stamp(f"invite/{invitation}")
    await submitter.record(night, Invited(**stamp, invited=invitation, name=name, role=role, ballots=ballots))
    return invitation


async def choose_entry(submitter: Submitter, night: str, entry: EntryMode) -> None:
    """Say whether one or two people key each result of a night."""
    await submitter.record(night, EntryChosen(**_stamp(f"entry/{new_id()}"), entry=entry))


def link_of(settings: Settings, night: str, invitation: str, role: Role) -> str:
    """The link that opens an invitation; it can be made again at any time, and is good for 14 days from then."""
    area = "desk" if role == "desk" else "count"
    return f"{settings.public_url}/{area}/invitation/{Invitations(settings.secret_key).make(night, invitation)}"


def _stamp(command_id: str) -> Stamp:
    return Stamp(
        seq=0,
        at=now(),
        by=_COMMAND_LINE,
        invitation="",
        device=_COMMAND_LINE,
        command_id=command_id,
    )
