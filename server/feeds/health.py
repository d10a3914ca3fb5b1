"""The state of this process: whether it is alive and ready for visitors, and its figures for Prometheus. No results."""

import asyncio
from collections.abc import Iterable, Sequence

import msgspec
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from server.access import allows, everyone
from server.election.events import AnyEvent
from server.feeds.shapes import Readiness
from server.html import static
from server.html.answers import JSON
from server.html.process import process
from server.live.hub import Hub
from server.stream.events import EventStream, StreamUnavailable

METRICS = "text/plain; version=0.0.4; charset=utf-8"
_PATIENCE_SECONDS = 2.0  # whoever asks has a time limit too, and redis-py would try for longer


@allows(everyone)
async def healthz(request: Request) -> Response:
    """``/healthz``: the process is alive."""
    return PlainTextResponse("ok", headers={"Cache-Control": "no-store"})


@allows(everyone)
async def readyz(request: Request) -> Response:
    """``/readyz``: 200 once everything stored has been read and while Redis answers; else 503, with the reasons. 503
    also where files are missing that pages ask for.

    If Redis might lose what it stores, has lost a night or some of its events, or lacks replicas, or if this process
    cannot read a night, the reasons say so too, but the process still counts as ready: it serves all that there is.
    """
    hub, stream = process(request).hub, process(request).stream
    reasons: list[str] = []
    if not hub.ready.is_set():
        reasons.append("The events that are stored have not all been read yet.")
    reasons += [lacks] if (lacks := static.lacking()) else []
    lost, why = await _lost(stream)
    reasons += [why] if lost is None else []
    lacking = [why] if why and lost is not None else []
    losses = [f"{night} should be on air, but nothing of it is stored any more." for night in lost or ()]
    losses += [f"{night} is off in this process, and the others go on. {why}" for night, why in hub.off.items()]
    losses += [told for night, events in hub.lost.items() if (told := _went_back(hub, night, events))]
    all_reasons = (*reasons, *losses, *lacking, *stream.not_durable)
    readiness = Readiness(not reasons, stream.durable and not lacking, all_reasons)
    status = 200 if readiness.ready else 503
    return Response(msgspec.json.encode(readiness), status, {"Cache-Control": "no-store"}, JSON)


@allows(everyone)
async def metrics(request: Request) -> Response:
    """``/metrics``: what this process has on air and how many watch, in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(OnAir(process(request).hub))
    ProcessCollector(registry=registry)
    return Response(generate_latest(registry), headers={"Cache-Control": "no-store"}, media_type=METRICS)


class OnAir(Collector):
    """The gauges of a hub. They are read anew at each scrape."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def collect(self) -> Iterable[Metric]:
        """Three gauges for the process, and four for each night on air."""
        yield GaugeMetricFamily("declared_nights_on_air", "Nights on air.", value=len(self._hub.channels))
        memo = self._hub.memo
        yield GaugeMetricFamily("declared_remembered_bytes", "Pages, frames and nights remembered.", value=memo.held)
        yield GaugeMetricFamily("declared_remembered_bytes_limit", "The most that is remembered.", value=memo.limit)
        viewers = GaugeMetricFamily("declared_viewers", "Websockets connected.", labels=["night"])
        seq = GaugeMetricFamily("declared_seq", "Seq of the newest event.", labels=["night"])
        declared = GaugeMetricFamily("declared_contests_declared", "Contests declared.", labels=["night"])
        contests = GaugeMetricFamily("declared_contests", "Contests of the night.", labels=["night"])
        for name, channel in self._hub.channels.items():
            viewers.add_metric([name], channel.watching)
            seq.add_metric([name], channel.seq)
            declared.add_metric([name], channel.night.declared if channel.night else 0)
            contests.add_metric([name], len(channel.night.counts) if channel.night else 0)
        yield from (viewers, seq, declared, contests)


def _went_back(hub: Hub, night: str, shown: Sequence[AnyEvent]) -> str:
    """What to do about events that were shown and that Redis came back without; "" if it has all of them after all."""
    known = hub.channels[night].night if night in hub.channels else None
    receipts = known.receipts if known else {}
    lost = [event for event in shown if receipts.get(event.command_id) != event.seq]
    if not lost:
        return ""
    missing = sum(event.command_id not in receipts for event in lost)
    again = f"{missing} of them must be sent again: its desk says which." if missing else "All went out again."
    what = "event" if len(lost) == 1 else "events"
    return f"Redis came back without {len(lost)} {what} of {night} that had been shown. {again}"


async def _lost(stream: EventStream) -> tuple[list[str] | None, str]:
    """The nights that Redis has lost, and which replicas it lacks, "" for none; or None, and why it did not answer."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await stream.lost(), await stream.lacks_replicas()
    except TimeoutError:
        return None, "Redis does not answer."
    except StreamUnavailable as error:
        return None, str(error)
