"""Votes against papers where each valid paper has one vote, and the slips that would explain a difference."""

from collections.abc import Iterator

from server.election.methods.figures import HEADS, Counted, Rejected
from server.election.texts.check_codes import Finding

ELECTORATE = "If the electorate is wrong, the desk can put it right under “The ballot paper”."


def check_sums(counted: Counted) -> list[Finding]:
    """What stands against the sums of these figures, as each paper is one vote or a rejected paper."""
    votes, rejected, papers = counted.votes, counted.rejected, counted.papers
    together = sum(votes.values()) + (rejected.total if rejected else 0)
    if sum(votes.values()) == 0:
        return [NO_VOTES]
    if papers is not None and together != papers and (rejected or together > papers):
        # Every verified paper is a vote or a rejected paper. In Putney in 2024 the declared figures left out 6,558
        # votes.
        differ, than = abs(together - papers), "more" if together > papers else "fewer"
        verified = f"the {papers:,} ballot papers verified"
        sentence = f"Votes and rejected papers come to {together:,}: {differ:,} {than} than {verified}."
        slips = list(_slips(_rows(counted), together - papers))
        if len(slips) == 1:
            sentence = f"{sentence} {slips[0]}"
        return [Finding("votes-above-papers" if together > papers else "votes-below-papers", "votes", sentence)]
    if 0 < counted.electorate < together:
        sentence = (
            f"Votes and rejected papers come to {together:,}: more than the electorate of {counted.electorate:,}."
        )
        return [Finding("votes-above-electorate", "votes", f"{sentence} {ELECTORATE}")]
    return []


NO_VOTES = Finding("votes-none", "votes", "Nobody can be elected with no votes at all.")


def heads_of(rejected: Rejected) -> dict[str, int]:
    """Head → papers rejected under it, for the heads whose number is known."""
    heads = {head: getattr(rejected, head) for head in HEADS}
    return {head: number for head, number in heads.items() if number is not None}


def _rows(counted: Counted) -> list[tuple[str, int]]:
    """Each number on the sheet, as the words that point to it and the number itself."""
    rows = [(f"{counted.told(candidate)}'s {number:,}", number) for candidate, number in counted.votes.items()]
    if counted.rejected is None:
        return rows
    heads = heads_of(counted.rejected)
    if not heads:
        total = counted.rejected.total
        return [*rows, (f"the {total:,} rejected papers", total)]
    return [*rows, *((f"the {number:,} rejected for {HEADS[head]}", number) for head, number in heads.items())]


def _slips(rows: list[tuple[str, int]], excess: int) -> Iterator[str]:
    """Every slip that would by itself explain the whole excess, as a question to the officer."""
    for row, number in rows:
        if number < 10:  # a number as small as this fits by chance
            continue
        if number - number // 10 == excess:
            yield f"Is there a digit too many in {row}?"
        if any(number - meant == excess for meant in _neighbours_exchanged(number)):
            yield f"Are two digits exchanged in {row}?"
        if number == excess:
            yield f"Have you counted {row} twice?"


def _neighbours_exchanged(number: int) -> Iterator[int]:
    """The number with two neighbouring digits exchanged, for each such pair: 123 gives 213 and 132."""
    digits = str(number)
    for place in range(len(digits) - 1):
        exchanged = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
        if not exchanged.startswith("0"):
            yield int(exchanged)
