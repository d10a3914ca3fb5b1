"""Checks one ballot as a whole: its figures against each other, and who was elected. Candidates are told apart by their
rows, never by their names."""

from collections.abc import Sequence

from server.election.events import NoPollState
from server.election.limits import MOST_CANDIDATES
from server.nights.sources.ballots import Candidacy, Seat

UNCONTESTED: tuple[NoPollState, str] = ("uncontested", "One candidate stands nominated: no poll is taken.")
CANCELLED: tuple[NoPollState, str] = ("countermanded", "The poll was cancelled.")


def check(seat: Seat, paper: Sequence[Candidacy], elected: Candidacy | None = None) -> None:
    """Notes, at the rows concerned, whatever does not agree in the figures of one ballot.

    ``elected`` is who was elected as the file says; None where it does not.
    """
    if not paper:
        seat.row.wrong(f"{seat.name} has no candidates.", "has no candidates")
        return
    if len(paper) > MOST_CANDIDATES:
        seat.row.wrong(f"{seat.name} has {len(paper)} candidates: a ballot paper here has at most {MOST_CANDIDATES}.")
    _check_twice(paper)
    votes = sorted((candidate.votes for candidate in paper if candidate.votes is not None), reverse=True)
    if len(votes) < len(paper):
        return  # the row of the missing number has been noted already
    papers = sum(votes) + (seat.invalid or 0)
    if seat.electorate is not None and papers > seat.electorate:
        sentence = f"{papers:,} valid and invalid votes are more than the electorate of {seat.electorate:,}."
        seat.row.wrong(sentence, "more votes than the electorate")
    if seat.valid is not None and sum(votes) != seat.valid:
        sentence = f"The candidates of {seat.name} have {sum(votes):,} votes, but Valid votes is {seat.valid:,}."
        seat.row.wrong(sentence, "Valid votes is another number")
    majority = votes[0] - votes[1] if len(votes) > 1 else votes[0]
    if seat.majority is not None and len(votes) > 1 and majority != seat.majority:
        sentence = f"The majority in {seat.name} is {majority:,}, but Majority says {seat.majority:,}."
        seat.row.wrong(sentence, "Majority is another number")
    if votes[0] == 0 and len(paper) > 1:
        seat.row.wrong(f"Nobody in {seat.name} has a vote.", "nobody has a vote")
    if elected:
        if elected.votes != votes[0]:
            first = " and ".join(candidate.name for candidate in paper if candidate.votes == votes[0])
            seat.row.wrong(f"The winner in {seat.name} is {elected.name}, but most votes are for {first}.")
    elif majority == 0 and len(votes) > 1 and not seat.member:
        seat.row.wrong(f"{seat.name} is a tie, and the file does not say who won.")


def called(seat: Seat, paper: Sequence[Candidacy]) -> Candidacy | None:
    """The candidate whom a row of the Library's calls the member; None where it names nobody, and where that cannot be
    told, which is noted.

    Of several of that name it is the one with most votes, and of those the one of the party that the result names.
    """
    found = [candidate for candidate in paper if candidate.name == seat.member]
    if not found:
        if seat.member and paper:
            sentence = f"The winner in {seat.name} is {seat.member}, who is not among the candidates."
            seat.row.wrong(sentence, "the winner is not among the candidates")
        return None
    most = max(candidate.votes or 0 for candidate in found)
    found = [candidate for candidate in found if (candidate.votes or 0) == most]
    if len(found) > 1:
        named = [candidate for candidate in found if f"{seat.result} ".startswith(f"{candidate.party.short} ")]
        found = named or found
    if len(found) > 1:
        lines = " and ".join(str(candidate.row.line) for candidate in found)
        sentence = f"{found[0].name} is the name of the candidates on lines {lines}, who have the same number of votes:"
        seat.row.wrong(f"{sentence} Result must begin with the party of the one who won.")
        return None
    return found[0]


def _check_twice(paper: Sequence[Candidacy]) -> None:
    """Two of one name and party may stand, but nobody twice: their ids tell, or else anything in which they differ."""
    people: dict[tuple[str, str], Candidacy] = {}
    rows: dict[tuple[str, ...], Candidacy] = {}
    for candidate in paper:
        known = people.setdefault((candidate.person, candidate.name), candidate) if candidate.person else candidate
        if known is not candidate:
            sentence = f"{candidate.name} with the id {candidate.person} is already on line {known.row.line}."
            candidate.row.wrong(sentence)
        elif (same := rows.setdefault(candidate.row.cells, candidate)) is not candidate:
            sentence = f"{candidate.name} of the same party is already on line {same.row.line}, word for word."
            candidate.row.wrong(f"{sentence} If they are two people, give each an id, in a column Person ID.")
