"""What the sheet asks for now, as the names of its fields: by the rules of the contest, its round, and the night's wish
to have blocks apart. Nothing is read here."""

from msgspec import Struct

from server.election.contests import Contest
from server.election.counting.desk import Desk
from server.election.counting.keying import is_keyed_apart, is_second_round, keyed_now
from server.election.counting.sheets.apart import slates
from server.election.counts import Count
from server.election.events import PreferencesReported
from server.election.methods.figures import HEADS
from server.election.methods.rules import Keyed


class AskedSheet(Struct, frozen=True):
    """A sheet that is to be keyed.

    ``keyed`` is what the rules want on it now. ``slates`` is party → candidates of those whose blocks are keyed apart,
    empty where none are. ``first`` is the first round where that is announced, so that only the second is keyed.
    ``stayed`` are those who stay for it, as far as is known before anything is typed.
    """

    contest: Contest
    keyed: tuple[Keyed, ...]
    slates: dict[str, tuple[str, ...]] = {}
    first: PreferencesReported | None = None
    stayed: tuple[str, ...] = ()

    @property
    def several(self) -> bool:
        """Whether a lot may have to decide several places."""
        return "lots" in self.keyed

    def block_of(self, candidate: str) -> str:
        """The field of the block votes that are this candidate's too; "" where there is none."""
        return next((f"block.{party}" for party, slate in self.slates.items() if candidate in slate), "")

    def votes_at(self, candidate: str) -> str:
        """The field of a candidate's own votes in the first round."""
        return f"{'split' if self.slates else 'votes'}.{candidate}"

    @property
    def blocks(self) -> list[str]:
        """The fields of block votes."""
        return [f"block.{party}" for party in self.slates]

    @property
    def votes(self) -> list[str]:
        """The fields of votes in the first round, in ballot-paper order."""
        return [self.votes_at(one.id) for one in self.contest.polled] if "votes" in self.keyed else []

    @property
    def second(self) -> list[str]:
        """The fields of a second round, of everybody who could stay for it."""
        if "second preferences" not in self.keyed:
            return []
        stayed = self.stayed if self.first else [one.id for one in self.contest.polled]
        return [*(f"second.{one}" for one in stayed), "second_rejected"]

    @property
    def valid(self) -> list[str]:
        """The field of the valid papers, where votes do not say how many they are."""
        return ["valid_papers"] if "valid papers" in self.keyed else []

    @property
    def heads(self) -> list[str]:
        """The fields of rejected papers."""
        return [f"rejected.{head}" for head in HEADS] if "rejected" in self.keyed else []

    @property
    def in_part(self) -> list[str]:
        """The field of papers rejected in part."""
        return ["in_part"] if "rejected in part" in self.keyed else []

    @property
    def fields(self) -> list[str]:
        """All fields for numbers, from top to bottom."""
        return [*self.blocks, *self.votes, *self.second, *self.valid, *self.heads, *self.in_part]


def asked_of(count: Count, desk: Desk) -> AskedSheet:
    """The sheet of a contest as it is to be keyed now."""
    contest, first = count.contest, count.preferences if is_second_round(count) else None
    stayed = contest.rules.remaining(first.votes) if first else ()
    if count.result is not None and first is None:
        stayed = tuple([line.candidate.id for line in count.result.lines if line.total is not None])
    apart = slates(contest) if is_keyed_apart(contest, desk) else {}
    return AskedSheet(contest, keyed_now(count), apart, first, stayed)
