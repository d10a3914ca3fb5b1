"""Sending what an invited person says, once however often it is sent. The clock is read here only."""

import hashlib
from datetime import datetime

from server.count.figures import Figures
from server.count.invitations import Invitation
from server.election.commands import Declare, ReachStage
from server.election.decide import Refused
from server.election.events import Declared, Stage
from server.pages.templates import LONDON
from server.stream.submit import Receipt, Submitter


def declaration(invitation: Invitation, key: str, figures: Figures) -> Declare:
    """The command; ``key`` is the sender's own, and stays the same when it is sent again."""
    return Declare(
        id=_command_id(invitation, "declaration", key),
        by=invitation.name,
        ballot=invitation.ballot,
        votes=figures.votes,
        rejected=figures.rejected,
        papers=figures.papers,
        lot=figures.lot,
    )


async def declare(submitter: Submitter, invitation: Invitation, key: str, figures: Figures) -> Receipt:
    """Declare; Refused with "key-reused" where the same key came before with other figures."""
    command = declaration(invitation, key, figures)
    receipt = await submitter.submit(invitation.night, command, now())
    if receipt.repeated:
        # Answering other figures with the first receipt would say that they were declared.
        night = await submitter.night(invitation.night)
        history = night.counts[invitation.ballot].history if night else ()
        first = next((one for one in history if one.command_id == command.id), None)
        assert isinstance(first, Declared), "a declaration's id is made from its kind"
        if (first.votes, first.rejected, first.lot) != (command.votes, command.rejected, command.lot):
            sentence = f"Other figures were declared with this key, as event {receipt.seq}. These were not."
            raise Refused("key-reused", sentence)
    return receipt


async def reach_stage(
    submitter: Submitter, invitation: Invitation, key: str, stage: Stage, papers: int | None
) -> Receipt:
    """Say how far the count has come."""
    command = ReachStage(
        id=_command_id(invitation, "stage", stage, str(papers), key),
        by=invitation.name,
        ballot=invitation.ballot,
        stage=stage,
        papers=papers,
    )
    return await submitter.submit(invitation.night, command, now())


def now() -> datetime:
    """This moment in London."""
    return datetime.now(LONDON)


def _command_id(invitation: Invitation, *parts: str) -> str:
    # Hashed: nobody can guess or take another's, and what a program chose as its key is not published.
    text = "\0".join((invitation.id, invitation.night, invitation.ballot, *parts))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
