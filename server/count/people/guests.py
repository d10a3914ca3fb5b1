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
from server.election.texts.said import Said, _, say, say_all
from server.election.texts.several import listed
from server.election.texts.words import ROLES as ROLE_WORDS
from server.html.languages import languages
from server.html.saying import said

_MOST_NAMED = 8
_ALL_CONTESTS = _("the desk is invited for all contests, not for %(contest)s.")


class Guest(Struct, frozen=True):
    """A person to be invited; the ``phone`` is "" where no telephone number is known."""

    name: str
    role: Role
    ballots: tuple[str, ...]
    phone: str = ""


class BadLines(Exception):
    """Raised for a list from which nobody is invited; its ``sentence`` says what is wrong in which line, ``field``
    the form's field that it is about, as the form names it."""

    def __init__(self, sentence: Said, field: str = "contests") -> None:
        super().__init__(sentence)
        self.sentence, self.field = sentence, field


def guests_of(board: Board, text: str, sent_before: Callable[[Guest], bool]) -> list[Guest]:
    """The people in a list of lines ``Name, role, contest, telephone``: a contest by name, slug or ballot id; without a
    role, officers; the telephone number may be left out.

    BadLines if any line is wrong, or somebody is invited already and was not ``sent_before`` with this very form. Then
    nobody is invited: a list of which half is invited is worse than one of which nobody is.
    """
    known, wrong = _Contests(board), list[Said]()
    guests: dict[Guest, int] = {}
    invited = _invited(board)
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST_LINES:
        raise BadLines(
            say("Those are %(number)s people: invite at most %(most)s at once.", number=len(lines), most=MOST_LINES)
        )
    for number, line in lines:
        try:
            _must_fit(line)
            guest = _guest(known, line)
            if guest in guests:
                raise BadLines(say("the same as line %(line)s.", line=guests[guest]))
            _must_be_new(invited, guest, sent_before)
            guests[guest] = number
        except BadLines as error:
            wrong.append(say("Line %(line)s: %(wrong)s", line=number, wrong=error.sentence))
    if wrong:
        more = [say("And %(number)s lines more.", number=len(wrong) - _MOST_NAMED)] if len(wrong) > _MOST_NAMED else []
        raise BadLines(say_all(say("Nobody was invited."), *wrong[:_MOST_NAMED], *more))
    if not guests:
        raise BadLines(say("Nobody was invited: write a line for each person."))
    return list(guests)


def guest_of(board: Board, form: dict[str, str], sent_before: Callable[[Guest], bool]) -> Guest:
    """One person, from the fields ``name``, ``role``, ``phone`` and ``contests`` (one a line; without the field, the
    page's contest).

    BadLines as for ``guests_of``.
    """
    role = _role(form.get("role", "officer"))
    if role is None:
        raise BadLines(say("Say as what: officer, second officer, returning officer or desk."), "role")
    known, here = _Contests(board), form["contest"].rpartition("/")[2]
    named = [line for line in form.get("contests", here).splitlines() if line.strip()]
    if role == "desk" and named:
        raise BadLines(say("The desk is invited for all contests: name none."))
    if role != "desk" and not named:
        raise BadLines(say("Say for which contest."))
    if len(named) > MOST_LINES:
        raise BadLines(
            say("Those are %(number)s contests: name at most %(most)s at once.", number=len(named), most=MOST_LINES)
        )
    for line in named:
        _must_fit(line)
    phone = " ".join(form.get("phone", "").split())
    if phone and not is_number(phone):
        raise BadLines(PHONE_UNFIT, "phone")
    guest = Guest(_name(form.get("name", "")), role, tuple(dict.fromkeys(map(known.ballot, named))), phone)
    _must_be_new(_invited(board), guest, sent_before)
    return guest


def _invited(board: Board) -> set[Guest]:
    people = board.desk.people.values()
    return {Guest(person.name, person.role, person.ballots) for person in people if not person.revoked}


def _must_be_new(invited: set[Guest], guest: Guest, sent_before: Callable[[Guest], bool]) -> None:
    if replace(guest, phone="") in invited and not sent_before(guest):
        message = _("%(name)s is invited already, as %(role)s: the link can be printed again.")
        raise BadLines(say(message, name=guest.name, role=ROLE_WORDS[guest.role]), "name")


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
            raise BadLines(say(_ALL_CONTESTS, contest=contest[:LONGEST_NAME]))
        return Guest(_name(name), "desk", (), phone)
    if not contest:
        raise BadLines(say("after the name and a comma, say for which contest."))
    return Guest(_name(name), role or "officer", (known.ballot(contest),), phone)


def _must_fit(line: str) -> None:
    if len(line) > LONGEST_LINE:
        raise BadLines(
            say("a line has at most %(most)s characters, and this one %(length)s.", most=LONGEST_LINE, length=len(line))
        )


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise BadLines(say("say who is invited."), "name")
    if len(name) > LONGEST_NAME:
        raise BadLines(say("a name has at most %(most)s characters.", most=LONGEST_NAME), "name")
    return name


def _role(text: str) -> Role | None:
    return _ROLES.get(" ".join(text.casefold().replace("-", " ").split()))


_ROLES: dict[str, Role] = {
    said(language, ROLE_WORDS[role]).casefold(): role for language in languages() for role in ROLES.values()
}
"""The roles of a night in the words of each language → the role."""


class _Contests:
    """The contests of a night by ballot id, slug and name, also as the desk tells them: ``Abbey (Kent)``."""

    def __init__(self, board: Board) -> None:
        self._by_name: dict[str, list[str]] = {}
        night = board.night.definition
        for contest in night.contests:
            told = (one.seat_in(night, contest).casefold() for one in languages())
            for name in dict.fromkeys((contest.ballot, contest.slug, contest.name.casefold(), *told)):
                self._by_name.setdefault(name, []).append(contest.ballot)

    def ballot(self, text: str) -> str:
        """The ballot id of the contest that is meant; BadLines, with the nearest name, if there is none or several."""
        name = " ".join(text.casefold().split())
        ballots: Sequence[str] = self._by_name.get(name, ())
        if len(ballots) == 1:
            return ballots[0]
        if ballots:
            message = _("%(name)s is the name of several contests: write one of %(ballots)s.")
            raise BadLines(say(message, name=text[:LONGEST_NAME], ballots=listed(ballots)))
        near = difflib.get_close_matches(name, self._by_name, n=1, cutoff=0.75)
        wrong = say("%(ballot)s is not a contest of this night.", ballot=text.strip()[:LONGEST_NAME])
        like = [say("Is it %(contest)s?", contest=self._by_name[near[0]][0])] if near else []
        raise BadLines(say_all(wrong, *like))
