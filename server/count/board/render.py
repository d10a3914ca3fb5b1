"""The desk's pages as HTML in a language, whole and in the pieces that the push sends. No rules, no HTTP.

Fragments: ``desk-status`` (on air or held), ``desk-replay`` (how a replay is played), ``desk-needs``,
``desk-row-{slug}`` (a contest in the list), ``desk-contest-{slug}`` (all about it), ``desk-people`` and in it
``desk-person-{invitation}``. A page ignores the fragments that it has no place for.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from markupsafe import Markup
from msgspec import Struct

from server.count.board.board import Board, Glance, board_of, state_of
from server.count.board.log import log_of
from server.count.board.needs import needs_of
from server.count.board.news import ballots_of
from server.count.board.person_needs import of_one_number
from server.count.board.replay_wording import SKIPS_TOLD, SPEEDS, replay_told
from server.count.board.wording import device_told, reasons_told
from server.count.phone.labels import label_of
from server.count.phone.read_back import otherwise, read_back
from server.election.commands import Correct, Declare
from server.election.counting.acts import (
    EntryChosen,
    InvitationAct,
    Invited,
    ReplaySet,
    SheetKeyed,
    SignInAct,
)
from server.election.counting.desk import Desk, Person
from server.election.counting.entry import EntryProgress
from server.election.counting.figures.fields import number_at
from server.election.events import (
    NightAmended,
    NightHeld,
    NightOpened,
    NightReleased,
)
from server.election.methods.figures import NOTHING_MORE
from server.election.nights import Night
from server.election.texts.said import Value, say
from server.election.texts.words import BEGUN, NO_POLL
from server.html.coming import called_off
from server.html.languages import Language
from server.html.languages import language as of_code
from server.html.templates import rendered
from server.live.private import News
from server.stream.clock import now

_FEW = 12  # if more contests change at once, their whole pages are not sent
_OF_ALL = NightOpened | NightAmended | NightHeld | NightReleased | EntryChosen
_FIGURES = SheetKeyed | Declare | Correct


class Differing(Struct, frozen=True):
    """A row in which two sheets differ. ``figures`` are both numbers in ascending order, which hides whose is whose."""

    label: str
    figures: tuple[Value, ...]


class DeskRenderer:
    """The renderer of ``server.live.private``."""

    def message(self, night: Night, desk: Desk, news: Sequence[News] | None, language: str = "en") -> str:
        """What htmx swaps in after this ``news``; if that is None, everything that the page of the night has."""
        board, spoken = board_of(night, desk, now()), of_code(language)
        glances = board.glances()
        everything = news is None or any(isinstance(news_item, _OF_ALL) for news_item in news)
        changed = {ballot for news_item in news or () for ballot in ballots_of(desk, news_item)}
        parts = [("desk-status", status(board, glances, spoken)), ("desk-needs", needs(board, glances, spoken))]
        for glance in glances:
            ballot, slug = glance.count.contest.ballot, glance.count.contest.slug
            if everything or ballot in changed:
                parts.append((f"desk-row-{slug}", row(night, glance, spoken)))
            if ballot in changed and len(changed) <= _FEW:
                parts.append((f"desk-contest-{slug}", contest(board, ballot, spoken)))
        if desk.replay and (news is None or any(isinstance(news_item, ReplaySet) for news_item in news)):
            parts.append(("desk-replay", replay(board, spoken)))
        if any(isinstance(news_item, Invited) for news_item in news or ()):
            parts.append(("desk-people", people(board, spoken)))
        else:
            invitations = dict.fromkeys(
                act.invitation if isinstance(act, SignInAct) else act.invited
                for act in news or ()
                if isinstance(act, SignInAct | InvitationAct)
            )
            parts += [(f"desk-person-{invitation}", person(board, invitation, spoken)) for invitation in invitations]
        return "".join(partial(*part) for part in parts)


def status(board: Board, glances: Sequence[Glance], language: Language) -> Markup:
    """Whether the night is on air or held, and how far it is."""
    night, people = board.night, [person for person in board.desk.people.values() if not person.revoked]
    differ = sum(glance.stands.state == "differs" for glance in glances)
    late = sum(glance.due is not None and glance.due.late for glance in glances)
    figures: list[tuple[Value, Value, bool]] = [
        (say("declared"), _of(night.declared, night.awaited), False),
        *((NO_POLL[state], number, False) for state, number in called_off(night)),
        (say("ready to declare"), sum(glance.stands.state == "ready" for glance in glances), False),
        (say("sheets differ"), differ, differ > 0),
        (say("late"), late, late > 0),
        (say("people signed in"), _of(sum(bool(person.sessions) for person in people), len(people)), False),
    ]
    return _fragment("status", language, board=board, night=night, figures=figures)


def _of(part: int, whole: int) -> Value:
    return say("%(part)s of %(whole)s", part=part, whole=whole)


def replay(board: Board, language: Language) -> Markup:
    """How a replay is played; empty on a night that is not a replay."""
    told = dict[str, Any](set=board.desk.replay, told=replay_told, speeds=SPEEDS, skips=SKIPS_TOLD)
    return _fragment("replay", language, d=board.night.definition, **told)


def needs(board: Board, glances: list[Glance], language: Language) -> Markup:
    """What needs somebody."""
    return _fragment("needs", language, needs=needs_of(board, glances))


def row(night: Night, glance: Glance, language: Language, hidden: bool = False) -> Markup:
    """A contest in the list."""
    told = {"glance": glance, "contest": glance.count.contest, "hidden": hidden, "state_of": state_of}
    return _fragment("row", language, night=night, **told)


def people(board: Board, language: Language) -> Markup:
    """Everybody invited: people who are locked out first, revoked invitations last."""

    def place(person: Person) -> tuple[bool, bool, bool, str]:
        return person.revoked, not person.locked, person.role != "desk", person.name.casefold()

    everybody = sorted(board.desk.people.values(), key=place)
    return _fragment("people", language, people=everybody, **_of_people(board))


def person(board: Board, invitation: str, language: Language) -> Markup:
    """One person's row in the list of everybody."""
    return _fragment("person", language, person=board.desk.people[invitation], **_of_people(board))


