"""Candidates as people write them down."""

import pytest

from server.nights.coming.lists import candidates_in, in_order
from server.nights.coming.sheet import TypedCandidate


@pytest.mark.parametrize(
    ("line", "surname", "first", "party", "new"),
    [
        ("SMITH, Jane Ann, Labour", "Smith", "Jane Ann", "Labour", ""),
        ("SMITH\tJANE\tLabour", "Smith", "Jane", "Labour", ""),
        ("12. O'BRIEN-JONES, Tom, Independent", "O'Brien-Jones", "Tom", "Independent", ""),
        ("• McINTYRE, Jo, Green Party", "McIntyre", "Jo", "Green Party", ""),
        ("van der Berg, Al, Ind", "van der Berg", "Al", "Ind", ""),
        ("Jane Smith, Labour", "Smith", "Jane", "Labour", ""),
        ("SMITH, Jane", "Smith", "Jane", "", ""),
        ("BOBBY SMITH, Labour", "Smith", "Bobby", "Labour", ""),
        ("AKERS, Ann, Beer, Baccy and Crumpet Party", "Akers", "Ann", "Beer, Baccy and Crumpet Party", ""),
        ("NEW, Al, The Newest Party (new)", "New", "Al", "The Newest Party", "1"),
        ("Binface", "Binface", "", "", ""),
    ],
)
def test_a_line_is_a_candidate(line: str, surname: str, first: str, party: str, new: str) -> None:
    assert candidates_in(line) == (TypedCandidate(surname, first, party, new, 1),)


def test_what_nobody_sees_is_left_out_and_letters_encoded_twice_are_mended() -> None:
    (one,) = candidates_in("\ufeffSMI\u00adTH\u200b, LÃ©onie Ã\u00adde, Lab\u2060our")
    assert (one.surname, one.first_names, one.party) == ("Smith", "Léonie íde", "Labour")
    assert len(candidates_in("SMITH, Ã\x85ke, Labour")) == 1, "no new line begins within a letter"


def test_lines_keep_their_numbers_though_some_are_empty() -> None:
    assert [one.line for one in candidates_in("\nSMITH, Jane, Labour\n\n \nLEE, Bob, Green")] == [2, 5]


def test_the_order_of_a_ballot_paper_is_that_of_surnames_without_accents_and_apostrophes() -> None:
    names = "O'BRIEN, Tom, Ind\nOAKLEY, Al, Ind\nÉVANS, Zoë, Ind\nSMITH, Jane, Ind\nSMITH, Al, Ind"
    assert [f"{one.surname} {one.first_names}" for one in in_order(candidates_in(names))] == [
        "Évans Zoë",
        "Oakley Al",
        "O'Brien Tom",
        "Smith Al",
        "Smith Jane",
    ]
