"""What the page about one contest says besides its count: the seat's past, and the House around it. No HTML."""

from server.election.contests import Contest
from server.election.counts import Count
from server.election.nights import Night
from server.election.parties import INDEPENDENT, Party, counted_as
from server.election.results.amendments import put_right
from server.election.results.feed import changes
from server.election.results.notes import voices
from server.nights.against import opened
from server.pages.analysis.record_book import Parliament, records_page
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
        "seats": _seats(parliament, count.contest) if parliament and parliament.house else (),
    }


def _seats(parliament: Parliament, contest: Contest) -> tuple[tuple[Party, int], ...]:
    """The seats in the House before a by-election of its largest parties and of those that stand here."""
    assert parliament.house is not None
    before = parliament.house.before
    standing = {counted_as(candidate.party) for candidate in contest.polled}
    shown = {*list(before)[:_LARGEST], *standing} - {INDEPENDENT}
    return tuple((parliament.names[party], seats) for party, seats in before.items() if party in shown)
