"""The words that commands print for a night, for numbers of things, and for files that cannot be used."""

from server.election.nights import Night
from server.nights.ending import declared


def told(night: Night) -> str:
    """A night in one line: its title, its events, how many contests are declared."""
    test = "TEST, " if night.definition.rehearsal else ""
    return f"{test}{night.definition.title}, {number_of(night.seq, 'event')}, {declared(night)}"


def number_of(number: int, thing: str) -> str:
    """``1 event``, ``1,241 events``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def unusable(error: OSError) -> str:
    """A sentence about a file that the system does not let this program use."""
    return f"{error.filename} cannot be used: {error.strerror}."
