"""Holds what a file says of its winners against the rule of hold and gain; what differs is noted, the rule counts."""

import re
from collections.abc import Iterable, Iterator

from server.election.nights import fold
from server.nights.past import PastNight
from server.nights.sources.ballots import Ballot
from server.nights.sources.problems import Problem

# The Library's abbreviations for parties that are counted as another.
_COUNTED = re.compile(r"\bLab Coop\b")


def contradicted(past: PastNight, ballots: Iterable[Ballot]) -> Iterator[Problem]:
    """Every published verdict that the rule contradicts, at its row."""
    night = fold(past.events)
    for ballot in ballots:
        result, said = night.counts[ballot.id].result, ballot.seat.result
        if result is None or not said or result.verdict.kind == "win":
            continue
        ours = result.verdict.text(night.parties)
        if _plain(said) != _plain(ours):
            row = ballot.seat.row
            sentence = f"Result is {said!r} for {ballot.seat.name}, but by its figures and the baseline it is {ours!r}."
            yield Problem(row.file, row.line, sentence, "Result is not what the figures say")


def _plain(verdict: str) -> str:
    return _COUNTED.sub("Lab", verdict).casefold()
