"""What the page about one contest says besides its count: the seat's past, and the House around it. No HTML."""

from msgspec import Struct

from server.election.contests import Contest
from server.election.counts import Count
from server.election.nights import Night
from server.election.parties import INDEPENDENT, Party, counted_as
from server.election.results.amendments import put_right
from server.election.results.feed import changes
from server.election.results.notes import voices
from server.election.results.targets import Battleground, ground
from server.nights.against import opened
from server.pages.analysis.record_book import Parliament, records_page
from server.pages.contest.rounds import compared, rejected_in_part, rounds_of
from server.pages.contest.seat_history import basis, history

_LARGEST = 3


def about(night: Night, count: Count, baseline: str) -> dict[str, object]:
    """The context of the fragment ``contest``.

    ``baseline`` is the key of the baseline that this edition counts from.
    """
    own = opened(night.definition)
    key = "" if own is night.definition else baseline  # an amendment can end an edition's baseline
    parliament = records_page(night).parliament if len(night.counts) == 1 else None
    return {
        "changes": changes,
        "put_right": put_right,
        "told": sorted([*count.history, *count.amendments], key=lambda event: event.seq),
        "voices": voices(night, count.contest.ballot),
        "independent": INDEPENDENT,
        "baseline": key,
        "basis": basis(own, key, count),
        "history": history(night, count),
        "parliament": parliament,
        "grounds": _grounds(night, count),
        "first": rounds_of(count),
        "compared": compared(count),
        "in_part": rejected_in_part(count),
        "seats": _seats(parliament, count.contest) if parliament and parliament.house else (),
    }


class Ground(Struct, frozen=True):
    """What a contest is to a party: one of so many (``of``) targets or defences, ranked by the swing it takes."""

    party: Party
    seat: Battleground
    of: int
    is_defence: bool


def _grounds(night: Night, count: Count) -> list[Ground]:
    """What a contest of several is to its holder, to who was second, and to who has won it, where that has a rank."""
    previous, ballot = count.contest.previous, count.contest.ballot
    if previous is None or len(night.counts) == 1:
        return []
    found: list[Ground] = []
    held = ground(night, previous.holder, ballot)
    second = held[0].rival if held else None
    for party in dict.fromkeys((previous.holder, second, count.result.verdict.winner if count.result else None)):
        place = ground(night, party, ballot) if party and party in night.parties else None
        if party and place and place[0].rank is not None:
            found.append(Ground(night.parties[party], place[0], place[1], party == previous.holder))
    return found


def _seats(parliament: Parliament, contest: Contest) -> tuple[tuple[Party, int], ...]:
    """The seats in the House before a by-election of its largest parties and of those that stand here."""
    assert parliament.house is not None
    before = parliament.house.before
    standing = {counted_as(candidate.party) for candidate in contest.polled}
    shown = {*list(before)[:_LARGEST], *standing} - {INDEPENDENT}
    return tuple((parliament.names[party], seats) for party, seats in before.items() if party in shown)
