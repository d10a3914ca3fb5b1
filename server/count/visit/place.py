"""One contest as it stands for one visitor, and what every page about it needs. No forms are read here."""

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request

from server.count.visit.our_pages import csrf
from server.count.visit.rules import Visit, visit
from server.count.visit.sending import id_of
from server.count.visit.stages import NEXT, STAGES, STAGING, OfStage
from server.count.visit.visitors_night import both_of
from server.election.clock import LONDON
from server.election.commands import ReachStage, TakeBackStage, Withdraw
from server.election.counting.boxes import Verified, verified_by_box
from server.election.counting.desk import Desk, Person
from server.election.counting.entry import EntryProgress, once_released, pending, progress_of
from server.election.counting.losses import other_receipt, to_send_again
from server.election.counting.names import named_author
from server.election.counting.tables import Tables, tables_of
from server.election.counts import Count
from server.election.events import SetsResult, StageReached
from server.election.nights import Night
from server.election.refusals import still_open
from server.election.results.amendments import in_words
from server.election.texts.said import Said, _, say, say_all
from server.election.texts.words import BEGUN, NO_POLL
from server.html.process import process
from server.html.templates import clock
from server.stream.clock import now


class Place(Struct, frozen=True):
    """One contest for one visitor, as it stands this moment.

    ``later`` is the night as it will be once everything that waits has gone out, and ``count`` is the contest on that
    night: the people at the count carry on from there. ``stands`` is how far its entry is. Viewers are ``shown`` the
    public side up to that seq.
    """

    night: Night
    later: Night
    desk: Desk
    count: Count
    stands: EntryProgress
    visit: Visit
    shown: int

    @property
    def on_air(self) -> bool:
        """Whether viewers have been shown the last declaration."""
        return self.last is not None and self.shown >= self.last.seq

    @property
    def public(self) -> Count:
        """The contest as the public knows it now."""
        return self.night.counts[self.ballot]

    @property
    def ballot(self) -> str:
        """The contest's ballot id."""
        return self.count.contest.ballot

    @property
    def person(self) -> Person:
        """The visitor."""
        return self.visit.person

    def at(self, path: str, **query: str) -> str:
        """The address of a page about this contest; it names the contest if the visitor has several."""
        if len(self.person.ballots) > 1:
            query = {"contest": self.ballot, **query}
        return path + ("?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else "")

    @property
    def boxes(self) -> Verified:
        """The ballot boxes of the contest, added up."""
        return verified_by_box(self.desk, self.ballot)

    @property
    def tables(self) -> Tables:
        """The count tables of the contest, as they stand."""
        return tables_of(self.count, self.desk)

    @property
    def next_stages(self) -> dict[str, Said]:
        """The stages that this visitor can report now: stage → words of the button."""
        if self.person.role not in STAGING or self.count.result or self.stands.state in ("asked", "no poll"):
            return {}
        return NEXT[self.count.stage]

    @property
    def can_take_back(self) -> StageReached | None:
        """The stage that this visitor can take back, because it was reported by mistake; None if there is none."""
        if self.person.role not in STAGING or self.stands.state in ("asked", "no poll", "on air"):
            return None
        return self.count.steps[-1].reached if self.count.steps else None

    @property
    def returning_officer(self) -> str:
        """The name of the returning officer invited for this contest; "" unless there is exactly one."""
        people = [person for person in self.desk.people.values() if not person.revoked]
        names = {
            person.name for person in people if person.role == "returning officer" and person.may_enter(self.ballot)
        }
        return names.pop() if len(names) == 1 else ""

    @property
    def waits(self) -> str:
        """A sentence about the newest stage or withdrawal of this contest that waits to go out; "" if none does."""
        for command in reversed([asked.command for asked in pending(self.night, self.desk)]):
            if isinstance(command, ReachStage) and command.ballot == self.ballot:
                stage = STAGES[command.stage]
                if command.papers is None:
                    return say("%(stage)s: sent, and kept until then.", stage=stage)
                return say("%(stage)s (%(papers)s): sent, and kept until then.", stage=stage, papers=command.papers)
            if isinstance(command, TakeBackStage) and command.ballot == self.ballot:
                return say("%(stage)s: taken back, and kept until then.", stage=STAGES[command.stage])
            if isinstance(command, Withdraw) and command.ballot == self.ballot:
                return say("The withdrawal is sent, and kept until then.")
        return ""

    @property
    def still_open(self) -> str:
        """A sentence saying when the poll closes, before which nothing goes out; "" once it has closed."""
        return still_open(self.night, now())

    @property
    def put_right(self) -> str:
        """A sentence about what the desk put right last on this ballot paper, once there were figures; "" if
        nothing."""
        newest = self.count.amendments[-1] if self.count.amendments else None
        if newest is None or not newest.reason:
            return ""
        message = _("%(who)s put the ballot paper right at %(time)s: %(what)s.")
        what, who = in_words(self.later, newest), named_author(self.desk, newest)
        return say_all(say(message, who=who, time=clock(newest.at), what=what), newest.reason)

    @property
    def lost(self) -> str:
        """A sentence about what was lost of this contest after it had a receipt: that it has to be sent again, or that
        it was, and has another number; "" if nothing was."""
        mine = [act for act in to_send_again(self.night, self.desk) if act.ballot == self.ballot]
        if mine:
            return say(
                "What was sent at %(time)s, receipt %(receipt)s, was lost when the store of results failed. It is not "
                "on air: send it again.",
                time=clock(mine[-1].announced),
                receipt=str(mine[-1].lost),
            )
        other = other_receipt(self.night, self.desk, self.ballot)
        if other is None:
            return ""
        act, seq, at = other
        told = say(
            "Receipt %(lost)s was lost when the store of results failed at %(time)s. It was sent again by itself, and "
            "is receipt %(receipt)s.",
            lost=str(act.lost),
            time=clock(act.at),
            receipt=str(seq),
        )
        then, before = (each.astimezone(LONDON).time().isoformat("milliseconds") for each in (at, act.announced))
        again = say("Its time is %(then)s, and no longer %(before)s.", then=then, before=before)
        return told if at == act.announced else say_all(told, again)

    @property
    def token(self) -> str:
        """A hash of what this visitor's page shows: it changes when the page does, and only then."""
        count, stands = self.count, self.stands
        shown = (count.status, count.papers, len(count.history), self.night.held, self.on_air, stands.state)
        on_paper = (count.amended, self.night.amended, self.still_open)
        return id_of(
            *shown,
            *on_paper,
            self.waits,
            self.lost,
            self.person.phone,
            *((one.added.seq, one.hidden is None) for one in count.photos),
            self.person.call and self.person.call.seq,
            stands.waiting_for,
            stands.differing,
            stands.sheet and stands.sheet.seq,
            stands.correction,
            self.desk.of(self.ballot).confirmed,
            stands.again and stands.again.seq,
            len(self.desk.of(self.ballot).agents),
            self.desk.of(self.ballot).adjudicated,
            *(self._boxes if self.boxes.boxes else ()),
            *((self.tables.names, self.tables.bundle, self._tables) if self.tables.names else ()),
        )

    @property
    def _boxes(self) -> list[tuple[str, int, int]]:
        """Which figures and which check each box has: what a page about them shows."""
        return [
            (box.id, box.counted.seq if box.counted else 0, box.checked.counted if box.checked else 0)
            for box in self.boxes.boxes
        ]

    @property
    def _tables(self) -> list[tuple[str, str, int]]:
        """Which sheet each table has in each role."""
        return [(name, role, one.seq) for role, sheets in self.tables.keyed.items() for name, one in sheets.items()]

    @property
    def last(self) -> SetsResult | None:
        """The newest declaration or correction; None if it was withdrawn, or there has been none."""
        declarations = [event for event in self.count.history if isinstance(event, SetsResult)]
        return declarations[-1] if declarations and self.count.result else None


def chosen(request: Request) -> str | None:
    """The ballot id that a request is about: the one it names, or the visitor's only one; None if there are several."""
    ballots = visit(request).person.ballots
    named = request.query_params.get("contest")
    return named or (ballots[0] if len(ballots) == 1 else None)


async def place_of(request: Request, ballot: str) -> Place:
    """The contest as it stands for the visitor; 404 if the visitor is not invited for it."""
    night, desk = await both_of(request)
    later = once_released(night, desk)
    count = later.counts.get(ballot)
    if count is None or not visit(request).person.may_enter(ballot):
        raise HTTPException(404, say("That contest is not one that you are invited for."))
    hub = process(request).hub
    channel = hub.channels.get(night.definition.id)
    shown = channel.seq if channel else 0
    return Place(night, later, desk, count, progress_of(later, desk, ballot), visit(request), shown)


def common(request: Request, place: Place) -> dict[str, object]:
    """The template context that every page about a contest needs."""
    return {
        "place": place,
        "night": place.night,
        "count": place.count,
        "person": place.person,
        "contest": f"{place.visit.night}/{place.ballot}",
        "csrf": csrf(request),
        "stages": STAGES,
        "no_poll_words": NO_POLL,
        "no_polls": BEGUN,
        "of_stage": getattr(request.state, "of_stage", OfStage()),
    }
