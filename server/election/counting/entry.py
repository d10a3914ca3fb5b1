"""How figures become a declaration: the state machine of one contest's entry. Nothing is changed here.

    unverified ──▶ keying ──▶ one keyed, or look again ──▶ ready ──▶ asked ──▶ on air
                      ▲           └──────▶ differs ────────┘                     │
                      └─────────────── recount, withdrawal, correction ◀─────────┘

With single entry the officer's sheet is ready once the same person has looked at the paper again and keyed the fields
``SheetKeyed.again`` as the sheet has them. One that was keyed when two were to key it is sent once more. Figures can be
asked for only when they are ``ready``, and go out only when they were asked for. A sheet becomes void when the number
of papers verified, or the ballot paper, changes and the sheet no longer fits it, or one of the tables that it is the
sum of.
"""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from server.election.commands import Correct, Declare, ReportPreferences, WithFigures, WithoutFigures
from server.election.counting.acts import Asked, CorrectionBegun, EntryChosen, KeyedAgain, Role, SheetKeyed
from server.election.counting.boxes import waits_for_boxes
from server.election.counting.desk import Desk
from server.election.counting.figures.again import differing_again
from server.election.counting.figures.fields import differences
from server.election.counting.keying import is_first_alone, is_keyed_apart, is_second_round
from server.election.counting.tables import made_of
from server.election.counts import Count
from server.election.deciding.decide import decide
from server.election.nights import Night, apply
from server.election.refusals import Refused
from server.election.texts.said import say
from server.election.verdict import counted_in

State = Literal["no poll", "unverified", "keying", "one keyed", "look again", "differs", "ready", "asked", "on air"]
KEYING: tuple[Role, ...] = ("officer", "second officer")


class EntryProgress(Struct, frozen=True):
    """Where a contest's entry stands.

    ``waiting_for`` are the roles that have yet to key. ``differing`` are the fields in which two sheets differ
    ("votes.3", "block.PP53", "lot"), or one person's sheet and what they keyed ``again``. ``sheet`` holds the confirmed
    figures. ``correction`` is set while declared figures are being replaced. ``asked`` is the act whose figures wait to
    go out.
    """

    state: State
    waiting_for: tuple[Role, ...] = ()
    differing: tuple[str, ...] = ()
    sheet: SheetKeyed | None = None
    correction: CorrectionBegun | None = None
    asked: Asked | None = None
    again: KeyedAgain | None = None

    @property
    def looks_again(self) -> bool:
        """Whether one person alone is to look at the paper again, or to look into what differed then."""
        return self.state == "look again" or self.again is not None


def progress_of(night: Night, desk: Desk, ballot: str) -> EntryProgress:
    """Where the entry of a contest stands; KeyError where the night has no such contest."""
    count, correction = night.counts[ballot], correction_of(night, desk, ballot)
    if count.no_poll is not None:
        return EntryProgress("no poll")
    asked = asked_for(night, desk, ballot)
    if asked is not None:
        return EntryProgress("asked", asked=asked, correction=correction)
    if count.result is not None and correction is None:
        return EntryProgress("on air")
    if (count.papers is None and count.result is None) or waits_for_boxes(count, desk, papers_of(count)):
        return EntryProgress("unverified", correction=correction)
    roles, sheets = keyers(count, desk), sheets_of(count, desk)
    missing: tuple[Role, ...] = tuple(role for role in roles if role not in sheets)
    if missing:
        return EntryProgress("one keyed" if len(missing) < len(roles) else "keying", missing, correction=correction)
    first, *seconds = (sheets[role] for role in roles)
    if not seconds and first.seq < desk.alone_since:  # two were to key it, and nobody has confirmed it
        return EntryProgress("keying", roles, correction=correction)
    again = again_of(count, desk, first)
    if not seconds and first.again and (again is None or (again.sheet != first.seq and differing_again(first, again))):
        return EntryProgress("look again", correction=correction)
    if not seconds and again and (differing := differing_again(first, again)):
        return EntryProgress("differs", differing=differing, correction=correction, again=again)
    differing = tuple(field for second in seconds for field in differences(first, second))
    if differing:
        return EntryProgress("differs", differing=differing, correction=correction)
    newest = max((first, *seconds), key=lambda sheet: sheet.seq)
    return EntryProgress("ready", sheet=newest, correction=correction)


def once_released(night: Night, desk: Desk, *, figures: bool = False) -> Night:
    """The night as it will be when all that waits has gone out, except ``figures`` unless they are asked for.

    People at the count carry on from there: a hold keeps things from going out, but does not stop the counting.
    """
    later = replace(night, held=False)
    for asked in pending(night, desk):
        if figures or isinstance(asked.command, WithoutFigures):
            try:
                later = apply(later, decide(later, asked.command, asked.at))
            except Refused:
                continue  # it will be refused when it goes out, too
    return replace(later, held=night.held)


