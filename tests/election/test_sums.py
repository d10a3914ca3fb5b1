"""Sums are kept up from one state of a night to the next: whatever was asked before, they are those of the state."""

import sys
from concurrent.futures import ThreadPoolExecutor
from gc import collect
from weakref import finalize

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from server.election.events import Corrected, NoPollTaken, Withdrawn
from server.election.methods.figures import Rejected
from server.election.nights import Night
from server.election.results.places import EVERYWHERE, nations, regions
from server.election.results.swings import swings
from server.election.results.tally import add_up
from tests.election.by_events import CON, IND, LAB, LD, ballot, contest, declared, night, told

SEATS = {
    "a": contest("a", CON, LAB, LD, before={CON: 60, LAB: 40, LD: 7}),
    "b": contest("b", CON, LAB, where=("England", "East"), before={CON: 30, LAB: 70}),
    "c": contest("c", CON, "joint-party:53-119", IND, where=("Wales", "Wales"), before={LAB: 55, CON: 45}),
    "d": contest("d", LD, LAB, where=("", "")),
    "e": contest("e", CON, where=("England", "East"), before={CON: 10, LAB: 5}),
}
VOTES = st.integers(0, 99)


@st.composite
def states(draw: st.DrawFn) -> list[Night]:
    """A night and what became of it, event by event: any declaration, correction, withdrawal, poll that is off."""
    found = [night(*SEATS.values(), seats=draw(st.sampled_from((0, 3, 5))))]
    for _ in range(draw(st.integers(0, 12))):
        now, name = found[-1], draw(st.sampled_from(sorted(SEATS)))
        count = now.counts[ballot(now, name)]
        candidates = len(count.contest.candidates)
        votes = [2 * draw(VOTES) + place + 1 for place in range(candidates)]
        votes = votes if len(set(votes)) == candidates else list(range(1, candidates + 1))
        if count.result or count.no_poll:
            if count.no_poll or draw(st.booleans()):
                found.append(told(now, Withdrawn, name, reason="A mistake."))
            else:
                figures = {str(place): number for place, number in enumerate(votes, start=1)}
                found.append(
                    told(now, Corrected, name, votes=figures, rejected=Rejected(0), lot=None, reason="Recounted.")
                )
        elif draw(st.booleans()):
            found.append(declared(now, name, *votes))
        else:
            state = draw(st.sampled_from(("postponed", "uncontested") if candidates == 1 else ("postponed",)))
            found.append(told(now, NoPollTaken, name, state=state, reason="Snow."))
    return found


@given(states())
def test_sums_are_the_same_from_any_state_to_any_other_as_from_nothing(every: list[Night]) -> None:
    asked = [*every, *reversed(every)]
    for one in asked:
        # A copy of the definition knows nothing of what was added up before.
        known, fresh = replace(one), replace(one, definition=replace(one.definition))
        for area in (EVERYWHERE, *nations(one.definition), *regions(one.definition)):
            assert add_up(known, area) == add_up(fresh, area)
            assert swings(known, CON, LAB, area) == swings(fresh, CON, LAB, area)


def test_what_is_known_of_a_night_goes_with_it() -> None:
    class Mark:
        """Something that can be watched: a Struct of a night cannot."""

    one = declared(night(*SEATS.values()), "a", 5, 6, 7)
    add_up(one)
    gone: list[bool] = []
    mark = Mark()
    vars(one.definition)["mark"] = mark
    finalize(mark, gone.append, True)
    collect()
    del mark, one
    assert gone, "it is freed at once, without a cycle that somebody would have to look for"


def test_sums_are_right_whichever_threads_ask_for_them_at_once() -> None:
    now = night(*SEATS.values(), seats=5)
    found = [now, now := declared(now, "a", 5, 3, 1), now := declared(now, "b", 2, 7), declared(now, "c", 1, 2, 3)]
    expected = [[total.seats for total in add_up(one).parties] for one in found]

    def asked(first: int) -> bool:
        """Asks in turn for each state, as if it were new each time."""
        turns = [(first + turn) % len(found) for turn in range(400)]
        return all([total.seats for total in add_up(replace(found[turn])).parties] == expected[turn] for turn in turns)

    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            assert all(threads.map(asked, range(4)))
    finally:
        sys.setswitchinterval(usual)
