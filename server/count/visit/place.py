"""Where somebody at the count is: which contest, how it stands, what a page of it needs. No forms, no words."""

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request

from server.count.visit.night import both_of
from server.count.visit.rules import Visit, csrf, visit
from server.count.visit.sending import id_of
from server.election.commands import ReachStage, Withdraw
from server.election.counting.acts import Role
from server.election.counting.desk import Desk, Person
from server.election.counting.entry import Progress, once_released, pending, standing
from server.election.events import SetsResult
from server.election.nights import Count, Night
from server.html.process import process

STAGES = {
    "boxes in": "Ballot boxes in",
    "verified": "Ballot papers verified",
    "counting": "Counting",
    "provisional": "Provisional result with candidates and agents",
    "recount": "Recount",
}
STAGING: tuple[Role, ...] = ("officer", "returning officer")

# What can be said of a count next, with one tap; a verification is more than a tap.
_NEXT = {
    None: {"boxes in": "Ballot boxes are in"},
    "boxes in": {},
    "verified": {"counting": "Counting has begun"},
    "counting": {"provisional": "Provisional result", "recount": "Recount"},
    "provisional": {"recount": "Recount"},
    "recount": {"provisional": "Provisional result", "recount": "Another recount"},
}


class Place(Struct, frozen=True):
    """One contest for one visitor, as it stands this moment; viewers are ``shown`` the public side up to that seq.

    ``count`` is the contest as it will be ``later``, once what waits has gone out: the count goes on from there.
    """

    night: Night
    later: Night
    desk: Desk
    count: Count
    stands: Progress
    visit: Visit
    shown: int

    @property
    def on_air(self) -> bool:
        """Whether viewers are shown what was declared last."""
        return self.last is not None and self.shown >= self.last.seq

    @property
    def public(self) -> Count:
        """The contest as everybody knows it."""
        return self.night.counts[self.ballot]

    @property
    def ballot(self) -> str:
        """The contest's ballot id."""
        return self.count.contest.ballot

    @property
    def person(self) -> Person:
        """Who asks."""
        return self.visit.person

    def at(self, path: str, **query: str) -> str:
        """An address at the count, for this contest."""
        if len(self.person.ballots) > 1:
            query = {"contest": self.ballot, **query}
        return path + ("?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else "")

    @property
    def next_stages(self) -> dict[str, str]:
        """What this visitor can say of the count now: stage → words."""
        if self.person.role not in STAGING or self.count.result or self.stands.state in ("asked", "no poll"):
            return {}
        return _NEXT[self.count.stage]

    @property
    def returning_officer(self) -> str:
        """Who declares: the one returning officer who is invited here, "" if that is not known."""
        people = [person for person in self.desk.people.values() if not person.revoked]
        names = {
            person.name for person in people if person.role == "returning officer" and person.may_enter(self.ballot)
        }
        return names.pop() if len(names) == 1 else ""

    @property
    def waits(self) -> str:
        """What was last sent of this contest beside its figures, and waits for the desk to release the night."""
        for command in reversed([asked.command for asked in pending(self.night, self.desk)]):
            if isinstance(command, ReachStage) and command.ballot == self.ballot:
                papers = "" if command.papers is None else f" ({command.papers:,})"
                return f"{STAGES[command.stage]}{papers}: sent, and kept until then."
            if isinstance(command, Withdraw) and command.ballot == self.ballot:
                return "The withdrawal is sent, and kept until then."
        return ""

    @property
    def token(self) -> str:
        """Changes with whatever this visitor's page shows, and with nothing else."""
        count, stands = self.count, self.stands
        shown = (count.status, count.papers, len(count.history), self.night.held, self.on_air, stands.state)
        return id_of(
            *shown,
            self.waits,
            stands.waiting_for,
            stands.differing,
            stands.sheet and stands.sheet.seq,
            stands.correction,
        )

    @property
    def last(self) -> SetsResult | None:
        """What was declared last, if it stands."""
        said = [event for event in self.count.history if isinstance(event, SetsResult)]
        return said[-1] if said and self.count.result else None


def chosen(request: Request) -> str | None:
    """The ballot that a page is asked for: the one named, or the visitor's only one; None if there are several."""
    ballots = visit(request).person.ballots
    named = request.query_params.get("contest")
    return named or (ballots[0] if len(ballots) == 1 else None)


async def place_of(request: Request, ballot: str) -> Place:
    """The visitor's place; 404 where it is not theirs."""
    night, desk = await both_of(request)
    later = once_released(night, desk)
    count = later.counts.get(ballot)
    if count is None or not visit(request).person.may_enter(ballot):
        raise HTTPException(404, "That contest is not one that you are invited for.")
    hub = process(request).hub
    channel = hub.channels.get(night.definition.id)
    shown = channel.seq if channel else 0
    return Place(night, later, desk, count, standing(later, desk, ballot), visit(request), shown)


def common(request: Request, place: Place) -> dict[str, object]:
    """What every page of a contest needs."""
    return {
        "place": place,
        "night": place.night,
        "count": place.count,
        "person": place.person,
        "contest": f"{place.visit.night}/{place.ballot}",
        "csrf": csrf(request),
        "stages": STAGES,
    }
