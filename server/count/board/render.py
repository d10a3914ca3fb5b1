"""The desk's pages as HTML, whole and in the pieces that the push sends. No rules, no HTTP.

Fragments: ``desk-status`` (on air or held), ``desk-replay`` (how a replay is played), ``desk-needs``,
``desk-row-{slug}`` (a contest in the list), ``desk-contest-{slug}`` (all about it), ``desk-people`` and in it
``desk-person-{invitation}``. A page ignores the fragments that it has no place for.
"""

from collections.abc import Iterable, Sequence
from typing import assert_never

from markupsafe import Markup
from msgspec import Struct

from server.count.board.board import Board, Glance, board_of, state_of
from server.count.board.log import log_of
from server.count.board.needs import needs_of
from server.count.board.replay_wording import SKIPS, SPEEDS, replay_told
from server.count.board.wording import device_told, reasons_told
from server.count.phone.labels import label_of
from server.count.phone.read_back import otherwise, read_back
from server.count.visit.stages import STAGES
from server.election.commands import Correct, Declare, ballot_of
from server.election.counting.acts import (
    Asked,
    CountAct,
    Dropped,
    EntryChosen,
    EventLost,
    HookAct,
    InvitationAct,
    Invited,
    PinChosen,
    PinMistaken,
    PublicCommand,
    ReplaySet,
    SheetKeyed,
    SignedIn,
    SignInAct,
)
from server.election.counting.desk import Desk, Person
from server.election.counting.entry import EntryProgress
from server.election.counting.figures.fields import number_at
from server.election.events import (
    BallotPaperAmended,
    Corrected,
    DeclarationExpected,
    Declared,
    NightAmended,
    NightHeld,
    NightOpened,
    NightReleased,
    NoPollTaken,
    NoteCorrected,
    NotePosted,
    NoteWithdrawn,
    PreferencesReported,
    SheetHidden,
    SheetPhotographed,
    StageReached,
    StageTakenBack,
    Withdrawn,
)
from server.election.methods.figures import NOTHING_MORE
from server.election.nights import Night
from server.html.coming import called_off
from server.html.templates import environment
from server.live.private import News
from server.stream.clock import now

_FEW = 12  # if more contests change at once, their whole pages are not sent
_OF_ALL = NightOpened | NightAmended | NightHeld | NightReleased | EntryChosen
_FIGURES = SheetKeyed | Declare | Correct


class Differing(Struct, frozen=True):
    """A row in which two sheets differ. ``figures`` are both numbers in ascending order, which hides whose is whose."""

    label: str
    figures: tuple[str, ...]


class DeskRenderer:
    """The renderer of ``server.live.private``."""

    def message(self, night: Night, desk: Desk, news: Sequence[News] | None) -> str:
        """What htmx swaps in after this ``news``; if that is None, everything that the page of the night has."""
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
            invitations = dict.fromkeys(
                act.invitation if isinstance(act, SignInAct) else act.invited
                for act in news or ()
                if isinstance(act, SignInAct | InvitationAct)
            )
            parts += [(f"desk-person-{invitation}", person(board, invitation)) for invitation in invitations]
        return "".join(partial(*part) for part in parts)


def status(board: Board, glances: Sequence[Glance]) -> Markup:
    """Whether the night is on air or held, and how far it is."""
    night, people = board.night, [person for person in board.desk.people.values() if not person.revoked]
    figures = {
        "declared": f"{night.declared:,} of {night.awaited:,}",
        **dict(called_off(night)),
        "ready to declare": sum(glance.stands.state == "ready" for glance in glances),
        "sheets differ": sum(glance.stands.state == "differs" for glance in glances),
        "late": sum(glance.due is not None and glance.due.late for glance in glances),
        "people signed in": f"{sum(bool(person.sessions) for person in people):,} of {len(people):,}",
    }
    return _fragment("status", board=board, night=night, figures=figures)


def replay(board: Board) -> Markup:
    """How a replay is played; empty on a night that is not a replay."""
    return _fragment(
        "replay", set=board.desk.replay, d=board.night.definition, told=replay_told, speeds=SPEEDS, skips=SKIPS
    )


def needs(board: Board, glances: list[Glance]) -> Markup:
    """What needs somebody."""
    return _fragment("needs", needs=needs_of(board, glances))


