"""Which party a name means."""

import pytest

from server.election.parties import INDEPENDENT, LABOUR_AND_COOPERATIVE, Party
from server.nights import archive
from server.nights.coming.parties import names, party, written


@pytest.mark.parametrize(
    ("text", "nation", "id"),
    [
        ("Labour", "England", "PP53"),
        ("the labour party", "England", "PP53"),
        ("Con", "Wales", "PP52"),
        ("Conservative and Unionist Party", "Scotland", "PP52"),
        ("Con", "Northern Ireland", "PP51"),
        ("Lib Dems", "England", "PP90"),
        ("RUK", "England", "PP7931"),
        ("Independent", "England", INDEPENDENT),
        ("Labour Co-op", "England", LABOUR_AND_COOPERATIVE),
        ("PP85", "England", "PP85"),
        ("Reform UK (party:7931)", "England", "PP7931"),
        ("pp85", "England", "PP85"),
        ("Green Party [pp63]", "England", "PP63"),
        ("Joint-Party:53-119", "England", LABOUR_AND_COOPERATIVE),
        ("A Party Registered Today (PP99999)", "England", "PP99999"),
        ("Sinn Féin", "Northern Ireland", "PP39"),
    ],
)
def test_a_name_an_abbreviation_and_an_id_mean_a_registered_party(text: str, nation: str, id: str) -> None:
    found = party(text, nation)
    assert isinstance(found, Party), found
    assert found.id == id


@pytest.mark.parametrize(
    ("text", "nation", "said"),
    [
        ("Labuor", "England", "Labuor is not in the register of parties. Is it Labour?"),
        ("Clacton First", "England", "Clacton First is not in the register of parties."),
        ("PP99999", "England", "PP99999 is not in the register of parties."),
        ("Sinn Fein", "England", "Sinn Fein is registered in Northern Ireland only."),
    ],
)
def test_what_is_no_party_here_is_told_with_what_may_be_meant(text: str, nation: str, said: str) -> None:
    assert party(text, nation) == said


def test_a_new_party_is_named_by_who_says_that_it_is_new() -> None:
    assert party("Clacton First", "England", new=True) == Party("unregistered:clacton-first", "Clacton First", "CF")
    assert party("Labour", "England", new=True) == party("Labour"), "one that is registered is not made anew"
    first, second = party("自由党", "England", new=True), party("民主党", "England", new=True)
    assert isinstance(first, Party) and isinstance(second, Party) and first.id != second.id, "no Latin letter in either"


def test_every_party_of_the_newest_general_election_can_be_written_down_and_read_again() -> None:
    night = archive.load("parl.2024-07-04").definition
    standing = {(one.party, contest.nation) for contest in night.contests for one in contest.candidates}
    named = {one.id: one for one in night.parties}
    for id, nation in standing:
        read = party(written(named[id], nation), nation)
        assert isinstance(read, Party), read
        assert read.id == id
    assert "Independent" in names()
