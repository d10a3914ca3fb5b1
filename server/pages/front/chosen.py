"""Which of the nights on air is the most important, and which are out of the way. No HTML.

What an editor puts first: today's nights, which are those being counted and those of the newest day, then those
declared before, those to come, replays; and among these a general election, a devolved parliament or large local
elections, mayors and commissioners, by-elections, one council, one ward.

Of two alike the one still being counted comes first, then the one with more contests, then the one whose poll closed
later; nights to come are in the order of their days. Rehearsals, and replays that have reached their end, are apart.
"""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from server.election.contests import Definition
from server.election.nights import Night
from server.election.once import once
from server.html.coming import is_before_poll

_TODAY, _DECLARED, _COMING, _REPLAY = range(4)
_GENERAL, _LARGE, _MAYORS, _BY_ELECTIONS, _COUNCIL, _WARD = range(6)
_PARLIAMENTS = {"parl", "sp", "senedd", "nia"}  # how the ids of ballots for a parliament begin, and for a person
_PERSONS = {"mayor", "pcc"}
_MANY = 60  # wards of several councils; of fewer most are by-elections


class Chosen(Struct, frozen=True):
    """The nights on air in their order: the ``lead``, None if there is none, the ``others``, and those ``apart``."""

    lead: Night | None
    others: tuple[Night, ...]
    apart: tuple[Night, ...]


def chosen(on_air: Iterable[Night]) -> Chosen:
    """The nights on air as the front page has them."""
    every = tuple(on_air)
    begun = [night.definition.date for night in every if not (night.definition.replay_of or is_coming(night))]
    newest = max(begun, default=date.min)
    nights = sorted(every, key=lambda night: _order(night, newest))
    news = [night for night in nights if not _is_apart(night)]
    return Chosen(news[0] if news else None, tuple(news[1:]), tuple(night for night in nights if _is_apart(night)))


def is_coming(night: Night) -> bool:
    """Whether a night has nothing to tell before its poll closes."""
    return is_before_poll(night) and not night.declared


def is_general(definition: Definition) -> bool:
    """Whether a night is a general election."""
    return _kind(definition) == _GENERAL


def _is_apart(night: Night) -> bool:
    return bool(night.definition.rehearsal) or night.is_played


@once
def _kind(night: Definition) -> int:
    ballots = {contest.ballot.partition(".")[0] for contest in night.contests}
    if night.seats and not ballots & _PARLIAMENTS - {"parl"}:
        return _GENERAL
    if night.seats or (len(night.councils) > 1 and len(night.contests) > _MANY):
        return _LARGE
    if ballots & _PERSONS:
        return _MAYORS
    if ballots & _PARLIAMENTS:
        return _BY_ELECTIONS
    return _COUNCIL if len(night.contests) > 1 else _WARD


def _order(night: Night, newest: date) -> tuple[int, int, int, int, int, float, str]:
    on, close = night.definition, night.definition.polls_close.timestamp()
    state, day = _DECLARED, 0
    if on.replay_of:
        state = _REPLAY
    elif is_coming(night):
        state, day, close = _COMING, on.date.toordinal(), -close
    elif night.missing or on.date == newest:
        state = _TODAY
    return state, day, _kind(on), not night.missing, -len(night.counts), -close, on.id
