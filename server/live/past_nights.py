"""The past nights that this process has open. They are opened in a thread where somebody waits for them."""

from collections.abc import Callable

from server.election.events import AnyEvent
from server.live.channel import Channel
from server.live.memory.beside import Beside
from server.live.memory.memo import Memo
from server.live.renderer import Renderer

Past = Callable[[str], tuple[AnyEvent, ...] | None]


class PastNights:
    """``past`` gives the events of a night that is not on air, as the same object for as long as they are the same;
    None if there is no such night."""

    def __init__(self, renderer: Renderer, past: Past, memo: Memo, beside: Beside) -> None:
        self._renderer, self._past, self._beside = renderer, past, beside
        self._open = memo.shelf()

    def find(self, night: str) -> Channel | None:
        """A past night at its end, opened at once if need be; None if there is no such night."""
        events = self._past(night)
        if events is None:
            self._open.drop(night)
            return None
        return self._open.get(night, lambda: self._opened(events), version=events)

    def __contains__(self, night: str) -> bool:
        """Whether a night is open."""
        return night in self._open

    async def open(self, night: str) -> None:
        """Open a night in a thread, so that ``find`` has it; nothing happens if there is none."""
        if opened := await self._beside.make(("past", night), lambda: self._made(night)):
            events, channel = opened
            self._open.get(night, lambda: channel, version=events)

    def _made(self, night: str) -> tuple[tuple[AnyEvent, ...], Channel] | None:
        events = self._past(night)
        return None if events is None else (events, self._opened(events))

    def _opened(self, events: tuple[AnyEvent, ...]) -> Channel:
        channel = Channel(self._renderer.over(events[-1].seq), on_air=False)
        channel.advance(events)
        _ = channel.fragments, channel.head  # every page asks for them
        return channel
