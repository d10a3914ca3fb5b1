"""Nights that are off in this process because it cannot show them: the others go on. No Redis, no frames."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

import structlog

from server.stream.follow import CaughtUp, Erased, News, Opened, Unreadable, Waiting

_FAILED = "Something in it cannot be shown; this program's log says what."

log = structlog.get_logger(__name__)


class Off(dict[str, str]):
    """Night id → why this process cannot show the night, one or two sentences. ``take`` is told when that happens."""

    def __init__(self, take: Callable[[News], None]) -> None:
        super().__init__()
        self._take = take

    def hides(self, news: News) -> bool:
        """Whether this is news of a night that is off. It is not off any more once it begins again or is erased."""
        match news:
            case Opened() | Erased():
                self.pop(news.night, None)
            case Unreadable():
                self[news.night] = news.why
            case CaughtUp() | Waiting():
                pass
            case _:
                return news.night in self
        return False

    @contextmanager
    def alone(self, night: str) -> Generator[None]:
        """Do something for one night: if it fails, that night is off, and no other. What is done for "", which is no
        night, may raise."""
        try:
            yield
        except Exception:
            if not night:
                raise
            log.exception("a night cannot be shown, and is off in this process", night=night)
            self._take(Unreadable(night, _FAILED))
