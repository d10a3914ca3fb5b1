"""The figures of this process for Prometheus: what it counted and timed, its nights, and how far it is behind Redis."""

import asyncio
import time
from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from server.access import allows, everyone
from server.feeds.health import readiness_of
from server.feeds.states.shapes import Readiness
from server.html.process import Process, process
from server.live.hub import Hub
from server.measures import HEARD, REGISTRY
from server.stream.codec import UnknownEvent
from server.stream.events import StreamUnavailable

METRICS = "text/plain; version=0.0.4; charset=utf-8"
_PATIENCE_SECONDS = 0.5  # Redis answers in milliseconds; what is known without it is told at once


@allows(everyone)
async def metrics(request: Request) -> Response:
    """``/metrics``: this process's figures in Prometheus' text format; server/OPERATIONS.md says what they mean."""
    this = process(request)
    hub = this.hub
    patience = 0.0 if hub.waits else _PATIENCE_SECONDS
    readiness, newest = await asyncio.gather(readiness_of(hub, this.stream, patience), _newest(this, patience))
    registry = CollectorRegistry()
    registry.register(OnAir(hub, readiness, newest))
    text = generate_latest(registry) + generate_latest(REGISTRY)
    return Response(text, headers={"Cache-Control": "no-store"}, media_type=METRICS)


async def _newest(this: Process, patience: float) -> Mapping[str, int] | None:
    """The seq of the newest event of each night on air as Redis has it; None if it does not answer."""

    async def seq_of(night: str) -> int:
        known = this.submitter.known(night).position
        since = await this.stream.look(night, known)
        return len(since.events) + (0 if since.whole else known.events)

    nights = list(this.hub.channels)
    try:
        async with asyncio.timeout(patience):
            return dict(zip(nights, await asyncio.gather(*map(seq_of, nights)), strict=True))
    except (TimeoutError, StreamUnavailable, UnknownEvent):
        return None


class OnAir(Collector):
    """The gauges of a hub, which are read anew at each scrape; ``newest`` are the seqs of its nights in Redis."""

    def __init__(self, hub: Hub, readiness: Readiness, newest: Mapping[str, int] | None) -> None:
        self._hub, self._readiness, self._newest = hub, readiness, newest

    def collect(self) -> Iterable[Metric]:
        """Gauges of the process, and some for each night on air."""
        hub, memo = self._hub, self._hub.memo
        yield GaugeMetricFamily("declared_ready", "1 if /readyz says so, else 0.", value=self._readiness.ready)
        yield GaugeMetricFamily("declared_durable", "1 if Redis keeps what it is given.", value=self._readiness.durable)
        yield GaugeMetricFamily("declared_nights_on_air", "Nights on air.", value=len(hub.channels))
        yield GaugeMetricFamily("declared_nights_off", "Nights that this process cannot show.", value=len(hub.off))
        yield GaugeMetricFamily("declared_remembered_bytes", "Pages, frames and nights remembered.", value=memo.held)
        yield GaugeMetricFamily("declared_remembered_bytes_limit", "The most that is remembered.", value=memo.limit)
        yield from self._nights()
        yield from self._behind()

    def _nights(self) -> Iterable[Metric]:
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

    def _behind(self) -> Iterable[Metric]:
        events = GaugeMetricFamily(
            "declared_follower_behind_events", "Events in Redis that are not shown here yet.", labels=["night"]
        )
        behind = 0
        for name, seq in (self._newest or {}).items():
            channel = self._hub.channels.get(name)
            missing = max(0, seq - channel.seq) if channel else 0
            behind += missing
            events.add_metric([name], missing)
        yield events
        heard = REGISTRY.get_sample_value(HEARD) or 0.0
        level = self._newest is not None and not behind
        seconds = 0.0 if level or not heard else time.time() - heard
        yield GaugeMetricFamily(
            "declared_follower_behind_seconds", "Seconds since Redis told of news, if some are missing.", value=seconds
        )