def _of_people(board: Board) -> dict[str, Any]:
    told = {"there": board.there, "state_of": state_of, "of_one_number": of_one_number(board.desk)}
    return {"night": board.night, "single": False, **told}


def contest(board: Board, ballot: str, language: Language) -> Markup:
    """Everything about one contest."""
    glance, night = board.glance(ballot), board.night
    count, stands, kept = glance.count, glance.stands, board.desk.of(ballot)
    sheets = board.sheets(ballot)
    figures = stands.sheet or (stands.asked and stands.asked.command)
    return _fragment(
        "contest",
        language,
        night=night,
        board=board,
        glance=glance,
        count=count,
        contest=count.contest,
        stands=stands,
        begun=BEGUN,
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
        of_one_number=of_one_number(board.desk),
        single=True,
        log=log_of(board, ballot),
    )


def partial(target: str, html: str) -> str:
    """A fragment addressed to its place on the page, where htmx morphs it and keeps the focus."""
    return f'<hx-partial hx-target="#{target}" hx-swap="outerMorph">{html}</hx-partial>'


def _differing(night: Night, ballot: str, stands: EntryProgress, sheets: Iterable[SheetKeyed]) -> list[Differing]:
    rows, again = list[Differing](), stands.again.figures if stands.again else dict[str, int]()
    figures: list[Value]
    for field in dict.fromkeys(stands.differing):
        if field == "lot":
            figures = [*sorted(_drawn(night, sheet) for sheet in sheets)]
        else:
            numbers = [number_at(sheet, field) for sheet in sheets]
            known = sorted(number for number in (*numbers, again.get(field)) if number is not None)
            figures = [*[say("not known")] * numbers.count(None), *known]
        rows.append(Differing(label_of(night, ballot, field), tuple(figures)))
    return rows


def _drawn(night: Night, sheet: SheetKeyed) -> str:
    drawn = (sheet.more or NOTHING_MORE).lots or ((sheet.lot,) if sheet.lot else ())
    return ", ".join(night.counts[sheet.ballot].contest.candidate(one).name for one in drawn) or say("no lot")


def _fragment(name: str, language: Language, **context: object) -> Markup:
    return Markup(rendered(f"desk/fragments/{name}.html", language, device_told=device_told, **context))
