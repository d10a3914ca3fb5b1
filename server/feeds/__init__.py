"""A night as data: JSON, events, the record, and the state of the process. Nothing here changes a night."""

from starlette.routing import BaseRoute, Route

from server.feeds.api import contest, council, night, nights
from server.feeds.asyncapi import asyncapi
from server.feeds.events import events
from server.feeds.health import healthz, readyz
from server.feeds.metrics import metrics
from server.feeds.openapi import openapi
from server.feeds.record_download import download
from server.feeds.syndication import answers as syndication
from server.feeds.tables import answers as tables

routes: list[BaseRoute] = [
    *syndication.routes,
    *tables.routes,  # before the contests, whose ballot id could end in .csv
    Route("/api/nights", nights),
    Route("/api/nights/{night}", night),
    Route("/api/nights/{night}/contests/{ballot}", contest),
    Route("/api/nights/{night}/councils/{body}", council),
    Route("/api/nights/{night}/events", events),
    Route("/api/nights/{night}/record", download),
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/metrics", metrics),
    Route("/openapi.json", openapi),
    Route("/asyncapi.json", asyncapi),
]
