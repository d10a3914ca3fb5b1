"""The contests of a night by council, with which the page of all contests begins where they are many. No HTML."""

from msgspec import Struct

from server.election.contests import Contest, Definition
from server.election.nights import Night
from server.election.once import once
from server.election.results.councils.council import Council, council
from server.pages.council.seen import apart, by_slug, lists_wards

OTHERS, ALL = "others", "all"
"""In an address, where a council's id stands else: the contests that are for none, and all of them."""


class Group(Struct, frozen=True):
    """Contests listed together, by their ``key`` in an address: a council's, or those that are for none."""

    key: str
    council: Council | None
    declared: int
    contests: int


def folds(definition: Definition) -> bool:
    """Whether the page of all contests begins with councils: those of a night that has many of both."""
    return len(definition.councils) > 1 and not lists_wards(definition)


@once
def keys(definition: Definition) -> tuple[str, ...]:
    """The groups of a night by their keys, in its order; none where its page does not begin with them."""
    if not folds(definition):
        return ()
    return (*(body.id for body in definition.councils), *[OTHERS] * bool(apart(definition)))


def key_of(definition: Definition, contest: Contest) -> str:
    """The group that a contest is in."""
    return next((key for key in keys(definition) if key == contest.body), OTHERS)


def group(night: Night, name: str) -> Group:
    """A group as it stands; ``name`` is the council's slug, or OTHERS."""
    if body := by_slug(night.definition).get(name):
        one = council(night, body)
        return Group(body.id, one, one.declared, one.contests)
    counts = [night.counts[contest.ballot] for contest in apart(night.definition)]
    return Group(OTHERS, None, sum(count.result is not None for count in counts), len(counts))


def piece_of(definition: Definition, contest: Contest) -> tuple[str, ...]:
    """The piece that says how the group of a contest stands; none where there are no groups."""
    return (_piece(key_of(definition, contest)),) if folds(definition) else ()


def pieces(definition: Definition) -> tuple[str, ...]:
    """The pieces that say how the groups of a night stand, in its order."""
    return tuple(map(_piece, keys(definition)))


def _piece(key: str) -> str:
    return f"wards-{key.replace('.', '-')}"
