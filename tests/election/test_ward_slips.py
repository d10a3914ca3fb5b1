"""A thousand slips in real wards of several seats: what the checks find, what they doubt, and what takes two people."""

from collections import Counter

import pytest

from tests.election.slips import NUMBER, SEED
from tests.election.ward_slips import KINDS, Slip, slips


def alone(made: list[Slip], kind: str) -> Counter[str]:
    return Counter(slip.alone for slip in made if slip.kind == kind)


@pytest.mark.parametrize("apart", [False, True])
def test_one_person_is_told_of_some_slips_and_two_find_all(apart: bool) -> None:
    made = list(slips(NUMBER, SEED, apart))
    assert all(slip.found_by_another for slip in made)
    assert set(alone(made, "a row left empty")) == {"refused"}
    assert alone(made, "a digit doubled")["let through"] < 0.1 * NUMBER / len(KINDS)
    by_votes = alone(made, "all rows in the order of votes")
    assert by_votes["let through"] == 0
    # Votes never reconcile with papers where a paper has several: only what is keyed again finds these.
    assert alone(made, "two rows exchanged")["keyed again"] > 0.5 * NUMBER / len(KINDS)
    assert not [one for one in made if one.alone == "let through"]
    dropped = alone(made, "a digit dropped")
    assert apart or dropped["let through"] < 0.35 * NUMBER / len(KINDS)
