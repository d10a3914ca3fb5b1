"""The state of this process: whether it is alive, and ready for visitors. No results, no figures."""

import asyncio
from collections.abc import Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from server.access import allows, everyone
from server.election.counting.losses import to_send_again
from server.election.events import AnyEvent
from server.feeds.states.shapes import Readiness
from server.html import static
from server.html.answers import JSON
from server.html.process import process
from server.live.hub import Hub
from server.stream.events import EventStream, StreamUnavailable

_PATIENCE_SECONDS = 2.0  # whoever asks has a time limit too, and redis-py would try for longer


@allows(everyone)
async def healthz(request: Request) -> Response:
    """``/healthz``: the process is alive."""
    return PlainTextResponse("ok", headers={"Cache-Control": "no-store"})


@allows(everyone)
async def readyz(request: Request) -> Response:
    """``/readyz``: 200 once everything stored has been read, while Redis answers, until this process is told to stop;
    else 503, as also where files are missing that pages ask for. The reasons are in both."""
    readiness = await readiness_of(process(request).hub, process(request).stream)
    status = 200 if readiness.ready else 503
    return Response(msgspec.json.encode(readiness), status, {"Cache-Control": "no-store"}, JSON)


async def readiness_of(hub: Hub, stream: EventStream, patience: float = _PATIENCE_SECONDS) -> Readiness:
    """Whether this process may be sent visitors, and all that is wrong, as Redis says within ``patience`` seconds.

    If Redis might lose what it stores, has lost a night or some of its events, or lacks replicas, or if this process
    cannot read a night, the reasons say so too, but the process still counts as ready: it serves all that there is.
    """
    reasons: list[str] = []
    if hub.leaving:
        reasons.append("This process has been told to stop, and goes on for a little while only.")
    if not hub.ready.is_set():
        reasons.append("The events that are stored have not all been read yet.")
    reasons += [lacks] if (lacks := static.lacking()) else []
    lost, why = await _lost(stream, patience)
    reasons += [why] if lost is None else []
    reasons += [hub.waits] if hub.waits and hub.waits not in reasons else []
    lacking = [why] if why and lost is not None else []
    losses = [f"{night} should be on air, but nothing of it is stored any more." for night in lost or ()]
    losses += [f"{night} is off in this process, and the others go on. {why}" for night, why in hub.off.items()]
    losses += [told for night, events in hub.lost.items() if (told := _went_back(hub, night, events))]
    all_reasons = (*reasons, *losses, *lacking, *stream.not_durable)
    return Readiness(not reasons, stream.durable and not lacking, all_reasons)


def _went_back(hub: Hub, night: str, shown: Sequence[AnyEvent]) -> str:
    """What to do about events that were shown and that Redis came back without; "" if it has all of them after all."""
    channel = hub.channels.get(night)
    known, stored = (channel.night, channel.events) if channel else (None, ())
    lost = [event for event in shown if event not in stored[event.seq - 1 : event.seq]]
    if not lost:
        return ""
    missing = len(to_send_again(known, hub.desks[night].desk) if known else lost)
    again = f"{missing} of them must be sent again: its desk says which." if missing else "All went out again."
    what = "event" if len(lost) == 1 else "events"
    return f"Redis came back without {len(lost)} {what} of {night} that had been shown. {again}"


async def _lost(stream: EventStream, patience: float) -> tuple[list[str] | None, str]:
    """The nights that Redis has lost, and which replicas it lacks, "" for none; or None, and why it did not answer."""
    try:
        async with asyncio.timeout(patience):
            return await stream.lost(), await stream.lacks_replicas()
    except TimeoutError:
        return None, "Redis does not answer."
    except StreamUnavailable as error:
        return None, str(error)
