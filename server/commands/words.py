"""A night, and numbers of things, in the words that commands print."""

from server.election.nights import Night


def told(night: Night) -> str:
    """A night in a line: its title, its events, how far it is."""
    test = "TEST, " if night.definition.rehearsal else ""
    declared = f"{night.declared:,} of {len(night.counts):,} declared"
    return f"{test}{night.definition.title}, {number_of(night.seq, 'event')}, {declared}"


def number_of(number: int, thing: str) -> str:
    """``1 event``, ``1,241 events``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
