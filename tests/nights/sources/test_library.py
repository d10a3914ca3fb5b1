"""The Library's two files with all that real ones hold: other contests, namesakes, sums, dates and verdicts."""

from pathlib import Path

import pytest

from server.election.events import Declared
from server.election.nights import fold
from server.nights.archive import past_night
from server.nights.format import parsed
from server.nights.past import PastNight
from server.nights.sources.importer import Imported, ImportRefused, imported
from tests.nights.library import CANDIDATES, CONTESTS, files

NIGHT, UPPER = "parl.2019-12-12", "parl.upper-of-lower.by.2019-12-12"


def made(
    folder: Path, contests: str = CONTESTS, candidates: str = CANDIDATES, id: str = NIGHT, **more: object
) -> Imported:
    return imported(*files(folder, contests, candidates), id=id, title="A night", **more)  # pyright: ignore[reportArgumentType]


def night(folder: Path, contests: str = CONTESTS, candidates: str = CANDIDATES, id: str = NIGHT) -> PastNight:
    return past_night(*parsed(made(folder, contests, candidates, id).text.encode(), id))


def refused(folder: Path, contests: str = CONTESTS, candidates: str = CANDIDATES, id: str = NIGHT) -> list[str]:
    with pytest.raises(ImportRefused) as caught:
        made(folder, contests, candidates, id)
    return [str(problem) for problem in caught.value.problems]


def dated(contests: str = CONTESTS, candidates: str = CANDIDATES, day: str = "12/12/2019") -> tuple[str, str]:
    """The two files as those of by-elections are: with the date of the poll in each row."""
    (first, *rows), (second, *more) = contests.splitlines(), candidates.splitlines()
    return (
        "\n".join([f"By-election date,{first}", *(f"{day},{row}" for row in rows), ""]),
        "\n".join([f"Election date,{second}", *(f"{day},{row}" for row in more), ""]),
    )


def test_all_by_elections_of_a_date_are_one_import(tmp_path: Path) -> None:
    past = night(tmp_path, *dated())
    assert [one.ballot for one in past.definition.contests] == [
        "parl.brook-ford-and-hill.by.2019-12-12",
        "parl.upper-of-lower.by.2019-12-12",
    ]
    assert past.definition.seats == 0 and fold(past.events).declared == 2


WRONG = [  # rows of other contests that could not be imported
    ("07/11/2019,E14000009,Else,London,England,,,,,many,600\n", "07/11/2019,E14000009,Else,,,,,,,,No,-3\n"),
    ("07/11/2019,E14000009\n", "07/11/2019,E14000009,Else\n"),
    ("07/11/2019,E14000001,***,London,England,late,,,,1,2,x,y\n", "07/11/2019,E14000001,***,,,Tory,,,,?,1\n"),
    ("07/11/2019,E14000009,Zo\udce9,,,,,,,,,,\n", "07/11/2019,E14000009,,,,,,Zo\udce9,,,\n"),
]


@pytest.mark.parametrize("id", [NIGHT, UPPER])
@pytest.mark.parametrize(("contest", "candidate"), WRONG)
def test_rows_of_other_dates_do_not_matter_even_if_they_are_wrong(
    tmp_path: Path, id: str, contest: str, candidate: str
) -> None:
    contests, candidates = dated()
    pair = files(tmp_path)
    for path, text in zip(pair, (contests + contest, candidates + candidate), strict=True):
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    found = imported(*pair, id=id, title="A night").text
    assert found == made(tmp_path, contests, candidates, id).text


def test_rows_of_other_contests_of_the_date_do_not_matter_to_one_of_them(tmp_path: Path) -> None:
    contests, candidates = dated(
        CONTESTS.replace(",500,9,100", ",many,-1,x"), CANDIDATES.replace("Foot,,,LÃ©", "Foot,x,,")
    )
    (only,) = night(tmp_path, contests, candidates, UPPER).definition.contests
    assert only.ballot == UPPER and [one.name for one in only.candidates] == ["Ann Abel", "Ben Órga"]
    assert len(refused(tmp_path, contests, candidates)) > 1, "the night of both has them"


