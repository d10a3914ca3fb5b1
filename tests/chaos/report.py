"""What a trial has found, as a table and a verdict."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.chaos.officers import Officers
from tests.chaos.traces import traced
from tests.chaos.trial import Found

_MOST_NAMED = 20


def outages(found: Found, officers: Officers) -> list[tuple[str, int, list[float]]]:
    """Each kind of fault, how many there were, and for those that struck while all was well how many seconds passed
    until somebody had a receipt for what was sent after the fault."""
    kinds: dict[str, list[float]] = {}
    numbers: dict[str, int] = {}
    receipts = sorted(officers.receipts, key=lambda one: one.answered)
    for fault in found.faults:
        numbers[fault.kind] = numbers.get(fault.kind, 0) + 1
        after = next((one.answered for one in receipts if one.sent >= fault.at), None)
        if after is not None and not fault.overlaps:
            kinds.setdefault(fault.kind, []).append(after - fault.at)
    return [(kind, numbers[kind], kinds.get(kind, [])) for kind in sorted(numbers)]


def show(found: Found, officers: Officers, folder: Path) -> bool:
    """Print it; whether all is well. ``folder`` has the logs, which are printed around what was told as lost."""
    print(f"\n{'fault':<32}{'times':>6}   seconds to the next receipt: median  worst")
    rows = outages(found, officers)
    everything = [seconds for _, _, some in rows for seconds in some]
    for kind, number, some in (*rows, ("all", len(found.faults), everything)):
        print(f"{kind:<32}{number:>6}{_seconds(some):>44}")
    waits = sorted(one.answered - one.first for one in officers.receipts)
    print(f"\nan officer waited for a receipt: {_seconds(waits)} s, 99% less than {_part(waits, 0.99):.2f} s")
    print("answers: " + ", ".join(f"{name} {number}" for name, number in officers.answers.most_common()))
    judgement = found.judgement
    print(
        f"{len(found.faults)} faults in {found.seconds / 60:.1f} minutes, {found.nights} nights, "
        f"{found.viewers} viewers: {len(officers.receipts)} declarations acknowledged, {len(judgement.lost)} lost, "
        f"{len(judgement.doubled)} doubled, {len(judgement.untrue)} receipts untrue, {len(found.apart)} viewers apart, "
        f"{len(judgement.told)} told as lost"
    )
    for sentence in (*found.noted, *(line for one in judgement.told for line in traced(one, found, officers, folder))):
        print(f"noted: {sentence}")
    wrong = [judgement.lost, judgement.doubled, judgement.untrue, judgement.broken, found.apart, found.wrong]
    for sentence in [sentence for some in wrong for sentence in some[:_MOST_NAMED]]:
        print(f"WRONG: {sentence[:1000]}")
    return not any(wrong)


def _seconds(some: Sequence[float]) -> str:
    return f"{median(some):.2f}  {max(some):.2f}" if some else "–"


def _part(ordered: Sequence[float], part: float) -> float:
    return ordered[int((len(ordered) - 1) * part)] if ordered else 0.0
