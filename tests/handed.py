"""What an application hands to its requests, for tests that build a small one without following a stream."""

from pathlib import Path
from typing import Any

from server.hooks.deliveries import Deliveries
from server.html.process import PROCESS, Process
from server.live.hub import Hub
from server.live.leading import Leading, Stands
from server.nights.kept import Kept
from server.pages.newsroom.directing import Showing
from server.settings import Settings
from server.stream.cursors.clocks import Clocks
from server.stream.drafts import Drafts
from server.stream.events import EventStream
from server.stream.photos.photos import Photos
from server.stream.presence.presence import Presence
from server.stream.rates import Rates
from server.stream.submit import Submitter


def handed(hub: Hub, stream: EventStream | None = None) -> dict[str, Any]:
    """The state of a lifespan with this hub; without a stream, one that nothing answers."""
    stream = stream or EventStream("redis://nobody")
    drafts, rates = Drafts(stream), Rates("")
    leading, directing = Leading(Clocks(drafts), Stands), Leading(Clocks(drafts, "directors"), Showing)
    kept = Kept(Path("nowhere"))
    settings, submitter = Settings(), Submitter(stream)
    hooks = Deliveries(settings, stream, submitter)
    beside = leading, directing, hooks, Presence(stream), Photos(stream)
    one = Process(hub, stream, submitter, settings, kept, drafts, rates, *beside)
    return {PROCESS: one}
