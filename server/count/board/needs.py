"""What needs somebody at the desk, and why, the most urgent first. No HTML, no HTTP."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from server.count.board.board import Board, Due, Glance, unaccounted
from server.count.board.hall_wording import some_of
from server.count.board.person_needs import Need, of_people, uninvited
from server.count.board.wording import command_told
from server.count.phone.read_back import otherwise
from server.election.commands import OfTheHold, ballot_of
from server.election.counting.acts import Asked, Dropped
from server.election.counting.losses import to_send_again
from server.html.templates import clock

# How old a first sheet, or confirmed figures, must be to be worth a telephone call. Keying a second sheet takes about
# five minutes, reading figures back about one.
LONELY, UNSPOKEN = timedelta(minutes=10), timedelta(minutes=15)
_REMEMBERED = timedelta(hours=1)
MOST_OF_A_KIND = 8


class Needs(Struct, frozen=True):
    """``first`` are the needs to show, at most eight of a kind; ``more``: kind → how many needs of it are not shown."""

    first: tuple[Need, ...]
    more: dict[str, int]


def needs_of(board: Board, glances: list[Glance]) -> Needs:
    """Everything that waits for a person."""
    needs = [*_lost(board), *_of_the_night(board), *_of_contests(board, glances), *of_people(board), *_dropped(board)]
    needs += uninvited(board)
    kinds: dict[str, int] = {}
    first: list[Need] = []
    for need in needs:
        kinds[need.kind] = kinds.get(need.kind, 0) + 1
        if kinds[need.kind] <= MOST_OF_A_KIND:
            first.append(need)
    more = {kind: number - MOST_OF_A_KIND for kind, number in kinds.items() if number > MOST_OF_A_KIND}
    return Needs(tuple(first), more)


def _of_the_night(board: Board) -> Iterator[Need]:
    night, waiting, hold = board.night, board.waiting, board.hold
    if hold:
        number = f"{len(waiting)} {'thing waits' if len(waiting) == 1 else 'things wait'}"
        why = f"held since {clock(hold.at)} by {board.author(hold)}. {number} to go out."
        yield Need("held", "The night", why, "/desk/hold")
    for asked in waiting:
        from_whom = f"from {asked.by} at {clock(asked.at)}: {command_told(night, asked.command)}"
        why = f"waits for the release, {from_whom}" if hold else f"has not gone out yet, {from_whom}"
        yield Need("waiting", name_of(board, asked), why, href_of(asked))


def _lost(board: Board) -> Iterator[Need]:
    """What Redis lost after it was announced, and nobody has sent again."""
    for act in to_send_again(board.night, board.desk):
        if act.ballot or board.now - act.at < _REMEMBERED:
            count = board.night.counts.get(act.ballot)
            why = f"lost by Redis at {clock(act.at)}: event {act.lost}, from {act.asked_by}. It has to be sent again."
            where = f"/desk/contests/{act.ballot}" if count else "/desk/record"
            yield Need("lost", count.contest.name if count else "The night", why, where)


def _of_contests(board: Board, glances: list[Glance]) -> Iterator[Need]:
    for kind in (_changes, _differs, _unaccounted, _boxes, _tables, _late, _corrections, _lonely, _unspoken):
        needs = [need for glance in glances if (need := kind(board, glance))]
        if kind is _late:
            needs.sort(key=lambda need: need.due.expected if need.due else board.now)
        yield from needs


def _changes(board: Board, glance: Glance) -> Need | None:
    is_ready = glance.stands.state == "ready"
    found = otherwise(board.later, board.desk, glance.count.contest.ballot) if is_ready else None
    if found is None or found.confirmed:
        return None
    out, instead = (" and ".join(names) or "nobody" for names in (found.out, found.instead))
    return _need(
        "changes", glance, f"this changes who is elected: {instead} instead of {out}. Confirm it, or have it looked at."
    )


def _differs(board: Board, glance: Glance) -> Need | None:
    if glance.stands.state != "differs":
        return None
    since = max(sheet.at for sheet in board.sheets(glance.count.contest.ballot).values())
    who = "The officer looks" if glance.stands.again else "Both officers look"
    return _need("differs", glance, f"{glance.figures} since {clock(since)}. {who} at the paper again.")


def _unaccounted(board: Board, glance: Glance) -> Need | None:
    if glance.stands.state in ("keying", "one keyed") and board.has_void_sheets(glance.count.contest.ballot):
        void = board.why_void(glance.count.contest.ballot)
        why = "a sheet does not account for the papers verified since. It is keyed again, or they are verified again."
        if "ballot paper" in void:
            why = f"{void}. They are keyed again."
        elif "table" in void:
            why = f"{void}. The tables are added up again."
        elif "electors" in void:
            why = f"{void}. The papers are verified again, or the electorate is put right under “The ballot paper”."
        return _need("unaccounted", glance, why)
    count = glance.count
    if count.result is None and count.no_poll is None and 0 < count.contest.electorate < (count.papers or 0):
        why = f"{count.papers:,} papers are verified, and there are {count.contest.electorate:,} electors. They "
        return _need(
            "unaccounted", glance, f"{why}are verified again, or the electorate is put right under “The ballot paper”."
        )
    papers = unaccounted(count)
    if papers is None or glance.count.papers is None:
        return None
    why = f"the declared figures are {abs(papers):,} {'more' if papers > 0 else 'fewer'} than the papers verified."
    return _need("unaccounted", glance, f"{why} Revise them, or have the papers verified again.")


def _boxes(board: Board, glance: Glance) -> Need | None:
    """Boxes that are open after the papers were announced, or that nobody went on with."""
    boxes, count = board.boxes(glance.count.contest.ballot), glance.count
    counted = [box.counted.at for box in boxes.boxes if box.counted]
    stopped = bool(counted) and board.now - max(counted) >= LONELY
    if not boxes.open or count.no_poll or not (count.papers is not None or stopped):
        return None
    return _need("boxes", glance, f"not accounted for: {some_of([one.box.name for one in boxes.open])}.")


def _tables(board: Board, glance: Glance) -> Need | None:
    """Tables that two people keyed differently, or that are missing and nobody went on with."""
    if glance.stands.state not in ("keying", "one keyed", "differs"):
        return None
    tables, roles = board.tables(glance.count.contest.ballot)
    if differing := tables.differing(roles):
        return _need("tables", glance, f"keyed differently by two people: {some_of(differing)}. Both look again.")
    missing = [name for name in tables.names if any(name in tables.missing(role) for role in roles)]
    keyed = [sheet.at for role in roles for sheet in tables.of(role).values()]
    if not missing or not keyed or board.now - max(keyed) < LONELY:
        return None
    return _need("tables", glance, f"not keyed: {some_of(missing)}.")


def _late(board: Board, glance: Glance) -> Need | None:
    if glance.due is None or not glance.due.late:
        return None
    called = ", ".join(f"{person.name} ({person.role})" for person in glance.people) or "nobody is invited here"
    return _need("late", glance, f"expected at {clock(glance.due.expected)}: {called}.", glance.due)


def _corrections(board: Board, glance: Glance) -> Need | None:
    begun = glance.stands.correction
    if begun is None or glance.stands.state == "asked":
        return None
    what = "a slip is being put right" if begun.slip else "the figures are being revised"
    return _need("correcting", glance, f"{what} since {clock(begun.at)}, by {begun.by}: {begun.reason}")


def _lonely(board: Board, glance: Glance) -> Need | None:
    if glance.stands.state not in ("one keyed", "look again"):
        return None
    sheets = board.sheets(glance.count.contest.ballot)
    sheet, missing = next(iter(sheets.values())), [role for role in glance.stands.waiting_for if role not in sheets]
    keyed = f"the {sheet.role} keyed at {clock(sheet.at)}"
    if missing and not any(person.role == missing[0] for person in glance.people):
        return _need("lonely", glance, f"{keyed}, and nobody is invited as {missing[0]}.")
    if board.now - sheet.at < LONELY:
        return None
    then = f"the {missing[0]} has keyed nothing yet" if missing else "has not looked at the paper again"
    return _need("lonely", glance, f"{keyed}, and {then}.")


def _unspoken(board: Board, glance: Glance) -> Need | None:
    sheet = glance.stands.sheet
    if sheet is None or board.now - sheet.at < UNSPOKEN:
        return None
    return _need("unspoken", glance, f"confirmed at {clock(sheet.at)}, and not declared yet.")


def _need(kind: str, glance: Glance, why: str, due: Due | None = None) -> Need:
    contest = glance.count.contest
    return Need(kind, contest.name, why, f"/desk/contests/{contest.ballot}", due)


def _dropped(board: Board) -> Iterator[Need]:
    """What was asked for and then refused when its turn to go out came, unless something else was asked for since."""
    asked: dict[str, Asked] = {}
    dropped: dict[str, tuple[Dropped, Asked]] = {}
    for act in board.desk.log:
        if isinstance(act, Asked):
            asked[act.command.id] = act
            dropped.pop(_about(act), None)
        elif isinstance(act, Dropped):
            request = asked[act.asked]
            dropped[_about(request)] = (act, request)
    for act, request in dropped.values():
        done = isinstance(request.command, OfTheHold)  # a hold or release that somebody else made first
        if not done and board.now - act.at < _REMEMBERED and not _moved_on(board, request, act.at):
            told = command_told(board.night, request.command).rstrip(".")
            why = f"did not go out, from {request.by}: {told}. {act.why}"
            yield Need("dropped", name_of(board, request), why, href_of(request))


def _about(asked: Asked) -> str:
    return ballot_of(asked.command) or type(asked.command).__name__


def _moved_on(board: Board, asked: Asked, at: datetime) -> bool:
    count = board.night.counts.get(_about(asked))
    return count is not None and bool(count.history) and count.history[-1].at > at


def name_of(board: Board, asked: Asked) -> str:
    """The name of the contest that a command is about, or "The night"."""
    count = board.night.counts.get(_about(asked))
    return count.contest.name if count else "The night"


def href_of(asked: Asked) -> str:
    """The address of the page that shows what became of a command."""
    ballot = ballot_of(asked.command)
    return f"/desk/contests/{ballot}" if ballot else "/desk/record"
