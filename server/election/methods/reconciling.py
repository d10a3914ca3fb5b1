"""Votes against papers where each valid paper has one vote, and the slips that would explain a difference."""

from collections.abc import Iterator

from server.election.methods.figures import HEADS, Counted, Rejected
from server.election.texts.check_codes import Finding
from server.election.texts.said import Said, say, say_all

ELECTORATE = say("If the electorate is wrong, the desk can put it right under “The ballot paper”.")


def check_sums(counted: Counted) -> list[Finding]:
    """What stands against the sums of these figures, as each paper is one vote or a rejected paper."""
    votes, rejected, papers = counted.votes, counted.rejected, counted.papers
    together = sum(votes.values()) + (rejected.total if rejected else 0)
    if sum(votes.values()) == 0:
        return [NO_VOTES]
    if papers is not None and together != papers and (rejected or together > papers):
        # Every verified paper is a vote or a rejected paper. In Putney in 2024 the declared figures left out 6,558
        # votes.
        sums = {"together": together, "differ": abs(together - papers), "papers": papers}
        sentence = (
            say(
                "Votes and rejected papers come to %(together)s: %(differ)s more than the %(papers)s ballot papers "
                "verified.",
                **sums,
            )
            if together > papers
            else say(
                "Votes and rejected papers come to %(together)s: %(differ)s fewer than the %(papers)s ballot papers "
                "verified.",
                **sums,
            )
        )
        slips = list(_slips(_rows(counted), together - papers))
        if len(slips) == 1:
            sentence = say_all(sentence, slips[0])
        return [Finding("votes-above-papers" if together > papers else "votes-below-papers", "votes", sentence)]
    if 0 < counted.electorate < together:
        sentence = say(
            "Votes and rejected papers come to %(together)s: more than the electorate of %(electorate)s.",
            together=together,
            electorate=counted.electorate,
        )
        return [
            Finding(
                "votes-above-electorate",
                "votes",
                say_all(sentence, ELECTORATE),
            )
        ]
    return []


NO_VOTES = Finding("votes-none", "votes", say("Nobody can be elected with no votes at all."))


def heads_of(rejected: Rejected) -> dict[str, int]:
    """Head → papers rejected under it, for the heads whose number is known."""
    heads = {head: getattr(rejected, head) for head in HEADS}
    return {head: number for head, number in heads.items() if number is not None}


def _rows(counted: Counted) -> list[tuple[Said, int]]:
    """Each number on the sheet, as the words that point to it and the number itself."""
    rows = [
        (say("%(name)s's %(number)s", name=counted.told(candidate), number=number), number)
        for candidate, number in counted.votes.items()
    ]
    if counted.rejected is None:
        return rows
    heads = heads_of(counted.rejected)
    if not heads:
        total = counted.rejected.total
        return [*rows, (say("the %(total)s rejected papers", total=total), total)]
    return [
        *rows,
        *(
            (say("the %(number)s rejected for %(head)s", number=number, head=HEADS[head]), number)
            for head, number in heads.items()
        ),
    ]


def _slips(rows: list[tuple[Said, int]], excess: int) -> Iterator[Said]:
    """Every slip that would by itself explain the whole excess, as a question to the officer."""
    for row, number in rows:
        if number < 10:  # a number as small as this fits by chance
            continue
        if number - number // 10 == excess:
            yield say("Is there a digit too many in %(row)s?", row=row)
        if any(number - meant == excess for meant in _neighbours_exchanged(number)):
            yield say("Are two digits exchanged in %(row)s?", row=row)
        if number == excess:
            yield say("Have you counted %(row)s twice?", row=row)


def _neighbours_exchanged(number: int) -> Iterator[int]:
    """The number with two neighbouring digits exchanged, for each such pair: 123 gives 213 and 132."""
    digits = str(number)
    for place in range(len(digits) - 1):
        exchanged = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
        if not exchanged.startswith("0"):
            yield int(exchanged)