def test_a_file_of_one_by_election_needs_no_dates(tmp_path: Path) -> None:
    (only,) = night(tmp_path, id=UPPER).definition.contests
    assert only.ballot == UPPER


NAMESAKES = CANDIDATES.replace("Labour,Lab,PP53,,Ben,Órga,No,200", "Conservative,Con,PP52,,Ann,Abel,No,200")


def test_two_of_one_name_and_party_are_two_candidates_and_the_one_with_most_votes_won(tmp_path: Path) -> None:
    past = night(tmp_path, candidates=NAMESAKES)
    upper = past.definition.contests[1]
    assert [(one.id, one.name, one.party, one.sitting) for one in upper.candidates] == [
        ("1", "Ann Abel", "PP52", False),
        ("2", "Ann Abel", "PP52", True),
    ]
    result = fold(past.events).counts[upper.ballot].result
    assert result and result.winner.candidate.id == "2" and result.majority == 200


def test_a_lot_between_namesakes_goes_to_the_party_of_the_result_or_is_asked_for(tmp_path: Path) -> None:
    tie = CONTESTS.replace("600,[x],200", "800,[x],0")
    candidates = CANDIDATES.replace("Ben,Órga,No,200", "Ann,Abel,No,400")
    past = night(tmp_path, tie, candidates)
    (lot,) = (event.lot for event in past.events if isinstance(event, Declared) and event.lot)
    assert past.definition.contests[1].candidate(lot).party == "PP52", "Result is Con hold"
    (problem,) = refused(tmp_path, tie.replace("Con hold", ""), candidates)
    assert problem == (
        "contests.csv, line 2: Ann Abel is the name of the candidates on lines 2 and 3, who have the same number of "
        "votes: Result must begin with the party of the one who won."
    )


def test_a_row_that_stands_twice_is_refused_unless_ids_say_that_it_is_two_people(tmp_path: Path) -> None:
    twice = CANDIDATES.replace("Labour,Lab,PP53,,Ben,Órga,No,200", "Conservative,Con,PP52,,Ann,Abel,Yes,400")
    contests = CONTESTS.replace("600,[x],200", "800,[x],0").replace("1000,800", "1000,800")
    assert (
        "candidates.csv, line 3: Ann Abel of the same party is already on line 2, word for word. If they are two "
        + ("people, give each an id, in a column Person ID.")
        in refused(tmp_path, contests, twice)
    )
    head, *rows = twice.splitlines()
    with_ids = "\n".join([f"{head},Person ID", *(f"{row},{number}" for number, row in enumerate(rows)), ""])
    assert "word for word" not in "".join(refused(tmp_path, contests, with_ids))
    same_id = with_ids.replace("400,1\n", "400,0\n")
    assert "candidates.csv, line 3: Ann Abel with the id 0 is already on line 2." in refused(
        tmp_path, contests, same_id
    )


def test_a_party_with_two_names_is_one_party_whose_candidates_keep_the_names_they_stood_under(tmp_path: Path) -> None:
    both = CANDIDATES.replace("Conservative,Con,PP52,,Ann", "Conservative and Rural,Con,PP52,,Ann")
    both = both.replace("Best Foot,Foot,,", "Conservative,Con,PP52,")
    past = night(tmp_path, candidates=both)
    assert [party.name for party in past.definition.parties if party.id == "PP52"] == ["Conservative"]
    brook, upper = past.definition.contests
    assert [one.description or "" for one in upper.candidates] == ["Conservative and Rural", ""]
    assert not any(one.description for one in brook.candidates)


def test_a_seat_with_one_candidate_is_uncontested(tmp_path: Path) -> None:
    alone = CANDIDATES.replace("E14000001,Upper Of Lower,Labour,Lab,PP53,,Ben,Órga,No,200\n", "").replace(
        "Yes,400", "Yes,"
    )
    contests = CONTESTS.replace("13/12/2019 02:30,Ann,Abel,Con hold,1000,600,[x],200", ",Ann,Abel,,1000,,[x],")
    past = night(tmp_path, contests.replace("1000,,", "1000,0,"), alone)
    count = fold(past.events).counts["parl.upper-of-lower.2019-12-12"]
    assert count.status == "uncontested" and count.result and count.result.winner.candidate.name == "Ann Abel"
    assert past.definition.times == "recorded" and list(past.no_polls) == [count.contest.ballot]


