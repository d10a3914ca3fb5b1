"""The push of the front page, which shows all nights: its pieces in each language, and who watches. No HTML, no nights.

The pieces of a language are made when somebody watches or asks, once for each state of the nights on air; all who watch
in a language share each message. A page says which state it has by its ``mark``, which is the same in every process.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from server.live.audience import Audience, Messages, Viewer
from server.live.audiences import Audiences
from server.live.frames import Message

_REMEMBERED = 64  # states that a page can come back from and be sent only what changed since


class FrontRenderer(Struct, frozen=True):
    """How the front page is made: ``mark`` names the state of everything that it shows, above 0; ``pieces`` are its
    pieces in a language by id, always the same ids; ``message`` brings pieces to a page, with the mark they lead to."""

    mark: Callable[[], int]
    pieces: Callable[[str], Mapping[str, str]]
    message: Callable[[Iterable[tuple[str, str]], int], str]


NOTHING = FrontRenderer(lambda: 1, lambda language: {}, lambda pieces, mark: "")


class _Spoken:
    """The pieces in a language as made last, at which position each changed, and the messages made of them."""

    def __init__(self) -> None:
        self.position = 0
        self.texts: Mapping[str, str] = {}
        self.changed: dict[str, int] = {}
        self.messages: dict[tuple[str, ...], Message] = {}


class Front:
    """The front page in this process; a position is the number of a state in it, and means nothing elsewhere."""

    def __init__(self, renderer: FrontRenderer = NOTHING) -> None:
        self.renderer = renderer
        self._audiences = Audiences()
        self._position = 0
        self._positions: OrderedDict[int, int] = OrderedDict()  # mark → position
        self._spoken: dict[str, _Spoken] = {}

    def __len__(self) -> int:
        return len(self._audiences)

    @property
    def has_state(self) -> bool:
        """Whether anybody has asked for the state yet."""
        return bool(self._positions)

    @property
    def mark(self) -> int:
        """The mark of the present state."""
        self._follow()
        return next(reversed(self._positions))

    def pieces(self, language: str) -> Mapping[str, str]:
        """The pieces in a language, by id, as they are now."""
        self._follow()
        return self._in(language).texts

    def moved(self) -> None:
        """Note that something happened on a night, began or ended; ``send_some`` tells viewers. Free if nobody
        watches."""
        if topics := set(self._audiences.topics):
            self._follow()
            self._audiences.mark(topics, self._position)

    @property
    def waiting(self) -> int:
        """How many viewers watch the language with news that has the most viewers; 0 if everybody has all news."""
        return self._audiences.most()[0]

    def send_some(self) -> None:
        """Send news to at most two hundred viewers of one language, making at most one message."""
        waiting, language = self._audiences.most()
        if waiting:
            self._audiences.send_some(language, self._position)

    def beat(self, every: int) -> Iterator[None]:
        """Write an empty message to viewers who heard nothing for ``every`` beats, some at each step."""
        return self._audiences.beat(every)

    def join(self, viewer: Viewer, language: str, mark: int) -> Audience:
        """Send a viewer what changed since its mark, and subscribe it; returns its audience, for the line."""
        self._follow()
        audience = self._audiences.of(language, self._position, self._since, lambda: None)
        audience.join(viewer, self._positions.get(mark, 0))
        return audience

    def missed(self, language: str, mark: int) -> Message | None:
        """What changed since a mark, as one message; all of it after a mark that is not known; None if nothing did."""
        self._follow()
        return self._changed(language, self._positions.get(mark, 0))

    def _since(self, language: str, after: float, in_step: bool) -> Messages:
        if message := self._changed(language, after):
            yield self._position, message

    def _changed(self, language: str, after: float) -> Message | None:
        spoken = self._in(language)
        changed = tuple(piece for piece in spoken.texts if spoken.changed[piece] > after)
        if not changed:
            return None
        if changed not in spoken.messages:
            pieces = [(piece, spoken.texts[piece]) for piece in changed]
            mark = next(reversed(self._positions))
            spoken.messages[changed] = Message(self.renderer.message(pieces, mark))
        return spoken.messages[changed]

    def _follow(self) -> None:
        """Take note of the state of the nights as it is now."""
        mark = self.renderer.mark()
        if self._positions and mark == next(reversed(self._positions)):
            return
        self._position += 1
        self._positions.pop(mark, None)
        self._positions[mark] = self._position
        if len(self._positions) > _REMEMBERED:
            self._positions.popitem(last=False)

    def _in(self, language: str) -> _Spoken:
        spoken = self._spoken.setdefault(language, _Spoken())
        if spoken.position != self._position:
            texts = self.renderer.pieces(language)
            for piece, text in texts.items():
                if spoken.texts.get(piece) != text:
                    spoken.changed[piece] = self._position
            spoken.texts, spoken.position = texts, self._position
            spoken.messages.clear()
        return spoken
