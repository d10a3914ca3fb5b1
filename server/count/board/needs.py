"""What needs somebody at the desk, and why, the most urgent first. No HTML, no HTTP."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from server.count.board.board import Board, Due, Glance
from server.count.board.entry_told import VOID, WHAT_THEN, unaccounted
from server.count.board.person_needs import Need, of_people, uninvited
from server.count.board.wording import command_told
from server.count.phone.read_back import otherwise
from server.election.commands import OfTheHold, ballot_of
from server.election.counting.acts import Asked, Dropped
from server.election.counting.losses import to_send_again
from server.election.texts.said import Said, Value, _, say, say_all
from server.election.texts.several import listed, some_of
from server.election.texts.words import ROLES
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
        many = say("%(number)s things wait to go out.", number=len(waiting))
        number = say("1 thing waits to go out.") if len(waiting) == 1 else many
        since = say("held since %(time)s by %(who)s.", time=clock(hold.at), who=board.author(hold))
        yield Need("held", say("The night"), say_all(since, number), "/desk/hold")
    for asked in waiting:
        message = (
            _("waits for the release, from %(who)s at %(time)s: %(what)s")
            if hold
            else _("has not gone out yet, from %(who)s at %(time)s: %(what)s")
        )
        why = say(message, who=asked.by, time=clock(asked.at), what=command_told(night, asked.command))
        yield Need("waiting", name_of(board, asked), why, href_of(asked))


def _lost(board: Board) -> Iterator[Need]:
    """What Redis lost after it was announced, and nobody has sent again."""
    for act in to_send_again(board.night, board.desk):
        if act.ballot or board.now - act.at < _REMEMBERED:
            count = board.night.counts.get(act.ballot)
            message = _("lost by Redis at %(time)s: event %(event)s, from %(who)s. It has to be sent again.")
            why = say(message, time=clock(act.at), event=str(act.lost), who=ROLES.get(act.asked_by, act.asked_by))
            where = f"/desk/contests/{act.ballot}" if count else "/desk/record"
            yield Need("lost", count.contest if count else say("The night"), why, where)


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
    out, instead = (names or say("nobody") for names in (found.out, found.instead))
    message = _("this changes who is elected: %(instead)s instead of %(out)s. Confirm it, or have it looked at.")
    return _need("changes", glance, say(message, instead=instead, out=out))


def _differs(board: Board, glance: Glance) -> Need | None:
    if glance.stands.state != "differs":
        return None
    since = max(sheet.at for sheet in board.sheets(glance.count.contest.ballot).values())
    message = (
        _("%(what)s since %(time)s. The officer looks at the paper again.")
        if glance.stands.again
        else _("%(what)s since %(time)s. Both officers look at the paper again.")
    )
    return _need("differs", glance, say(message, what=glance.figures, time=clock(since)))


def _unaccounted(board: Board, glance: Glance) -> Need | None:
    if glance.stands.state in ("keying", "one keyed") and board.has_void_sheets(glance.count.contest.ballot):
        void = board.why_void(glance.count.contest.ballot)
        return _need("unaccounted", glance, WHAT_THEN[void or VOID["papers"]])
    count = glance.count
    if count.result is None and count.no_poll is None and 0 < count.contest.electorate < (count.papers or 0):
        message = _(
            "%(papers)s papers are verified, and there are %(electorate)s electors. They are verified again, or the "
            "electorate is put right under “The ballot paper”."
        )
        why = say(message, papers=count.papers or 0, electorate=count.contest.electorate)
        return _need("unaccounted", glance, why)
    papers = unaccounted(count)
    if papers is None or glance.count.papers is None:
        return None
    message = (
        _("the declared figures are %(papers)s more than the papers verified. %(then)s")
        if papers > 0
        else _("the declared figures are %(papers)s fewer than the papers verified. %(then)s")
    )
    then = say("Revise them, or have the papers verified again.")
    return _need("unaccounted", glance, say(message, papers=abs(papers), then=then))


def _boxes(board: Board, glance: Glance) -> Need | None:
    """Boxes that are open after the papers were announced, or that nobody went on with."""
    boxes, count = board.boxes(glance.count.contest.ballot), glance.count
    counted = [box.counted.at for box in boxes.boxes if box.counted]
    stopped = bool(counted) and board.now - max(counted) >= LONELY
    if not boxes.open or count.no_poll or not (count.papers is not None or stopped):
        return None
    names = some_of([one.box.name for one in boxes.open])
    return _need("boxes", glance, say("not accounted for: %(boxes)s.", boxes=names))


def _tables(board: Board, glance: Glance) -> Need | None:
    """Tables that two people keyed differently, or that are missing and nobody went on with."""
    if glance.stands.state not in ("keying", "one keyed", "differs"):
        return None
    tables, roles = board.tables(glance.count.contest.ballot)
    if differing := tables.differing(roles):
        message = _("keyed differently by two people: %(tables)s. Both look again.")
        return _need("tables", glance, say(message, tables=some_of(differing)))
    missing = [name for name in tables.names if any(name in tables.missing(role) for role in roles)]
    keyed = [sheet.at for role in roles for sheet in tables.of(role).values()]
    if not missing or not keyed or board.now - max(keyed) < LONELY:
        return None
    return _need("tables", glance, say("not keyed: %(tables)s.", tables=some_of(missing)))


def _late(board: Board, glance: Glance) -> Need | None:
    if glance.due is None or not glance.due.late:
        return None
    people = [say("%(name)s (%(role)s)", name=one.name, role=ROLES[one.role]) for one in glance.people]
    called = listed(people) if people else say("nobody is invited here")
    why = say("expected at %(time)s: %(people)s.", time=clock(glance.due.expected), people=called)
    return _need("late", glance, why, glance.due)


def _corrections(board: Board, glance: Glance) -> Need | None:
    begun = glance.stands.correction
    if begun is None or glance.stands.state == "asked":
        return None
    message = (
        _("a slip is being put right since %(time)s, by %(who)s: %(reason)s")
        if begun.slip
        else _("the figures are being revised since %(time)s, by %(who)s: %(reason)s")
    )
    return _need("correcting", glance, say(message, time=clock(begun.at), who=begun.by, reason=begun.reason))


def _lonely(board: Board, glance: Glance) -> Need | None:
    if glance.stands.state not in ("one keyed", "look again"):
        return None
    sheets = board.sheets(glance.count.contest.ballot)
    sheet, missing = next(iter(sheets.values())), [role for role in glance.stands.waiting_for if role not in sheets]
    role = ROLES[missing[0]] if missing else ""
    if missing and not any(person.role == missing[0] for person in glance.people):
        message = _("the %(keyed)s keyed at %(time)s, and nobody is invited as %(role)s.")
    elif board.now - sheet.at < LONELY:
        return None
    elif missing:
        message = _("the %(keyed)s keyed at %(time)s, and the %(role)s has keyed nothing yet.")
    else:
        message = _("the %(keyed)s keyed at %(time)s, and has not looked at the paper again.")
    return _need("lonely", glance, say(message, keyed=ROLES[sheet.role], time=clock(sheet.at), role=role))


def _unspoken(board: Board, glance: Glance) -> Need | None:
    sheet = glance.stands.sheet
    if sheet is None or board.now - sheet.at < UNSPOKEN:
        return None
    return _need("unspoken", glance, say("confirmed at %(time)s, and not declared yet.", time=clock(sheet.at)))


def _need(kind: str, glance: Glance, why: Said, due: Due | None = None) -> Need:
    contest = glance.count.contest
    return Need(kind, contest, why, f"/desk/contests/{contest.ballot}", due)


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
            what = command_told(board.night, request.command)
            full_stop = "" if what.endswith(".") else "."
            message = _("did not go out, from %(who)s: %(what)s%(full_stop)s %(why)s")
            why = say(message, who=request.by, what=what, full_stop=full_stop, why=say(act.why))
            yield Need("dropped", name_of(board, request), why, href_of(request))


def _about(asked: Asked) -> str:
    return ballot_of(asked.command) or type(asked.command).__name__


def _moved_on(board: Board, asked: Asked, at: datetime) -> bool:
    count = board.night.counts.get(_about(asked))
    return count is not None and bool(count.history) and count.history[-1].at > at


def name_of(board: Board, asked: Asked) -> Value:
    """The contest that a command is about, or "The night"."""
    count = board.night.counts.get(_about(asked))
    return count.contest if count else say("The night")


def href_of(asked: Asked) -> str:
    """The address of the page that shows what became of a command."""
    ballot = ballot_of(asked.command)
    return f"/desk/contests/{ballot}" if ballot else "/desk/record"
