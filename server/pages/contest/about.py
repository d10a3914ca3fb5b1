"""What the page about one contest says besides its count: what came before, and the House around it. No HTML."""

from server.election.contests import Contest, Definition
from server.election.nights import Count, Night
from server.election.parties import INDEPENDENT, Party, counted_as
from server.election.results.feed import changes
from server.pages.analysis.record_book import Parliament, records_page
from server.pages.contest.history import basis, history

_LARGEST = 3


def about(night: Night, count: Count, opened: Definition, baseline: str) -> dict[str, object]:
    """What its template takes. ``opened`` is the night as it was opened, ``baseline`` the key of what it is counted
    from now."""
    parliament = records_page(night).parliament if len(night.counts) == 1 else None
    return {
        "changes": changes,
        "independent": INDEPENDENT,
        "baseline": baseline,
        "basis": basis(opened, baseline, count),
        "history": history(night, count),
        "parliament": parliament,
        "seats": _seats(parliament, count.contest) if parliament and parliament.house else (),
    }


def _seats(parliament: Parliament, contest: Contest) -> tuple[tuple[Party, int], ...]:
    """The House before a by-election: its largest parties, and those that stand here."""
    assert parliament.house is not None
    before = parliament.house.before
    shown = {*list(before)[:_LARGEST], *(counted_as(one.party) for one in contest.candidates)} - {INDEPENDENT}
    return tuple((parliament.names[party], seats) for party, seats in before.items() if party in shown)