@pytest.mark.parametrize(
    ("printed", "sentence"),
    [
        (
            "12/13/2019 02:30",
            "it should be a time such as 13/12/2019 02:30. The month comes first in it, as in America",
        ),
        ("01/02/2020 02:30", "Declaration time is 01/02/2020 02:30, more than a month after the poll of 12/12/2019."),
        ("2020-12-13 02:30", "more than a month after the poll of 12/12/2019."),
    ],
)
def test_a_declaration_is_within_days_of_the_poll(tmp_path: Path, printed: str, sentence: str) -> None:
    (problem,) = refused(tmp_path, CONTESTS.replace("13/12/2019 02:30", printed))
    assert problem.startswith("contests.csv, line 2: ") and sentence in problem


def test_a_time_that_could_be_american_is_refused_with_the_day_it_may_be(tmp_path: Path) -> None:
    july = CONTESTS.replace("13/12/2019 02:30", "07/05/2024 02:30").replace("13/12/2019 00:15", "07/05/2024 00:15")
    problems = refused(tmp_path, july, id="parl.2024-07-04")
    assert problems[0] == (
        "contests.csv, line 2: Declaration time is 07/05/2024 02:30, before the polls close. If the month comes first "
        "in it, as in America, write 05/07/2024 02:30."
    )


def test_a_poll_whose_date_could_be_american_is_said_to_be(tmp_path: Path) -> None:
    contests, candidates = dated(CONTESTS.replace("13/12/2019", "09/06/2017"), day="06/08/2017")
    (problem,) = refused(tmp_path, contests, candidates, "parl.2017-06-08")
    assert problem == (
        "contests.csv: There is no contest of parl.2017-06-08 in it. There is one of 06/08/2017: if the month comes "
        "first (as in America), put the day first."
    )
    contests, candidates = dated(CONTESTS.replace("13/12/2019", "09/06/2017"), day="06/13/2017")
    assert "The month comes first in it, as in America" in refused(tmp_path, contests, candidates, "parl.2017-06-08")[0]


def test_a_row_of_totals_is_checked_against_the_rows_above_it_and_is_no_contest(tmp_path: Path) -> None:
    row = ",Total,,,,,,,1900,1100,9,\n"
    assert made(tmp_path, CONTESTS + row).text == made(tmp_path).text
    assert refused(tmp_path, CONTESTS + row.replace("1100", "1101")) == [
        "contests.csv, line 4: Valid votes is 1,101 in this row of totals, but the rows above it come to 1,100."
    ]


@pytest.mark.parametrize("name", ["Total", "TURNOUT", "Total votes:", "Rejected ballots"])
def test_what_is_no_candidate_and_no_party_is_said_to_be_none(tmp_path: Path, name: str) -> None:
    row = f"E14000001,Upper Of Lower,{name},{name},,,,{name},No,600\n"
    problems = refused(tmp_path, candidates=CANDIDATES + row)
    assert f"candidates.csv, line 8: {name} is no candidate and no party: leave this row out." in problems


COLUMNS = "Con,Lab,All other candidates,Of which other winner"


def test_columns_of_parties_that_do_not_come_to_the_valid_votes_are_noted(tmp_path: Path) -> None:
    head, first, second = CONTESTS.splitlines()
    sums = "\n".join([f"{head},{COLUMNS}", f"{first},400,200,0,", f"{second},200,300,7,", ""])
    assert [str(note) for note in made(tmp_path, sums).notes] == [
        "contests.csv, line 3: The columns of parties come to 507 in Brook, Ford and Hill, but Valid votes is 500."
    ]
    winner = "\n".join([f"{head},{COLUMNS}", f"{first},0,200,0,400", f"{second},200,300,0,", ""])
    assert made(tmp_path, winner).notes == ()


