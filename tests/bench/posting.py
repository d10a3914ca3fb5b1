"""Real results as programs post them: with an invitation each, every paper accounted for, and reasons for doubts."""

from server.count.visit.invitations import Invitations
from server.count.visit.inviting import invite_person
from server.election.events import Declared
from server.election.methods.figures import Rejected
from server.election.texts.check_codes import CHECKS
from server.stream.events import EventStream
from server.stream.submit import Submitter

_REASONS = {code: "So it was declared." for code, check in CHECKS.items() if not check.blocks}


async def tokens(stream: EventStream, secret: str, night: str, *ballots: str) -> dict[str, str]:
    """Ballot → the token of an invitation to declare it."""
    submitter, found = Submitter(stream), dict[str, str]()
    for ballot in ballots:
        invitation = await invite_person(submitter, night, "bench", "officer", (ballot,))
        found[ballot] = Invitations(secret).make(night, invitation)
    return found


def body_of(result: Declared) -> dict[str, object]:
    """What is posted. Where rejected papers are not on record, there were none."""
    rejected = result.rejected or Rejected(0)
    papers = sum(result.votes.values()) + rejected.total
    return {"votes": result.votes, "rejected": {"total": rejected.total}, "papers": papers, "reasons": _REASONS}
