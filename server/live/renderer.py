"""What the push needs of the code that makes a night into HTML; ``server.pages.render`` implements it. No HTML here."""

from collections.abc import Container, Iterable
from typing import Protocol

from server.election.events import AnyEvent
from server.election.nights import Night

NIGHT = "night"  # the topic of a night's own page
EVENTS = "events"  # the topic of those who asked for JSON


class Everywhere(tuple[str, ...]):
    """The topics of a fragment that every page shows."""

    __slots__ = ()

    def __contains__(self, topic: object) -> bool:
        """Whether a page with that topic shows it: it does."""
        return True


class Renderer(Protocol):
    """How a night becomes fragments, in one edition.

    ``edition`` names the language and the baseline; "" is the night's own edition.
    """

    edition: str

    def another(self, language: str, baseline: str) -> "Renderer":
        """The renderer of another edition; in English where there is no such language."""
        ...

    def over(self, last: int) -> "Renderer":
        """The renderer of a night that is over: ``last`` is the seq of its last event."""
        ...

    def against(self, night: Night) -> Night:
        """A night as this edition shows it, counted from its baseline; LookupError, with a sentence, where the night
        has none such. It is the night itself in the night's own edition."""
        ...

    def changed(self, night: Night, event: AnyEvent) -> Iterable[str]:
        """The ids of the fragments that this event changes: the same in every edition."""
        ...

    def until_the_close(self, night: Night) -> Iterable[str]:
        """The ids of the fragments that say something else once the poll of the night has closed."""
        ...

    def render(self, night: Night, fragment: str) -> str:
        """A fragment as it is now: a whole HTML element with that id."""
        ...

    def has(self, night: Night, topic: str) -> bool:
        """Whether a topic is that of a page of this night."""
        ...

    def topics(self, night: Night, fragment: str) -> Container[str]:
        """The topics whose pages show a fragment: "night", a contest's ballot id, or the name of another page.

        A tuple; or, where they are too many to list, a container that can only be asked, and holds no ballot ids.
        """
        ...

    def news_after(self, night: Night, topic: str, after: int) -> int:
        """The seq from which a page that was away since ``after`` is told news that is said once, such as the feed.

        0 if it is told the newest, as a newcomer is. Calls that give the same number stand for the same news.
        """
        ...

    def message(self, night: Night, topic: str, after: int, fragments: Iterable[tuple[str, str]]) -> str:
        """The HTML that brings a page from a seq (0: a newcomer's) to this night: fragments (id, text), and news
        that is said once, each addressed to its place for htmx."""
        ...

    def around(self, night: Night, topic: str, head: str, whole: bool) -> str:
        """What else a page of a past night says, addressed for htmx: its moment, or that the night is ``whole``."""
        ...


def shown_by(renderer: Renderer, night: Night) -> Night:
    """A night as an edition shows it, or against its own baseline where an amendment has ended the edition's."""
    try:
        return renderer.against(night)
    except LookupError:
        return night
