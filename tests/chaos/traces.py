"""What led to a loss: the faults around a receipt, and what Redis's servers and Sentinels logged meanwhile."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.chaos.officers import Officers
from tests.chaos.oracle import Told
from tests.chaos.trial import Found

_BEFORE, _AFTER = timedelta(seconds=20), timedelta(seconds=5)
_LOGGED = re.compile(r"^\d+:\w (\d+ \w+ \d{4} [\d:.]+) [*#.-] (.*)$")
_TELLING = re.compile(
    r"MASTER MODE|replication ID|resynchronization|sync with|[Pp]artial|MASTER <-> REPLICA|\+[so]down|-[so]down"
    r"|selected-slave|promoted|switch-master|failover|Ready to accept|Connection with"
)


def traced(told: Told, found: Found, officers: Officers, folder: Path) -> Iterator[str]:
    """A receipt that was told as lost, and line by line what happened around it."""
    said = told.said
    yield f"told as lost at {told.at}: receipt {said.seq}, {said.ballot} of {said.night} of {said.at}, is {told.now}"
    receipt = next((one for one in officers.receipts if one.said == said), None)
    if receipt is None:  # one that was given again, of which only the first time is noted
        return
    given = _moment(found, receipt.answered)
    lost = datetime.fromisoformat(told.at)
    for at, line in sorted([(given, "* the receipt was given"), *_befell(found), *_logged(folder)]):
        if given - _BEFORE <= at <= max(given, lost) + _AFTER:
            yield f"  {at:%H:%M:%S.%f} {line}"


def _befell(found: Found) -> Iterator[tuple[datetime, str]]:
    for fault in found.faults:
        yield _moment(found, fault.at), f"* {fault.kind}"
        yield _moment(found, fault.over), f"* over: {fault.kind}"


def _logged(folder: Path) -> Iterator[tuple[datetime, str]]:
    for log in sorted((*folder.glob("redis-*.log"), *folder.glob("sentinel-*.log"))):
        for line in log.read_text(errors="replace").splitlines():
            if (parts := _LOGGED.match(line)) and _TELLING.search(parts[2]):
                at = datetime.strptime(parts[1], "%d %b %Y %H:%M:%S.%f").astimezone(UTC)
                yield at, f"{log.stem}: {parts[2]}"


def _moment(found: Found, monotonic: float) -> datetime:
    return found.begun + timedelta(seconds=monotonic - found.begun_at)
