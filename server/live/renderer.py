"""What the push asks of whoever makes a night into HTML: ``server.pages`` has it. No HTML here."""

from collections.abc import Container, Iterable
from typing import Protocol

from server.election.events import AnyEvent
from server.election.nights import Night

NIGHT = "night"  # the topic of a night's own page
EVENTS = "events"  # the topic of those who asked for JSON


class Renderer(Protocol):
    """How a night becomes fragments.

    ``edition`` says in which language and against which baseline, "" as the night itself has it.
    """

    edition: str

    def another(self, language: str, baseline: str) -> "Renderer":
        """A renderer of another edition; in English where there is no such language."""
        ...

    def retold(self, event: AnyEvent) -> AnyEvent:
        """An event as this edition has it; LookupError, with a sentence, where a night has no such baseline."""
        ...

    def changed(self, night: Night, event: AnyEvent) -> Iterable[str]:
        """The ids of the fragments that this event changes: the same in every edition."""
        ...

    def render(self, night: Night, fragment: str) -> str:
        """A fragment as it is now: a whole element with that id."""
        ...

    def has(self, night: Night, topic: str) -> bool:
        """Whether a topic is that of a page of this night."""
        ...

    def topics(self, night: Night, fragment: str) -> Container[str]:
        """The pages that are sent it when it changed: "night", a ballot id for a contest's own, or another's name.

        A tuple, or, where they are too many to be listed, what says whether one of them is among them; then no
        contest's own is.
        """
        ...

    def news_after(self, night: Night, topic: str, after: int) -> int:
        """From which seq a message to a page that was away since this one tells what is said once; 0 if it tells the
        newest as to somebody who comes from nothing. The same number is the same news."""
        ...

    def message(self, night: Night, topic: str, after: int, fragments: Iterable[tuple[str, str]]) -> str:
        """What brings a page from a seq (0: from nothing) to this night: fragments (id, text), and what is said once.

        Each is addressed to its place.
        """
        ...

    def around(self, night: Night, topic: str, head: str, whole: bool) -> str:
        """What else a page of a past night says, addressed: at which moment it stands, or that it is ``whole``."""
        ...
