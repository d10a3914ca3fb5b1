"""The desk's pages as HTML, whole and in the pieces that the push sends. No rules, no HTTP.

Fragments: ``desk-status`` (on air or held), ``desk-replay`` (how a replay is played), ``desk-needs``,
``desk-row-{slug}`` (a contest in the list), ``desk-contest-{slug}`` (all about it), ``desk-people`` and in it
``desk-person-{invitation}``. A page that has not got one of them lets it pass.
"""

from collections.abc import Iterable, Sequence
from typing import assert_never

from markupsafe import Markup
from msgspec import Struct

from server.count.desk.board import Board, Glance, board_of, state_of
from server.count.desk.log import log_of
from server.count.desk.needs import needs_of
from server.count.desk.told import SPEEDS, reasons_told, replay_told
from server.count.phone.shown import label_of, read_back
from server.count.visit.place import STAGES
from server.election.commands import Correct, Declare, ballot_of
from server.election.counting.acts import (
    Asked,
    CorrectionBegun,
    CorrectionDropped,
    Dropped,
    EntryChosen,
    InvitationAct,
    Invited,
    PapersVerified,
    PinChosen,
    PinCleared,
    PinMistaken,
    PublicCommand,
    ReplaySet,
    Revoked,
    SessionsEnded,
    SheetKeyed,
    SignedIn,
    SignInAct,
)
from server.election.counting.desk import Desk, Person
from server.election.events import (
    Corrected,
    DeclarationExpected,
    Declared,
    NightHeld,
    NightOpened,
    NightReleased,
    NoPollTaken,
    NotePosted,
    StageReached,
    Withdrawn,
)
from server.election.nights import Night
from server.election.verdict import judge
from server.html.templates import environment
from server.live.private import News
from server.stream.clock import now

_FEW = 12  # contests changed at once whose whole pages are worth sending
_OF_ALL = NightOpened | NightHeld | NightReleased | EntryChosen
_FIGURES = SheetKeyed | Declare | Correct


class Differing(Struct, frozen=True):
    """A row in which two sheets are not the same: both figures in ascending order, so that nobody can see whose is
    whose."""

    label: str
    figures: tuple[str, ...]


class DeskRenderer:
    """The renderer of ``server.live.private``."""

    def message(self, night: Night, desk: Desk, news: Sequence[News] | None) -> str:
        """What htmx swaps in after this news; None is everything that the night's own page has."""
        board = board_of(night, desk, now())
        glances = board.glances()
        everything = news is None or any(isinstance(news_item, _OF_ALL) for news_item in news)
        changed = {ballot for news_item in news or () for ballot in _ballots(desk, news_item)}
        parts = [("desk-status", status(board, glances)), ("desk-needs", needs(board, glances))]
        for glance in glances:
            ballot, slug = glance.count.contest.ballot, glance.count.contest.slug
            if everything or ballot in changed:
                parts.append((f"desk-row-{slug}", row(glance)))
            if ballot in changed and len(changed) <= _FEW:
                parts.append((f"desk-contest-{slug}", contest(board, ballot)))
        if desk.replay and (news is None or any(isinstance(news_item, ReplaySet) for news_item in news)):
            parts.append(("desk-replay", replay(board)))
        if any(isinstance(news_item, Invited) for news_item in news or ()):
            parts.append(("desk-people", people(board)))
        else:
            touched = dict.fromkeys(
                _person(news_item) for news_item in news or () if isinstance(news_item, SignInAct | InvitationAct)
            )
            parts += [(f"desk-person-{one}", person(board, one)) for one in touched]
        return "".join(partial(*part) for part in parts)


def status(board: Board, glances: Sequence[Glance]) -> Markup:
    """On air or held, and how far the night is."""
    night, people = board.night, [one for one in board.desk.people.values() if not one.revoked]
    figures = {
        "declared": f"{night.declared:,} of {len(night.counts):,}",
        "ready to declare": sum(glance.stands.state == "ready" for glance in glances),
        "sheets differ": sum(glance.stands.state == "differs" for glance in glances),
        "late": sum(glance.due is not None and glance.due.late for glance in glances),
        "people signed in": f"{sum(bool(one.sessions) for one in people):,} of {len(people):,}",
    }
    return _fragment("status", board=board, night=night, figures=figures)


def replay(board: Board) -> Markup:
    """How a replay is played; nothing to see on a night that is none."""
    return _fragment("replay", set=board.desk.replay, d=board.night.definition, told=replay_told, speeds=SPEEDS)


def needs(board: Board, glances: list[Glance]) -> Markup:
    """What waits for somebody."""
    return _fragment("needs", needs=needs_of(board, glances))


