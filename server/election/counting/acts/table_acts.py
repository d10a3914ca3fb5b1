"""What people did at count tables, in the past tense: private like every act. No rules."""

from msgspec import UNSET, UnsetType

from server.election.counting.acts.act import Act, Role
from server.election.methods.figures import MoreFigures, Rejected


class TablesChosen(Act, frozen=True, tag="tables-chosen.1"):
    """A contest is counted by these tables, in this order, and its sheet is their sum; by none of them any more if
    there are none. ``bundle`` is how many papers a full bundle has, 0 where tables have no bundles."""

    ballot: str
    tables: tuple[str, ...]
    bundle: int = 0


class TableKeyed(Act, frozen=True, tag="table-keyed.1"):
    """One person keyed the short sheet of a ``table``, in a ``round`` of the contest (``Count.round``).

    ``given`` is how many papers the table was given; ``votes`` and ``rejected`` papers come to it. ``replaces`` is the
    seq of the sheet of the same table and role that this one takes the place of, 0 if there is none. ``bundles`` is
    candidate id → full bundles among the votes, where the table has them. ``more`` has the valid papers, and those
    rejected in part, where a paper has several votes: then those and the rejected papers come to what was given.
    """

    ballot: str
    table: str
    role: Role
    round: int
    replaces: int
    given: int
    votes: dict[str, int]
    rejected: Rejected
    bundles: dict[str, int] | UnsetType = UNSET
    more: MoreFigures | UnsetType = UNSET
