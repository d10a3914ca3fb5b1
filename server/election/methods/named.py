"""Which rules a contest is counted by: the only place that reads the name of a method."""

from server.election.methods.block_vote import BlockVote
from server.election.methods.not_counted import NotCounted
from server.election.methods.plurality import Plurality
from server.election.methods.rules import MethodName, Rules
from server.election.methods.supplementary import Supplementary


def rules_of(method: MethodName, seats: int, office: str) -> Rules:
    """The rules for a contest by this method that elects so many to an office."""
    match method:
        case "plurality":
            return Plurality(seats, office) if seats == 1 else BlockVote(seats, office)
        case "supplementary vote":
            return Supplementary(seats, office)
        case "single transferable vote":
            return NotCounted(seats, office, "the single transferable vote")
        case "closed lists":
            return NotCounted(seats, office, "closed lists")
