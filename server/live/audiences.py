"""All who watch one edition of a night, page by page, and which pages have news for them. No HTML, no sockets."""

from collections.abc import Callable, Set
from functools import partial

from server.live.audience import Audience, Messages, Viewer
from server.live.frames import BEAT, PING
from server.live.renderer import EVENTS

_MANY = 200  # viewers who are written to at a time: about five milliseconds


class Audiences:
    """An audience for each topic that somebody watches; ``unsent`` are those of them on which there is news."""

    def __init__(self) -> None:
        self.unsent: set[str] = set()
        self._audiences: dict[str, Audience] = {}

    def __len__(self) -> int:
        return sum(map(len, self._audiences.values()))

    @property
    def topics(self) -> Set[str]:
        """The pages that somebody watches."""
        return self._audiences.keys()

    def of(
        self, topic: str, seq: int, since: Callable[[str, int, bool], Messages], emptied: Callable[[], None]
    ) -> Audience:
        """The audience of a topic; a new one has everything to this seq.

        ``emptied`` is called when the last viewer of all has left.
        """

        def leave() -> None:
            del self._audiences[topic]
            self.unsent.discard(topic)
            if not self._audiences:
                emptied()

        if topic not in self._audiences:
            self._audiences[topic] = Audience(partial(since, topic), seq, beat_of(topic), leave)
        return self._audiences[topic]

    def mark(self, topics: set[str], seq: int) -> None:
        """Note that these topics have news at this seq; on the others everybody has the newest."""
        self.unsent |= topics & self.topics
        for topic, audience in self._audiences.items():
            if topic not in self.unsent:
                audience.seq = seq

    def most(self) -> tuple[int, str]:
        """The page with news that most watch, and how many do; 0 where there is none."""
        return max(((len(self._audiences[topic]), topic) for topic in self.unsent), default=(0, ""))

    def send_some(self, topic: str, seq: int) -> None:
        """Make the news of a topic, if that is not done, and send it to two hundred of those who have not had it."""
        audience = self._audiences[topic]
        if not audience.is_sending:
            audience.advance()
        if audience.is_sending:
            audience.write_to(_MANY)  # when all have it, something may have come meanwhile: the topic stays
        else:
            audience.seq = seq
            self.unsent.discard(topic)

    def beat(self, every: int) -> None:
        """Let viewers who heard nothing for so many beats hear something."""
        for audience in list(self._audiences.values()):
            audience.beat(every)

    def disband(self) -> list[Viewer]:
        """Forget everybody; returns them, to be sent elsewhere."""
        viewers = [viewer for audience in self._audiences.values() for viewer in audience.disband()]
        self._audiences.clear()
        self.unsent.clear()
        return viewers


def beat_of(topic: str) -> bytes:
    """What those who watch a topic hear in a silence."""
    return PING if topic == EVENTS else BEAT
