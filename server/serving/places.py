"""How many connections there may be, and who gives way when there are too many: no requests, no bytes."""

import math
import resource
from itertools import islice
from typing import Protocol

import structlog
from uvicorn.server import ServerState

from server.measures import REFUSALS

MOST_FILES = 65_536  # open files, where the system has no limit
_OWN_FILES = 256  # open files besides clients: Redis, what is read, what is printed to
_RESERVED = 0.1  # of all places, for officers, the desk and pages, where viewers have taken the others
SECONDS_TO_TAKE = 30.0  # in which a client must take ``_LEAST_TAKEN`` of what waits for it
_LEAST_TAKEN = 16 * 1024  # bytes, beside the quarter of a megabyte that the kernel holds for it
_SECONDS_TO_BEGIN = 5.0  # in which a client must begin to take, where it is in a viewer's way
_MOST_LOOKED_AT = 16  # of those who take nothing, for each viewer who finds no place
_LOG_SECONDS = 60.0

log = structlog.get_logger(__name__)


class Asking(Protocol):
    """A connection whose next request is not here yet."""

    def give_way(self) -> None:
        """End it."""
        ...


class Taking(Asking, Protocol):
    """A connection whose client has not taken all that was sent to it."""

    @property
    def left(self) -> int:
        """How many bytes wait for it in this process."""
        ...


class Places(ServerState):
    """The connections of a server; ``most`` is how many there may be, by default as many as this process may open. The
    site is below the path ``prefix``.

    Whoever connects and asks for nothing gives way, the oldest first, once such connections have half of all places: a
    browser asks as soon as it is connected, so that it is never among the oldest. Who asks and does not take the answer
    is let go after half a minute, or gives way where every place is taken. Viewers' lines, when only the reserve is
    left, have the place of somebody who took nothing for five seconds, or are refused. What was done is logged once a
    minute.
    """

    def __init__(self, most: int = 0, prefix: str = "") -> None:
        super().__init__()
        self.desks = (b"/desk/", f"{prefix}/desk/".encode())  # a proxy takes the prefix off a request, or not
        self.data = (b"/api/", f"{prefix}/api/".encode())
        self.most = most or _files() - _OWN_FILES
        self._asking: dict[Asking, None] = {}
        self._taking: dict[Taking, tuple[float, int]] = {}  # since when so many bytes wait
        self._gave_way = self._late = self._slow = self._malformed = self._refused = 0
        self._logged = -math.inf

    def asks(self, connection: Asking) -> None:
        """Note that a connection waits for its client to ask; another may have to give way to it."""
        self._asking.pop(connection, None)
        self._asking[connection] = None
        while (over := len(self.connections) > self.most) or 2 * len(self._asking) > self.most:
            if over and self._taking:
                self._end(next(iter(self._taking)))
            elif len(self._asking) > 1:
                self._end(next(iter(self._asking)))
            else:
                return
            self._gave_way += 1
            REFUSALS.labels("408", "gave way").inc()

    def _end(self, connection: Asking) -> None:
        self.asked(connection)
        self.took(connection)
        self.connections.discard(connection)  # type: ignore[arg-type]  # it may be closed only later
        connection.give_way()

    def asked(self, connection: Asking) -> None:
        """Note that a connection's request is here, or that it is gone."""
        self._asking.pop(connection, None)

    def waits(self, connection: Taking, now: float) -> None:
        """Note that a client has not taken all that was sent to it; ``now`` is in the loop's seconds."""
        self._taking.setdefault(connection, (now, connection.left))

    def took(self, connection: Asking) -> None:
        """Note that a client has taken all that was sent to it, or is gone."""
        self._taking.pop(connection, None)  # type: ignore[call-overload]

    def let_go_if_slow(self, now: float) -> None:
        """End the connections whose clients take next to nothing of what waits for them."""
        for connection, (since, left) in tuple(self._taking.items()):
            if now - since > SECONDS_TO_TAKE:
                if left - connection.left < _LEAST_TAKEN:
                    self._slow += 1
                    self._end(connection)
                else:
                    self._taking[connection] = now, connection.left

    def was_malformed(self) -> None:
        """Note that a client sent what is no request."""
        self._malformed += 1

    def was_late(self) -> None:
        """Note that a client was let go because it took too long to ask."""
        self._late += 1
        REFUSALS.labels("408", "late").inc()

    def takes_a_viewer(self, now: float) -> bool:
        """Whether there is place for one more viewer's line, if need be that of a client that takes nothing; logged if
        not. Whoever asks counts the refusal. ``now`` is in the loop's seconds."""
        if len(self.connections) < self.most * (1 - _RESERVED):
            return True
        for connection, (since, left) in islice(self._taking.items(), _MOST_LOOKED_AT):
            if now - since > _SECONDS_TO_BEGIN and left - connection.left < _LEAST_TAKEN:
                self._end(connection)
                self._gave_way += 1
                REFUSALS.labels("408", "gave way").inc()
                return True
        self._refused += 1
        return False

    def tell(self, now: float) -> None:
        """Log what was done in the last minute, if anything; ``now`` is in the loop's seconds."""
        done = {
            "gave_way": self._gave_way,
            "late": self._late,
            "slow": self._slow,
            "malformed": self._malformed,
            "viewers_refused": self._refused,
        }
        if now - self._logged < _LOG_SECONDS or not any(done.values()):
            return
        self._logged = now
        log.warning(
            "clients that ask for nothing, take nothing or send no request were let go, or viewers found no place",
            connections=len(self.connections),
            most=self.most,
            **done,
        )
        self._gave_way = self._late = self._slow = self._malformed = self._refused = 0


def _files() -> int:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MOST_FILES if most == resource.RLIM_INFINITY else most
