"""What all requests of one web process share: the nights, the stream behind them, the settings. No HTML."""

from dataclasses import dataclass, field
from functools import cached_property

from starlette.requests import HTTPConnection

from server.hooks.deliveries import Deliveries
from server.live.hub import Hub
from server.live.leading import Leading
from server.live.memory.later import Later
from server.live.memory.turns import Turns
from server.nights.kept import Kept
from server.settings import Settings
from server.stream.drafts import Drafts
from server.stream.events import EventStream
from server.stream.photos.photos import Photos
from server.stream.presence.presence import Presence
from server.stream.rates import Rates
from server.stream.submit import Submitter

PROCESS = "process"  # the key in the state that the application's lifespan hands to every request


@dataclass(frozen=True)
class Process:
    """The shared objects of a web process. ``server.app`` makes them once, when the application starts."""

    hub: Hub
    stream: EventStream
    submitter: Submitter
    settings: Settings
    kept: Kept
    drafts: Drafts
    rates: Rates
    leading: Leading
    directing: Leading
    hooks: Deliveries
    presence: Presence
    photos: Photos
    turns: Turns = field(default_factory=Turns)

    @cached_property
    def later(self) -> Later:
        """What data that is asked for waits in, until viewers of every night have been sent the news."""
        channels = self.hub.channels
        return Later(lambda: any(channel.waiting for channel in channels.values()))


def process(connection: HTTPConnection) -> Process:
    """The shared objects of the process that answers this request."""
    return connection.scope["state"][PROCESS]
