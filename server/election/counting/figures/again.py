"""What one person alone keys again, as the names of fields, and where that differs from their sheet.

Which rows were chosen by measuring (``python -m tests.election.slips`` and ``ward_slips``, ``table_slips``): of the
exchanged rows that one person lets through, three rows keyed again leave 19 of 62, four leave 6, seven none, and from
two on none that elects another; most papers have no more than seven rows. Where votes come to the papers that is
enough, for there every other slip is refused. Where they do not, as in wards of several seats, those elected and the
next leave 184 of 247 slips, 5 of which elect others, and all rows leave none: so all are keyed again.
"""

from server.election.counting.acts import KeyedAgain, SheetKeyed
from server.election.counting.figures.fields import number_at
from server.election.methods.figures import HEADS, NOTHING_MORE
from server.election.methods.rules import Keyed, in_order

LEADING = 7
"""The candidates with most votes whose rows are keyed again where votes come to the papers."""
MOST = 16
"""The candidates keyed again where votes do not; in a contest of more seats, as many as those and one more."""
MOST_HEADS = 3
"""The heads of rejected papers with most papers: of two that are exchanged one is always among three of four."""


def asked_again(keyed: tuple[Keyed, ...], seats: int, sheet: SheetKeyed) -> tuple[str, ...]:
    """The fields of a sheet that one person alone keys again, in the order of the form; ``keyed`` is what is keyed
    now."""
    fields, more = list[str](), sheet.more or NOTHING_MORE
    if "votes" in keyed:
        number = max(MOST, seats + 1) if "valid papers" in keyed else LEADING
        leading, what = in_order(sheet.votes)[:number], "split" if sheet.apart else "votes"
        fields += [f"block.{party}" for party in (sheet.apart.blocks if sheet.apart else ())]
        fields += [f"{what}.{one}" for one in sheet.votes if one in leading]
    if "second preferences" in keyed and more.second:
        fields += [f"second.{one}" for one in more.second.votes]
        fields += ["second_rejected"] if more.second.rejected is not None else []
    if "valid papers" in keyed:
        fields.append("valid_papers")
    if "rejected" in keyed:
        most = sorted(HEADS, key=lambda head: -(getattr(sheet.rejected, head) or 0))[:MOST_HEADS]
        fields += [f"rejected.{head}" for head in HEADS if head in most and getattr(sheet.rejected, head)]
    if "rejected in part" in keyed and more.in_part is not None:
        fields.append("in_part")
    return tuple(fields)


def differing_again(sheet: SheetKeyed, again: KeyedAgain) -> tuple[str, ...]:
    """The fields that were keyed again otherwise than in the sheet, in the order of the form."""
    return tuple([field for field in sheet.again or () if again.figures.get(field) != number_at(sheet, field)])