def test_a_published_verdict_that_the_rule_contradicts_is_noted_with_its_line_and_imported(tmp_path: Path) -> None:
    before = night(tmp_path)
    found = made(tmp_path, CONTESTS.replace("Lab gain from Con", "Lab Coop hold"), baseline=before)
    assert found.notes == ()
    found = made(tmp_path, CONTESTS.replace("Con hold", "Con gain from Lab"), baseline=before)
    assert [str(note) for note in found.notes] == [
        "contests.csv, line 2: Result is 'Con gain from Lab' for Upper of Lower, but by its figures and the baseline "
        "it is 'Con hold'.",
        "contests.csv, line 3: Result is 'Lab gain from Con' for Brook, Ford and Hill, but by its figures and the "
        "baseline it is 'Lab hold'.",
    ]
    assert parsed(found.text.encode(), NIGHT)[1][1].published == ("Con gain from Lab", 200)


def test_codes_that_are_known_to_have_changed_are_asked_for_too(tmp_path: Path) -> None:
    notional = tmp_path / "notional.csv"
    notional.write_text(NOTIONAL.replace("E14000001,Upper", "S14000006,"))
    pair = tuple(text.replace("E14000001", "S14000107") for text in (CONTESTS, CANDIDATES))
    with pytest.raises(
        ImportRefused, match=r"\(S14000107\) is S14000006 in the baseline.*--renamed S14000006=S14000107"
    ):
        made(tmp_path, *pair, baseline=notional)
    made(tmp_path, *pair, baseline=notional, renamed={"S14000006": "S14000107"})


def test_a_seat_that_has_another_code_in_the_baseline_is_asked_for_and_can_be_given(tmp_path: Path) -> None:
    before = night(tmp_path)
    contests, candidates = (text.replace("E14000002", "E14000003") for text in (CONTESTS, CANDIDATES))
    with pytest.raises(ImportRefused, match=r"is E14000002 in the baseline.*--renamed E14000002=E14000003"):
        made(tmp_path, contests, candidates, baseline=before)
    found = made(tmp_path, contests, candidates, baseline=before, renamed={"E14000002": "E14000003"})
    brook, _ = parsed(found.text.encode(), NIGHT)[1]
    assert brook.gss == "E14000003" and brook.previous and brook.previous.holder == "PP53"


NOTIONAL = """\
constituency_id,constituency_name,mnis_party_id,mnis_party_name,mnis_party_abbrev,votes,total_votes,electorate
E14000001,Upper,4,Conservative,Con,12,20,900
E14000001,Upper,15,Labour Party,Lab,7,20,900
E14000001,Upper,NA,NA,NA,1,20,900
E14000002,Brook,8,Independent,Ind,5,5,900
"""


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("Lab,7", "Lab,8", "line 2: The votes in E14000001 come to 21, but total_votes is 20."),
        ("7,20,900", "7,20,901", "line 3: electorate is '901', but '900' on line 2 of the same seat."),
        ("5,5,900", "905,905,900", "line 5: The 905 votes in E14000002 are more than the electorate of 900."),
        ("NA,NA,NA,1", "NA,NA,TOTOTHV,1", "line 4: TOTOTHV is no party but a sum of others: leave this row out."),
        ("NA,NA,NA,1", "NA,Total,NA,1", "line 4: Total is no party but a sum of others: leave this row out."),
        ("NA,NA,NA,1", "99,Turnout,NA,1", "line 4: Turnout is no party but a sum of others: leave this row out."),
    ],
)
def test_sums_of_notional_results_are_checked_and_are_no_parties(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    notional = tmp_path / "notional.csv"
    notional.write_text(NOTIONAL)
    made(tmp_path, baseline=notional)
    notional.write_text(NOTIONAL.replace(old, new, 1))
    with pytest.raises(ImportRefused) as caught:
        made(tmp_path, baseline=notional)
    assert f"notional.csv, {sentence}" in list(map(str, caught.value.problems))
