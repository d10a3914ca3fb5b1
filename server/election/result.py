"""What follows from one declaration, as the shapes that it has: lines, verdict, swing, result. Nothing is judged."""

from fractions import Fraction
from typing import Literal

from msgspec import Struct

from server.election.contests import Candidate
from server.election.methods.figures import Rejected
from server.election.parties import Party

Kind = Literal["hold", "gain", "win"]


class CandidateResult(Struct, frozen=True):
    """One candidate's line of a result.

    ``share`` is a fraction of ``Result.valid``. ``change`` is its difference from the party's share at the baseline;
    None where that is not known, the party had no votes there, two candidates of the party stand now for one seat,
    another of the party has more votes where there are several seats, or the candidate is an independent. ``total`` are
    the votes in the second round, None for who was not in it. ``best`` is False for who is not the best of a party,
    where shares are only told of those: all others together would be more than the whole.
    """

    candidate: Candidate
    votes: int
    share: Fraction
    change: Fraction | None
    elected: bool
    lost_deposit: bool
    total: int | None = None
    best: bool = True

    @property
    def told_share(self) -> Fraction | None:
        """The share, where it is one of a whole."""
        return self.share if self.best else None


class PartySeats(Struct, frozen=True):
    """The seats of one party, or of all independents, where several were fought: those ``won``, and those it had when
    they were last fought (None where that is not known)."""

    party: str
    won: int
    before: int | None

    @property
    def change(self) -> int:
        """Seats won more than before; 0 where that is not known."""
        return 0 if self.before is None else self.won - self.before


class Verdict(Struct, frozen=True):
    """Hold or gain: by party, against the baseline; by-elections and defections since then do not count.

    ``winner`` and ``previous`` are the ids under which the parties are counted. ``kind`` is "win", and ``previous``
    None, where no previous result is known. Independents are not a party but different people, so an independent after
    an independent is a hold only if the winner is the sitting MP (North Down 2015). It is a gain if another candidate
    is the sitting MP, and a "win" if no candidate is marked as that: it may or may not be the same person.

    Where several seats were fought, nobody gains one from somebody: ``seats`` has each party that won or lost any, most
    seats first, ``vacant`` how many nobody has. ``winner`` is then the party with the most, ``kind`` "hold" if each has
    as many as before and "gain" if not, and ``previous`` None.
    """

    kind: Kind
    winner: str
    previous: str | None
    seats: tuple[PartySeats, ...] = ()
    vacant: int = 0

    @property
    def won(self) -> dict[str, int]:
        """Party → seats won here."""
        return {one.party: one.won for one in self.seats if one.won} if self.seats else {self.winner: 1}

    @property
    def gained(self) -> dict[str, int]:
        """Party → seats gained here."""
        if self.seats:
            return {one.party: one.change for one in self.seats if one.change > 0}
        return {self.winner: 1} if self.kind == "gain" and self.previous is not None else {}

    @property
    def lost(self) -> dict[str, int]:
        """Party → seats lost here."""
        if self.seats:
            return {one.party: -one.change for one in self.seats if one.change < 0}
        return {self.previous: 1} if self.kind == "gain" and self.previous is not None else {}

    def text(self, parties: dict[str, Party]) -> str:
        """The verdict as the House of Commons Library writes it: ``UKIP gain from Con``, ``Lab hold``; of several seats
        ``Lab 2, Con 1: Lab +1``."""
        if self.seats:
            return self._of_several(parties)
        text = f"{parties[self.winner].short} {self.kind}"
        if self.kind == "gain":
            assert self.previous is not None
            text += f" from {parties[self.previous].short}"
        return text

    def _of_several(self, parties: dict[str, Party]) -> str:
        won = [f"{parties[party].short} {number}" for party, number in self.won.items()]
        text = ", ".join([*won, *([f"{self.vacant} vacant"] if self.vacant else [])])
        if self.kind == "win":
            return text
        moved = [f"{parties[party].short} +{number}" for party, number in self.gained.items()]
        moved = moved or [f"{parties[party].short} −{number}" for party, number in self.lost.items()]
        return f"{text}: {', '.join(moved) or 'no change'}"


class Swing(Struct, frozen=True):
    """Butler swing: the mean of ``to_party``'s gain in share and ``from_party``'s loss, as a fraction; never
    negative."""

    from_party: str
    to_party: str
    size: Fraction


class Result(Struct, frozen=True):
    """All that follows from one declaration.

    ``lines`` has those elected first, then the others by votes, ties in ballot-paper order. ``valid`` are the votes
    that shares are parts of: all valid votes, where several seats are fought those of each party's best candidate, and
    in a supplementary vote the first preferences; ``by_party`` is party → its part of them. ``majority`` is the votes
    of the last elected minus those of the first who is not, in the last round, and ``majority_share`` that as a
    fraction of ``valid``, or of the votes in the second round. ``turnout_papers`` is ballot papers counted (valid and
    rejected) over electorate, which the press quotes; ``turnout_valid`` is valid papers over electorate, which the
    House of Commons Library publishes. ``rejected``, ``valid_papers``, ``papers`` and the turnouts are None where what
    they are made of is not known. ``swing`` is None where there is none between the first two, ``drawn`` the ids of the
    candidates whom a lot elected.
    """

    lines: tuple[CandidateResult, ...]
    verdict: Verdict
    majority: int
    majority_share: Fraction
    valid: int
    rejected: Rejected | None
    turnout_papers: Fraction | None
    turnout_valid: Fraction | None
    swing: Swing | None
    by_lot: bool
    by_party: dict[str, int]
    valid_papers: int | None
    papers: int | None
    drawn: tuple[str, ...] = ()

    @property
    def winner(self) -> CandidateResult:
        """The candidate elected, the first of them where there are several: the first line."""
        return self.lines[0]

    @property
    def elected(self) -> tuple[CandidateResult, ...]:
        """All who are elected, by votes."""
        return tuple([line for line in self.lines if line.elected])

    @property
    def unopposed(self) -> bool:
        """Whether there was no poll, because no more candidates stood than there were seats."""
        return self.valid == 0