def row(glance: Glance, hidden: bool = False) -> Markup:
    """A contest in the list."""
    return _fragment("row", glance=glance, contest=glance.count.contest, hidden=hidden, state_of=state_of)


def people(board: Board) -> Markup:
    """Everybody invited: those who cannot get in first, the revoked last."""

    def place(one: Person) -> tuple[bool, bool, bool, str]:
        return one.revoked, not one.locked, one.role != "desk", one.name.casefold()

    everybody = sorted(board.desk.people.values(), key=place)
    return _fragment("people", people=everybody, night=board.night, state_of=state_of, single=False)


def person(board: Board, invitation: str) -> Markup:
    """Somebody in the list of everybody."""
    one = board.desk.people[invitation]
    return _fragment("person", one=one, night=board.night, state_of=state_of, single=False)


def card(board: Board, person: Person, contests: Sequence[str], link: str, code: Markup) -> Markup:
    """An invitation to print and cut; ``code`` is the link as a QR code."""
    return _fragment("card", person=person, contests=contests, link=link, code=code, night=board.night)


def contest(board: Board, ballot: str) -> Markup:
    """All about a contest."""
    glance, night = board.glance(ballot), board.night
    count, stands, kept = glance.count, glance.stands, board.desk.of(ballot)
    sheets = board.sheets(ballot)
    figures = stands.sheet or (stands.asked and stands.asked.command)
    return _fragment(
        "contest",
        night=night,
        board=board,
        glance=glance,
        count=count,
        contest=count.contest,
        stands=stands,
        stages=STAGES,
        verification=kept.verification,
        sheets=sorted(sheets.values(), key=lambda sheet: sheet.role),
        differing=_differing(night, ballot, stands.differing, sheets.values()),
        confirmed=read_back(night, count, judge(count.contest, figures)) if isinstance(figures, _FIGURES) else None,
        declared=read_back(night, count, count.result) if count.result and not count.result.unopposed else None,
        people=glance.people,
        reasons=[pair for one in (kept.verification, *sheets.values()) if one for pair in reasons_told(one.reasons)],
        state_of=state_of,
        single=True,
        log=log_of(board, ballot),
    )


def partial(target: str, html: str) -> str:
    """A fragment addressed to its place, where it is morphed so that focus stays."""
    return f'<hx-partial hx-target="#{target}" hx-swap="outerMorph">{html}</hx-partial>'


def _differing(night: Night, ballot: str, fields: Iterable[str], sheets: Iterable[SheetKeyed]) -> list[Differing]:
    found: list[Differing] = []
    for field in dict.fromkeys(fields):
        if field == "lot":
            named = night.counts[ballot].contest.candidate
            figures = sorted(named(sheet.lot).name if sheet.lot else "no lot" for sheet in sheets)
        else:
            numbers = [_number(sheet, field) for sheet in sheets]
            known = sorted(number for number in numbers if number is not None)
            figures = ["not known"] * (len(numbers) - len(known)) + [f"{number:,}" for number in known]
        found.append(Differing(label_of(night, ballot, field), tuple(figures)))
    return found


def _number(sheet: SheetKeyed, field: str) -> int | None:
    what, _, which = field.partition(".")
    return sheet.votes[which] if what == "votes" else getattr(sheet.rejected, which or "total")


def _person(act: SignInAct | InvitationAct) -> str:
    return act.invitation if isinstance(act, SignInAct) else act.invited


def _ballots(desk: Desk, one: News) -> Iterable[str]:
    """The contests whose row or page this news changes."""
    match one:
        case Invited():
            return one.ballots
        case Revoked() | PinCleared() | SessionsEnded():
            return desk.people[one.invited].ballots
        case PinChosen() | SignedIn() | PinMistaken():
            return desk.people[one.invitation].ballots
        case Dropped():
            asked = (act.command for act in reversed(desk.log) if isinstance(act, Asked))
            return _about(next(command for command in asked if command.id == one.asked))
        case Asked():
            return _about(one.command)
        case PapersVerified() | SheetKeyed() | CorrectionBegun() | CorrectionDropped():
            return (one.ballot,)
        case StageReached() | Declared() | Corrected() | Withdrawn() | NoPollTaken() | DeclarationExpected():
            return (one.ballot,)
        case NotePosted():
            return (one.ballot,) if one.ballot else ()
        case NightOpened() | NightHeld() | NightReleased() | EntryChosen() | ReplaySet():
            return ()
        case _:
            assert_never(one)


def _about(command: PublicCommand) -> Iterable[str]:
    ballot = ballot_of(command)
    return (ballot,) if ballot else ()


def _fragment(name: str, **context: object) -> Markup:
    return Markup(environment().get_template(f"desk/fragments/{name}.html").render(context))
