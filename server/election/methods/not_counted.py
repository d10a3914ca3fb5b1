"""Methods that have a name on record and no rules yet: a contest of theirs is refused, and says why."""

from server.election.methods.rules import Keyed, Rules
from server.election.texts.said import say


class NotCounted(Rules, frozen=True):
    """The single transferable vote, and closed lists: transfers and seats by party are other figures than votes."""

    method: str = ""

    @property
    def why_not(self) -> str:
        """Which method it is."""
        return say("Results by %(method)s cannot be entered yet.", method=self.method)

    @property
    def keyed(self) -> tuple[Keyed, ...]:
        """Nothing."""
        return ()

    @property
    def has_winner(self) -> bool:
        """Several are elected, and even one after transfers."""
        return False
