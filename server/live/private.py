"""The private push: one night's desk to the people who run it. No HTML of its own, no rules.

A desk is a few people, so no history is kept for them: whoever joins is sent the whole page, and then what changes;
each in their language, which is made once for all who watch in it. What it is told is made of all contests, and a burst
of acts costs no more than a few messages a second.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Protocol

from server.election.counting.acts import AnyAct
from server.election.counting.desk import Desk, fold_acts
from server.election.events import AnyEvent
from server.election.nights import Night
from server.live.audience import Audience, Viewer
from server.live.frames import BEAT, Message

News = AnyEvent | AnyAct
_NOTHING = -1  # the number of the frame that a new viewer has
_FIRST = 1 << 30  # viewers: a desk is told before any crowd, since what it decides is what the others wait for
_REST_SECONDS = 0.25  # between two messages: eyes cannot use more
_RESTS = 9  # times as long as a message took to make: a tenth of the processor at most, however large the night is


class PrivateRenderer(Protocol):
    """How a desk becomes HTML; ``server.count.board.render`` implements it."""

    def message(self, night: Night, desk: Desk, news: Sequence[News] | None, language: str) -> str:
        """The HTML that htmx swaps in after this news, in the language with that code; None asks for the whole page."""
        ...


class PrivateChannel:
    """``desk`` is the state of the count after all acts so far; a viewer watches until its ``session`` ends.
    ``has_news`` is called when ``send_some`` has something to do."""

    def __init__(self, renderer: PrivateRenderer, has_news: Callable[[], object] = lambda: None) -> None:
        self.desk = Desk()
        self._has_news = has_news
        self._news: list[News] = []
        self._rests = False
        self._night: Night | None = None
        self._renderer = renderer
        self._audiences: dict[str, Audience] = {}  # of each language that somebody has watched in
        self._frames = 0
        self._sessions: dict[Viewer, str] = {}

    def moved(self, night: Night, events: Sequence[AnyEvent]) -> None:
        """Take in the public night after these new events, and tell the viewers."""
        self._night = night
        self._tell(events)

    def acted(self, acts: Sequence[AnyAct], then: Desk | None = None) -> list[Viewer]:
        """Take in new acts and tell the viewers; returns those whose sessions the acts ended, to be sent elsewhere.

        ``then`` is the desk after them, where known.
        """
        if then is None or acts[0].seq != self.desk.seq + 1:
            then = fold_acts(acts, self.desk)  # GapInNight where they are not the next
        self.desk = then
        open_sessions = {session for person in self.desk.people.values() for session in person.sessions}
        gone = [viewer for viewer, session in self._sessions.items() if session not in open_sessions]
        for viewer in gone:
            del self._sessions[viewer]
            for audience in self._audiences.values():
                audience.left(viewer)
        self._tell(acts)
        return gone

    def join(self, viewer: Viewer, session: str, language: str) -> Audience:
        """Subscribe a viewer who reads the language with that code; returns its audience, which the line reports to."""
        audiences = self._audiences
        self._sessions = {
            known: name for known, name in self._sessions.items() if any(known in one for one in audiences.values())
        }
        if not len(audiences.get(language, ())):
            audiences[language] = Audience(partial(self._since, language), self._frames, BEAT)
        audiences[language].join(viewer, _NOTHING)
        self._sessions[viewer] = session
        return audiences[language]

    def beat(self, every: int) -> Iterator[None]:
        """Write an empty message to viewers who heard nothing for ``every`` beats, some at each step."""
        for audience in tuple(self._audiences.values()):  # somebody may join between two steps
            yield from audience.beat(every)

    def close(self) -> list[Viewer]:
        """End the channel; returns the viewers to be sent elsewhere."""
        return [viewer for audience in self._audiences.values() for viewer in audience.disband()]

    @property
    def waiting(self) -> int:
        """More than any audience has viewers if there is news that may be told now; else 0."""
        return _FIRST if self._news and not self._rests else 0

    def send_some(self) -> None:
        """Tell the viewers all news so far, in one message; what comes within the next moment waits for its end."""
        begun, news, self._news = time.monotonic(), self._news, list[News]()
        if self._night is None or not (watched := self._watched):
            return
        self._frames += 1
        for language, audience in watched.items():
            if text := self._renderer.message(self._night, self.desk, news, language):
                audience.send(self._frames, Message(text))
        self._rests, rest = True, max(_REST_SECONDS, (time.monotonic() - begun) * _RESTS)
        asyncio.get_running_loop().call_later(rest, self._rested)

    def _rested(self) -> None:
        self._rests = False
        self._has_news()

    def _tell(self, news: Sequence[News]) -> None:
        if self._night is not None and self._watched:
            self._news += news
            self._has_news()

    @property
    def _watched(self) -> dict[str, Audience]:
        return {language: audience for language, audience in self._audiences.items() if len(audience)}

    def _since(self, language: str, after: float, in_step: bool) -> Iterable[tuple[int, Message]]:
        if self._night is not None and after < self._frames:
            yield self._frames, Message(self._renderer.message(self._night, self.desk, None, language))
