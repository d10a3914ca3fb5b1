"""A verdict in a sentence that is told in each language. Nothing is decided here."""

from collections.abc import Mapping

from server.election.parties import Party, Short
from server.election.result import Verdict
from server.election.texts.said import Said, say
from server.election.texts.several import listed


def verdict_told(verdict: Verdict, parties: Mapping[str, Party]) -> Said:
    """The verdict in the words of ``Verdict.text``: ``UKIP gain from Con``, ``Lab hold``; of several seats
    ``Lab 2, Con 1: Lab +1``."""
    if verdict.seats:
        return _of_several(verdict, parties)
    party = Short(parties[verdict.winner])
    if verdict.kind == "gain":
        assert verdict.previous is not None
        return say("%(party)s gain from %(previous)s", party=party, previous=Short(parties[verdict.previous]))
    return say("%(party)s hold", party=party) if verdict.kind == "hold" else say("%(party)s win", party=party)


def _of_several(verdict: Verdict, parties: Mapping[str, Party]) -> Said:
    won = [_seats(parties[party], str(number)) for party, number in verdict.won.items()]
    won += [say("%(number)s vacant", number=verdict.vacant)] if verdict.vacant else []
    if verdict.kind == "win":
        return listed(won)
    moved = [_seats(parties[party], f"+{number}") for party, number in verdict.gained.items()]
    moved = moved or [_seats(parties[party], f"−{number}") for party, number in verdict.lost.items()]
    return listed([listed(won), listed(moved) if moved else say("no change")], ": ")


def _seats(party: Party, number: str) -> Said:
    return listed([Short(party), number], " ")
