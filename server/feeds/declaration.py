"""The shapes of a program's declaration and of its answers, for /openapi.json. ``server.count`` carries it out."""

from typing import Annotated

from msgspec import Meta, Struct

from server.feeds.states.shapes import Moment, Number


class RejectedPapers(Struct, frozen=True, forbid_unknown_fields=True):
    """Ballot papers rejected, in all and under the four heads where they are known."""

    total: Number
    official_mark: Number | None = None
    more_than_one: Number | None = None
    identifiable: Number | None = None
    unmarked_or_void: Number | None = None


class SecondRound(Struct, frozen=True, forbid_unknown_fields=True):
    """The second preferences for each candidate who stays for the second round of a supplementary vote, and how many
    were rejected, if that is known."""

    votes: dict[str, Number]
    rejected: Number | None = None


class DeclarationBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A declaration to be made: ``votes`` candidate id to votes, for every candidate on the ballot paper.

    ``papers`` are the ballot papers verified, if they were not announced before; ``lot`` is the candidate drawn where
    the first place is a tie. Where something looks unusual, ``reasons`` say why it is so: the code of the check to the
    reason.

    Where several are elected, ``valid_papers`` are the papers with a valid vote, ``in_part`` those of them that were
    rejected in part, ``rejected`` those rejected in full, and ``lots`` the candidates drawn where the last places are a
    tie and a lot decides several of them. In a supplementary vote ``votes`` are first preferences: where nobody has
    more than half they are sent alone with ``first_round``, and later again with the ``second``.

    Where papers are sorted into block votes and split votes, ``blocks`` is party id to the papers with one vote for
    each of its candidates and no other; ``votes`` are then those on all other papers, and what is declared is their
    sum.
    """

    votes: dict[str, Number]
    rejected: RejectedPapers | None = None
    papers: Number | None = None
    lot: str | None = None
    reasons: dict[str, str] = {}
    valid_papers: Number | None = None
    in_part: Number | None = None
    lots: tuple[str, ...] = ()
    second: SecondRound | None = None
    first_round: bool = False
    blocks: dict[str, Number] = {}


class DeclarationReceipt(Struct, frozen=True):
    """A declaration that is safely stored: screens change when its event, ``seq``, comes round. While the desk holds
    the night it waits, and ``seq``, ``at`` and ``receipt`` are null."""

    night: str
    ballot: str
    seq: Number | None
    at: Moment | None
    receipt: str | None


class BoxAccount(Struct, frozen=True, forbid_unknown_fields=True):
    """A ballot box by its ``name``, ``postal`` if it holds postal votes: papers ``expected`` and ``papers`` counted,
    both or neither. ``explanation`` says why they differ."""

    name: str
    postal: bool = False
    expected: Number | None = None
    papers: Number | None = None
    explanation: str = ""


class BoxAccounts(Struct, frozen=True, forbid_unknown_fields=True):
    """Ballot boxes to be listed, where they are not, and counted, where they have papers."""

    boxes: Annotated[tuple[BoxAccount, ...], Meta(min_length=1, max_length=1000)]


class BoxesTaken(Struct, frozen=True):
    """How the boxes of a contest stand: papers expected and counted in those that are counted, and the names of those
    that are not accounted for."""

    night: str
    ballot: str
    expected: Number
    papers: Number
    open: tuple[str, ...]


class FieldError(Struct, frozen=True):
    """One thing that stands against a declaration; ``field`` is where, such as ``votes.3``."""

    code: str
    field: str
    detail: str


class Problem(Struct, frozen=True, omit_defaults=True):
    """What went wrong (RFC 9457); ``detail`` is a sentence to show to people."""

    type: str
    title: str
    status: int
    detail: str
    code: str = ""
    errors: tuple[FieldError, ...] = ()
