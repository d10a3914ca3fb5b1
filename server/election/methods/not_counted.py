"""Methods that have a name on record and no rules yet: a contest of theirs is refused, and says why."""

from server.election.methods.rules import Keyed, Rules


class NotCounted(Rules, frozen=True):
    """The single transferable vote, and closed lists: transfers and seats by party are other figures than votes."""

    method: str = ""

    @property
    def why_not(self) -> str:
        """Which method it is."""
        return f"Results by {self.method} cannot be entered yet."

    @property
    def keyed(self) -> tuple[Keyed, ...]:
        """Nothing."""
        return ()

    @property
    def has_winner(self) -> bool:
        """Several are elected, and even one after transfers."""
        return False
