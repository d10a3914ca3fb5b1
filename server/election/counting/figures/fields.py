"""The fields of a sheet, by the names that forms give them ("votes.3", "block.PP53", "lot"), and where two differ."""

from typing import Protocol

from server.election.counting.acts import Apart, SheetKeyed
from server.election.methods.figures import HEADS, NOTHING_MORE, SecondPreferences


def differences(first: SheetKeyed, second: SheetKeyed) -> list[str]:
    """The fields in which two sheets differ, in the order of the form."""
    one, other = first.more or NOTHING_MORE, second.more or NOTHING_MORE
    fields = _apart(first.apart, second.apart) if first.apart and second.apart else _unlike("votes", first, second)
    fields += ["valid_papers"] if one.valid_papers != other.valid_papers else []
    for head in HEADS:
        if getattr(first.rejected, head) != getattr(second.rejected, head):
            fields.append(f"rejected.{head}")
    fields += ["in_part"] if one.in_part != other.in_part else []
    if one.second and other.second:
        fields += _unlike("second", one.second, other.second)
        fields += ["second_rejected"] if one.second.rejected != other.second.rejected else []
    elif one.second != other.second:
        fields.append("second")
    if (first.lot, one.lots) != (second.lot, other.lots):
        fields.append("lot")
    return fields


def number_at(sheet: SheetKeyed, field: str) -> int | None:
    """The number of a sheet in a field; None where it has none."""
    (what, _, which), more = field.partition("."), sheet.more or NOTHING_MORE
    apart, second = sheet.apart or Apart({}, {}), more.second or SecondPreferences({})
    match what:
        case "rejected":
            return getattr(sheet.rejected, which or "total")
        case "valid_papers" | "in_part":
            return getattr(more, what)
        case "second_rejected":
            return second.rejected
        case _:
            numbers = {"votes": sheet.votes, "block": apart.blocks, "split": apart.split, "second": second.votes}
            return numbers[what].get(which)


class _WithVotes(Protocol):
    @property
    def votes(self) -> dict[str, int]: ...


def _unlike(what: str, first: _WithVotes, second: _WithVotes) -> list[str]:
    return [f"{what}.{key}" for key, votes in first.votes.items() if votes != second.votes.get(key)]


def _apart(first: Apart, second: Apart) -> list[str]:
    blocks = [f"block.{key}" for key, papers in first.blocks.items() if papers != second.blocks.get(key)]
    return blocks + [f"split.{key}" for key, votes in first.split.items() if votes != second.split.get(key)]
