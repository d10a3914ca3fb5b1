"""The stages of a count in words, who reports them, and which can be reported next."""

from msgspec import Struct

from server.election.counting.acts import Role
from server.election.events import Stage
from server.election.texts.said import Said, say

STAGES = {
    "boxes in": say("Ballot boxes in"),
    "verified": say("Ballot papers verified"),
    "counting": say("Counting"),
    "provisional": say("Provisional result with candidates and agents"),
    "recount": say("Recount"),
}
STAGING: tuple[Role, ...] = ("officer", "returning officer")

# Stage of a count → the stages that can be reported next with one tap, with the words of the button. A verification is
# a form of its own.
NEXT: dict[Stage | None, dict[str, Said]] = {
    None: {"boxes in": say("Ballot boxes are in")},
    "boxes in": {},
    "verified": {"counting": say("Counting has begun")},
    "counting": {"provisional": say("Provisional result"), "recount": say("Recount")},
    "provisional": {"recount": say("Recount")},
    "recount": {"provisional": say("Provisional result"), "recount": say("Another recount")},
}


class OfStage(Struct, frozen=True):
    """What a page says of a stage that was sent with this request: whether it ``asks`` first, why it was ``refused``;
    or what is ``wrong`` with the ``reason`` for taking one back."""

    asks: bool = False
    refused: str = ""
    reason: str = ""
    wrong: str = ""
