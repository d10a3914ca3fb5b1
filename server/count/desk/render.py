"""The desk's page as HTML, whole and in the pieces that the push sends. No rules, no HTTP."""

from collections.abc import Sequence

from server.election.desk import Desk
from server.election.nights import Night
from server.live.private import News


class DeskRenderer:
    """The renderer of ``server.live.private``."""

    def message(self, night: Night, desk: Desk, news: Sequence[News] | None) -> str:
        """What htmx swaps in after this news; None is everything."""
        return ""
