"""What this process does where Redis comes back without events that it had shown: what can be is put back or sent
again, and the desk and the officers are told what cannot, or has another number or time than its receipt."""

import asyncio
from collections.abc import Sequence

import structlog

from server.election.counting.acts import EventLost
from server.election.counting.names import author
from server.election.events import AnyEvent
from server.election.refusals import Refused
from server.live.hub import Hub
from server.stream.clock import now
from server.stream.codec import UnknownEvent
from server.stream.events import StreamUnavailable
from server.stream.servers.failures import StreamUnfit
from server.stream.submit import Submitter

log = structlog.get_logger(__name__)
_STORE = "The store of results"


async def put_right(hub: Hub, submitter: Submitter) -> None:
    """Put right each loss of this process, for ever. Several processes may do so at once: each step happens once."""
    while True:
        night, lost = await hub.losses.get()
        try:
            await _put_right(submitter, night, lost)
        except (Refused, UnknownEvent, StreamUnfit) as error:  # as where the night is gone, or is off in this process
            log.error("a loss is not on record", night=night, lost=[event.seq for event in lost], why=str(error))


async def _put_right(submitter: Submitter, night: str, lost: Sequence[AnyEvent]) -> None:
    desk = submitter.known(night).desk
    acts = [_told(event, author(desk, event)) for event in lost]
    while True:
        try:
            await submitter.send_out(night, now())  # what was asked for and survived in the private stream
            for event, act in zip(lost, acts, strict=True):
                if not await submitter.has(night, event):  # else its receipt is as good as before
                    await submitter.record(night, act)
            return
        except StreamUnfit:
            raise
        except StreamUnavailable:
            await asyncio.sleep(1)


def _told(event: AnyEvent, asked_by: str) -> EventLost:
    return EventLost(
        seq=0,
        at=now(),
        by=_STORE,
        invitation="",
        device="",
        command_id=f"lost/{event.seq}/{event.command_id}/{event.at.isoformat()}",
        lost=event.seq,
        command=event.command_id,
        ballot=getattr(event, "ballot", None) or "",
        asked_by=asked_by,
        announced=event.at,
    )
