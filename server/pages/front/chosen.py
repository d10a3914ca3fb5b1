"""Which of the nights on air is the most important, and which are out of the way. No HTML.

A night that is being counted comes before one that is wholly declared, that before one whose poll is still open, and a
replay comes last. Of two alike the one with more contests comes first, then the one whose poll closed later; of two
still to come the one whose poll closes sooner. Rehearsals, and replays that have nothing more to declare, are apart.
"""

from collections.abc import Iterable

from msgspec import Struct

from server.election.nights import Night
from server.html.coming import is_before_poll

_COUNTING, _DECLARED, _COMING, _REPLAY = range(4)


class Chosen(Struct, frozen=True):
    """The nights on air in their order: the ``lead``, None if there is none, the ``others``, and those ``apart``."""

    lead: Night | None
    others: tuple[Night, ...]
    apart: tuple[Night, ...]


def chosen(on_air: Iterable[Night]) -> Chosen:
    """The nights on air as the front page has them."""
    nights = sorted(on_air, key=_order)
    news = [night for night in nights if not _is_apart(night)]
    return Chosen(news[0] if news else None, tuple(news[1:]), tuple(night for night in nights if _is_apart(night)))


def is_coming(night: Night) -> bool:
    """Whether a night has nothing to tell before its poll closes."""
    return is_before_poll(night) and not night.declared


def _is_apart(night: Night) -> bool:
    over = night.definition.replay_of is not None and not night.missing
    return bool(night.definition.rehearsal) or over


def _order(night: Night) -> tuple[int, int, float, str]:
    close = night.definition.polls_close.timestamp()
    if night.definition.replay_of:
        state = _REPLAY
    elif is_coming(night):
        return _COMING, -len(night.counts), close, night.definition.id
    else:
        state = _COUNTING if night.missing else _DECLARED
    return state, -len(night.counts), -close, night.definition.id
