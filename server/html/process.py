"""What one web process has, and every request of it: the nights, the stream behind them, the settings. No HTML."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from server.live.hub import Hub
from server.nights.kept import Kept
from server.settings import Settings
from server.stream.events import EventStream
from server.stream.submit import Submitter

PROCESS = "process"  # its name in the state that the application's lifespan hands to every request


@dataclass(frozen=True)
class Process:
    """Made once, when the application starts; ``server.app`` does that."""

    hub: Hub
    stream: EventStream
    submitter: Submitter
    settings: Settings
    kept: Kept


def process(connection: HTTPConnection) -> Process:
    """What the process that answers this request has."""
    return connection.scope["state"][PROCESS]
