"""How figures become a declaration: keyed, confirmed, asked for, on air. The state machine of one contest's entry.

    unverified ──▶ keying ──▶ one keyed ──▶ ready ──▶ asked ──▶ on air
                      ▲           └──▶ differs ──┘                 │
                      └──────── recount, withdrawal, correction ◀──┘

With single entry the officer's sheet is ready at once. What is not ``ready`` can't be asked for, and what was not asked
for can't go out. A sheet that no longer accounts for the papers verified is void, whenever their number changes.
"""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from server.election.commands import Correct, Declare, WithFigures, WithoutFigures
from server.election.counting.acts import Asked, CorrectionBegun, Role, SheetKeyed
from server.election.counting.desk import Desk
from server.election.decide import decide
from server.election.events import HEADS
from server.election.nights import Count, Night, apply
from server.election.refusals import Refused

State = Literal["no poll", "unverified", "keying", "one keyed", "differs", "ready", "asked", "on air"]
KEYING: tuple[Role, ...] = ("officer", "second officer")


class Progress(Struct, frozen=True):
    """Where a contest's entry stands.

    ``waiting_for`` are the roles that have yet to key; ``differing`` the fields in which two sheets differ
    ("votes.3", "rejected.identifiable", "lot"); ``sheet`` the confirmed figures; ``correction`` is set while declared
    figures are being replaced; ``asked`` is what waits to go out.
    """

    state: State
    waiting_for: tuple[Role, ...] = ()
    differing: tuple[str, ...] = ()
    sheet: SheetKeyed | None = None
    correction: CorrectionBegun | None = None
    asked: Asked | None = None


def standing(night: Night, desk: Desk, ballot: str) -> Progress:
    """Where the entry of a contest stands."""
    count, correction = night.counts[ballot], correction_of(night, desk, ballot)
    if count.no_poll is not None:
        return Progress("no poll")
    asked = asked_for(night, desk, ballot)
    if asked is not None:
        return Progress("asked", asked=asked, correction=correction)
    if count.result is not None and correction is None:
        return Progress("on air")
    if count.papers is None and count.result is None:
        return Progress("unverified")
    roles, sheets = keyers(count, desk), sheets_of(count, desk)
    missing: tuple[Role, ...] = tuple(role for role in roles if role not in sheets)
    if missing:
        return Progress("one keyed" if len(missing) < len(roles) else "keying", missing, correction=correction)
    first, *others = (sheets[role] for role in roles)
    differing = tuple(field for other in others for field in differences(first, other))
    if differing:
        return Progress("differs", differing=differing, correction=correction)
    newest = max((first, *others), key=lambda one: one.seq)
    return Progress("ready", sheet=newest, correction=correction)


def once_released(night: Night, desk: Desk) -> Night:
    """The night as it will be once all that waits, figures apart, has gone out. The counts go on from there: a hold
    keeps things from going out, and nobody from counting."""
    later = replace(night, held=False)
    for asked in pending(night, desk):
        if isinstance(asked.command, WithoutFigures):
            try:
                later = apply(later, decide(later, asked.command, asked.at))
            except Refused:
                continue  # so it will be when it goes out
    return replace(later, held=night.held)


def keyers(count: Count, desk: Desk) -> tuple[Role, ...]:
    """Who keys this contest: two, where the night wants it, or a second officer has keyed it already."""
    two = desk.entry == "double" or "second officer" in sheets_of(count, desk)
    return KEYING if two else KEYING[:1]


def sheets_of(count: Count, desk: Desk) -> dict[Role, SheetKeyed]:
    """The sheets that were keyed in this round of the count, and account for the papers verified; others are void."""
    entry, papers = desk.of(count.contest.ballot), papers_of(count)
    return {
        role: sheet
        for role, sheet in entry.sheets.items()
        if sheet.round == count.round
        and sheet.seq > entry.since
        and papers in (None, sum(sheet.votes.values()) + sheet.rejected.total)
    }


def papers_of(count: Count) -> int | None:
    """The papers that figures must account for: those verified, or else those that the declaration did."""
    if count.papers is None and count.result and count.result.rejected:
        return count.result.valid + count.result.rejected.total
    return count.papers


def correction_of(night: Night, desk: Desk, ballot: str) -> CorrectionBegun | None:
    """The correction that was begun on the figures that are declared now."""
    correction = desk.of(ballot).correction
    return correction if correction and correction.round == night.counts[ballot].round else None


def asked_for(night: Night, desk: Desk, ballot: str) -> Asked | None:
    """The declaration or correction of a contest that was spoken and has not come round yet."""
    asked = desk.of(ballot).asked
    return asked if asked and asked.command.id not in night.receipts else None


def pending(night: Night, desk: Desk) -> tuple[Asked, ...]:
    """All that was asked for and is not in the public stream, oldest first."""
    return tuple([asked for command_id, asked in desk.asked.items() if command_id not in night.receipts])


def differences(one: SheetKeyed, other: SheetKeyed) -> list[str]:
    """The fields in which two sheets differ, in the order of the form."""
    fields = [f"votes.{key}" for key, votes in one.votes.items() if votes != other.votes[key]]
    for head in HEADS:
        if getattr(one.rejected, head) != getattr(other.rejected, head):
            fields.append(f"rejected.{head}")
    return [*fields, *(["lot"] if one.lot != other.lot else [])]


def spoken(night: Night, desk: Desk, ballot: str, by: str) -> WithFigures | None:
    """The command that puts a contest's confirmed figures on air; None while there are none.

    Its id is that of the sheet, so that whoever says it, and however often, it is said once.
    """
    stands = standing(night, desk, ballot)
    sheet, correction = stands.sheet, stands.correction
    if sheet is None:
        return None
    command_id = f"{ballot}/round-{sheet.round}/sheet-{sheet.seq}"
    if correction is None:
        return Declare(
            id=command_id,
            by=by,
            ballot=ballot,
            votes=sheet.votes,
            rejected=sheet.rejected,
            lot=sheet.lot,
            round=sheet.round,
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
    )
