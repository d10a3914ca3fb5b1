"""All who watch one edition of a night, page by page, and which pages have news for them. No HTML, no sockets."""

from collections.abc import Callable, Iterator, Set
from functools import partial

from server.live.audience import AT_ONCE, Audience, Messages, Viewer
from server.live.frames import BEAT, PING
from server.live.renderer import EVENTS


class Audiences:
    """An audience for each topic that somebody watches; ``unsent`` are the topics with news that some viewers lack, the
    most watched first."""

    def __init__(self) -> None:
        self.unsent: dict[str, None] = {}
        self._audiences: dict[str, Audience] = {}

    def __len__(self) -> int:
        return sum(map(len, self._audiences.values()))

    @property
    def topics(self) -> Set[str]:
        """The topics that somebody watches."""
        return self._audiences.keys()

    def of(
        self, topic: str, seq: float, since: Callable[[str, float, bool], Messages], emptied: Callable[[], object]
    ) -> Audience:
        """The audience of a topic; a new audience starts with everything up to this seq.

        ``emptied`` is called when the last viewer of the last topic has left.
        """

        def leave() -> None:
            del self._audiences[topic]
            self.unsent.pop(topic, None)
            if not self._audiences:
                emptied()

        if topic not in self._audiences:
            self._audiences[topic] = Audience(partial(since, topic), seq, beat_of(topic), leave)
        return self._audiences[topic]

    def mark(self, topics: set[str], seq: float) -> None:
        """Note that these topics have news at this seq; the viewers of all other topics are up to date with it."""
        news = topics & self.topics | self.unsent.keys()
        self.unsent = dict.fromkeys(sorted(news, key=lambda topic: len(self._audiences[topic]), reverse=True))
        for topic, audience in self._audiences.items():
            if topic not in self.unsent:
                audience.seq = seq

    def most(self) -> tuple[int, str]:
        """Of the topics with news the one with the most viewers, as (viewers, topic); (0, "") where none has news."""
        topic = next(iter(self.unsent), "")
        return (len(self._audiences[topic]), topic) if topic else (0, "")

    def send_some(self, topic: str, seq: float) -> None:
        """Make the message of a topic's news unless it is made, and write it to two hundred viewers who lack it."""
        audience = self._audiences[topic]
        if not audience.is_sending:
            audience.advance()
        if audience.is_sending:
            audience.write_to(AT_ONCE)  # the topic stays until the next call, since more news may have come meanwhile
        else:
            audience.seq = seq
            del self.unsent[topic]

    def beat(self, every: int) -> Iterator[None]:
        """Write an empty message to the viewers of topics that were silent for ``every`` beats, some at each step."""
        for audience in list(self._audiences.values()):
            yield from audience.beat(every)

    def disband(self) -> list[Viewer]:
        """Forget all viewers; returns them, to be sent elsewhere."""
        viewers = [viewer for audience in self._audiences.values() for viewer in audience.disband()]
        self._audiences.clear()
        self.unsent.clear()
        return viewers


def beat_of(topic: str) -> bytes:
    """The frame that a silent connection gets: a ping for programs, an empty text for pages, which hear no pings."""
    return PING if topic == EVENTS else BEAT