def row(glance: Glance, hidden: bool = False) -> Markup:
    """A contest in the list."""
    return _fragment("row", glance=glance, contest=glance.count.contest, hidden=hidden, state_of=state_of)


def people(board: Board) -> Markup:
    """Everybody invited: people who are locked out first, revoked invitations last."""

    def place(person: Person) -> tuple[bool, bool, bool, str]:
        return person.revoked, not person.locked, person.role != "desk", person.name.casefold()

    everybody = sorted(board.desk.people.values(), key=place)
    return _fragment("people", people=everybody, night=board.night, there=board.there, state_of=state_of, single=False)


def person(board: Board, invitation: str) -> Markup:
    """One person's row in the list of everybody."""
    somebody = board.desk.people[invitation]
    return _fragment("person", person=somebody, night=board.night, there=board.there, state_of=state_of, single=False)


def contest(board: Board, ballot: str) -> Markup:
    """Everything about one contest."""
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
        otherwise=otherwise(board.later, board.desk, ballot),
        verification=kept.verification,
        sheets=sorted(sheets.values(), key=lambda sheet: sheet.role),
        differing=_differing(night, ballot, stands, sheets.values()),
        confirmed=read_back(night, count, figures) if isinstance(figures, _FIGURES) else None,
        declared=read_back(night, count, count.result) if count.result and not count.result.unopposed else None,
        people=glance.people,
        there=board.there,
        reasons=[pair for act in (kept.verification, *sheets.values()) if act for pair in reasons_told(act.reasons)],
        state_of=state_of,
        single=True,
        log=log_of(board, ballot),
    )


def partial(target: str, html: str) -> str:
    """A fragment addressed to its place on the page, where htmx morphs it and keeps the focus."""
    return f'<hx-partial hx-target="#{target}" hx-swap="outerMorph">{html}</hx-partial>'


def _differing(night: Night, ballot: str, stands: EntryProgress, sheets: Iterable[SheetKeyed]) -> list[Differing]:
    rows, again = list[Differing](), stands.again.figures if stands.again else dict[str, int]()
    for field in dict.fromkeys(stands.differing):
        if field == "lot":
            figures = sorted(_drawn(night, sheet) for sheet in sheets)
        else:
            numbers = [number_at(sheet, field) for sheet in sheets]
            known = sorted(number for number in (*numbers, again.get(field)) if number is not None)
            figures = ["not known"] * numbers.count(None) + [f"{number:,}" for number in known]
        rows.append(Differing(label_of(night, ballot, field), tuple(figures)))
    return rows


def _drawn(night: Night, sheet: SheetKeyed) -> str:
    drawn = (sheet.more or NOTHING_MORE).lots or ((sheet.lot,) if sheet.lot else ())
    return ", ".join(night.counts[sheet.ballot].contest.candidate(one).name for one in drawn) or "no lot"


def _ballots(desk: Desk, news_item: News) -> Iterable[str]:
    """The contests whose row or page this news changes."""
    if isinstance(news_item, CountAct | HookAct):
        return (news_item.ballot,) if isinstance(news_item, CountAct) else ()
    if isinstance(news_item, InvitationAct):
        return desk.people[news_item.invited].ballots
    match news_item:
        case Invited():
            return news_item.ballots
        case PinChosen() | SignedIn() | PinMistaken():
            return desk.people[news_item.invitation].ballots
        case Dropped():
            asked = (act.command for act in reversed(desk.log) if isinstance(act, Asked))
            return _about(next(command for command in asked if command.id == news_item.asked))
        case Asked():
            return _about(news_item.command)
        case StageReached() | Declared() | Corrected() | Withdrawn() | NoPollTaken() | DeclarationExpected():
            return (news_item.ballot,)
        case BallotPaperAmended() | PreferencesReported() | StageTakenBack() | SheetPhotographed() | SheetHidden():
            return (news_item.ballot,)
        case EventLost() | NotePosted() | NoteCorrected() | NoteWithdrawn():
            return (news_item.ballot,) if news_item.ballot else ()
        case NightOpened() | NightAmended() | NightHeld() | NightReleased() | EntryChosen() | ReplaySet():
            return ()
        case _:
            assert_never(news_item)


def _about(command: PublicCommand) -> Iterable[str]:
    return filter(None, (ballot_of(command),))


def _fragment(name: str, **context: object) -> Markup:
    return Markup(environment().get_template(f"desk/fragments/{name}.html").render(context, device_told=device_told))