def keyers(count: Count, desk: Desk) -> tuple[Role, ...]:
    """The roles that key this contest: two if the night has double entry, or a second officer has keyed it already."""
    two = desk.entry == "double" or "second officer" in sheets_of(count, desk)
    return KEYING if two else KEYING[:1]


def sheets_of(count: Count, desk: Desk) -> dict[Role, SheetKeyed]:
    """The valid sheets: those keyed in this round of the count that account for the papers verified.

    They have figures for the candidates who are on the ballot paper now, and no more papers than there are electors.
    """
    entry, papers = desk.of(count.contest.ballot), papers_of(count)
    if papers is not None and 0 < count.contest.electorate < papers:
        return {}
    polled = {candidate.id for candidate in count.contest.polled}
    return {
        role: sheet
        for role, sheet in entry.sheets.items()
        if sheet.round == count.round
        and sheet.seq > entry.since
        and sheet.votes.keys() == polled
        and papers in (None, count.contest.rules.papers(counted_in(count.contest, sheet)))
        and _is_of_this_round(count, sheet)
        and (sheet.apart or not is_keyed_apart(count.contest, desk))
        and (sheet.tables or {}) == made_of(count, desk, role)
    }


def again_of(count: Count, desk: Desk, sheet: SheetKeyed) -> KeyedAgain | None:
    """What one person keyed again last in this round of the count, if it has all fields that this sheet wants keyed
    again; it may have been keyed after an earlier sheet."""
    entry = desk.of(count.contest.ballot)
    again = entry.again if sheet.again else None
    if again is None or again.round != count.round or again.seq <= entry.since:
        return None
    return again if again.figures.keys() >= {*(sheet.again or ())} else None


def _is_of_this_round(count: Count, sheet: SheetKeyed) -> bool:
    """Whether a sheet is of the round that is counted now: in the second, it has the first as it was announced."""
    first = count.preferences
    if first is None or count.result is not None:
        return True
    as_announced = (sheet.votes, sheet.rejected) == (first.votes, first.rejected)
    return as_announced and is_second_round(count) is bool(sheet.more and sheet.more.second)


def papers_of(count: Count) -> int | None:
    """The papers that figures must account for: those verified, or else as many as the declaration has; None if
    neither."""
    return count.result.papers if count.papers is None and count.result else count.papers


def correction_of(night: Night, desk: Desk, ballot: str) -> CorrectionBegun | None:
    """The correction that was begun on the figures that are declared now; None if there is none."""
    correction = desk.of(ballot).correction
    return correction if correction and correction.round == night.counts[ballot].round else None


def asked_for(night: Night, desk: Desk, ballot: str) -> Asked | None:
    """The declaration or correction of a contest that was asked for and is not in the public stream yet; None if
    none."""
    asked = desk.of(ballot).asked
    return asked if asked and asked.command.id not in night.receipts else None


def pending(night: Night, desk: Desk) -> tuple[Asked, ...]:
    """All that was asked for and is not in the public stream, oldest first."""
    return tuple([asked for command_id, asked in desk.asked.items() if command_id not in night.receipts])


def spoken(night: Night, desk: Desk, ballot: str, by: str) -> WithFigures | ReportPreferences | None:
    """The command that puts a contest's confirmed figures on air; None while none are confirmed. First preferences
    after which there is a second round go out by themselves.

    Its id follows from the sheet, so the figures go out once however many people ask for them.
    """
    stands = progress_of(night, desk, ballot)
    sheet, correction = stands.sheet, stands.correction
    if sheet is None:
        return None
    command_id = spoken_from(sheet)
    if is_first_alone(night.counts[ballot], sheet.votes):
        return ReportPreferences(
            id=command_id, by=by, ballot=ballot, votes=sheet.votes, rejected=sheet.rejected, round=sheet.round
        )
    if correction is None:
        return Declare(
            id=command_id,
            by=by,
            ballot=ballot,
            votes=sheet.votes,
            rejected=sheet.rejected,
            lot=sheet.lot,
            round=sheet.round,
            more=sheet.more,
        )
    return Correct(
        id=command_id,
        by=by,
        ballot=ballot,
        votes=sheet.votes,
        rejected=sheet.rejected,
        lot=sheet.lot,
        reason=correction.reason,
        slip=correction.slip,
        round=sheet.round,
        more=sheet.more,
    )


def spoken_from(sheet: SheetKeyed) -> str:
    """The id of the command that puts the figures of a confirmed sheet on air."""
    return f"{sheet.ballot}/round-{sheet.round}/sheet-{sheet.seq}"


def must_choose_entry(night: Night, desk: Desk, act: EntryChosen) -> None:
    """Raises Refused where two people cannot begin to key each result now."""
    waits = any(isinstance(asked.command, WithFigures) for asked in pending(night, desk))
    if act.entry == "double" and waits:
        sentence = say("Figures that one person keyed wait to go out: release them, or set them aside, first.")
        raise Refused("figures-waiting", sentence)
