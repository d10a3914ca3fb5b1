"""Reading who is to be invited from a list that was typed or pasted: the whole list, or a refusal for each bad line."""

import difflib
from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from server.count.board.board import Board
from server.count.visit.inviting import ROLES
from server.election.counting.acts import Role
from server.election.counting.people import PHONE_UNFIT, is_number
from server.election.limits import LONGEST_LINE, LONGEST_NAME, MOST_LINES

_MOST_NAMED = 8


class Guest(Struct, frozen=True):
    """A person to be invited; the ``phone`` is "" where no telephone number is known."""

    name: str
    role: Role
    ballots: tuple[str, ...]
    phone: str = ""


class BadLines(Exception):
    """Raised for a list from which nobody is invited; its message says what is wrong in which line."""


def guests_of(board: Board, text: str, sent_before: Callable[[Guest], bool]) -> list[Guest]:
    """The people in a list of lines ``Name, role, contest, telephone``: a contest by name, slug or ballot id; without a
    role, officers; the telephone number may be left out.

    BadLines if any line is wrong, or somebody is invited already and was not ``sent_before`` with this very form. Then
    nobody is invited: a list of which half is invited is worse than one of which nobody is.
    """
    known, wrong = _Contests(board), list[str]()
    guests: dict[Guest, int] = {}
    invited = _invited(board)
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST_LINES:
        raise BadLines(f"Those are {len(lines):,} people: invite at most {MOST_LINES:,} at once.")
    for number, line in lines:
        try:
            _must_fit(line)
            guest = _guest(known, line)
            if guest in guests:
                raise BadLines(f"the same as line {guests[guest]}.")
            _must_be_new(invited, guest, sent_before)
            guests[guest] = number
        except BadLines as error:
            wrong.append(f"Line {number}: {error}")
    if wrong:
        more = f" And {len(wrong) - _MOST_NAMED} lines more." if len(wrong) > _MOST_NAMED else ""
        raise BadLines(f"Nobody was invited. {' '.join(wrong[:_MOST_NAMED])}{more}")
    if not guests:
        raise BadLines("Nobody was invited: write a line for each person.")
    return list(guests)


def guest_of(board: Board, form: dict[str, str], sent_before: Callable[[Guest], bool]) -> Guest:
    """One person, from the fields ``name``, ``role``, ``phone`` and ``contests`` (one a line; without the field, the
    page's contest).

    BadLines as for ``guests_of``.
    """
    role = _role(form.get("role", "officer"))
    if role is None:
        raise BadLines("Say as what: officer, second officer, returning officer or desk.")
    known, here = _Contests(board), form["contest"].rpartition("/")[2]
    named = [line for line in form.get("contests", here).splitlines() if line.strip()]
    if role == "desk" and named:
        raise BadLines("The desk is invited for all contests: name none.")
    if role != "desk" and not named:
        raise BadLines("Say for which contest.")
    if len(named) > MOST_LINES:
        raise BadLines(f"Those are {len(named):,} contests: name at most {MOST_LINES:,} at once.")
    for line in named:
        _must_fit(line)
    phone = " ".join(form.get("phone", "").split())
    if phone and not is_number(phone):
        raise BadLines(PHONE_UNFIT)
    guest = Guest(_name(form.get("name", "")), role, tuple(dict.fromkeys(map(known.ballot, named))), phone)
    _must_be_new(_invited(board), guest, sent_before)
    return guest


def _invited(board: Board) -> set[Guest]:
    people = board.desk.people.values()
    return {Guest(person.name, person.role, person.ballots) for person in people if not person.revoked}


def _must_be_new(invited: set[Guest], guest: Guest, sent_before: Callable[[Guest], bool]) -> None:
    if replace(guest, phone="") in invited and not sent_before(guest):
        raise BadLines(f"{guest.name} is invited already, as {guest.role}: the link can be printed again.")


def _guest(known: "_Contests", line: str) -> Guest:
    line = line.replace("\t", ",")
    before, _, last = (part.strip() for part in line.rpartition(","))
    phone = " ".join(last.split()) if is_number(last) else ""
    name, _, rest = (before if phone else line).partition(",")
    first, _, others = (part.strip() for part in rest.partition(","))
    role = _role(first)
    contest = others if role else rest.strip()  # the names of many contests contain a comma
    if role == "desk":
        if contest:
            raise BadLines(f"the desk is invited for all contests, not for {contest[:LONGEST_NAME]}.")
        return Guest(_name(name), "desk", (), phone)
    if not contest:
        raise BadLines("after the name and a comma, say for which contest.")
    return Guest(_name(name), role or "officer", (known.ballot(contest),), phone)


def _must_fit(line: str) -> None:
    if len(line) > LONGEST_LINE:
        raise BadLines(f"a line has at most {LONGEST_LINE} characters, and this one {len(line):,}.")


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise BadLines("say who is invited.")
    if len(name) > LONGEST_NAME:
        raise BadLines(f"a name has at most {LONGEST_NAME} characters.")
    return name


def _role(text: str) -> Role | None:
    return ROLES.get("-".join(text.casefold().replace("-", " ").split()))


class _Contests:
    """The contests of a night by ballot id, slug and name."""

    def __init__(self, board: Board) -> None:
        self._by_name: dict[str, list[str]] = {}
        for contest in board.night.definition.contests:
            for name in dict.fromkeys((contest.ballot, contest.slug, contest.name.casefold())):
                self._by_name.setdefault(name, []).append(contest.ballot)

    def ballot(self, text: str) -> str:
        """The ballot id of the contest that is meant; BadLines, with the nearest name, if there is none or several."""
        name = " ".join(text.casefold().split())
        ballots: Sequence[str] = self._by_name.get(name, ())
        if len(ballots) == 1:
            return ballots[0]
        if ballots:
            raise BadLines(f"{text[:LONGEST_NAME]} is the name of several contests: write one of {', '.join(ballots)}.")
        near = difflib.get_close_matches(name, self._by_name, n=1, cutoff=0.75)
        like = f" Is it {self._by_name[near[0]][0]}?" if near else ""
        raise BadLines(f"{text.strip()[:LONGEST_NAME]} is not a contest of this night.{like}")
