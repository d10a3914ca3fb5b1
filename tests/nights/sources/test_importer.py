"""CSV of the Library's shape becomes a night, or a list of all that is wrong with it."""

import argparse
import csv
from contextlib import suppress
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from server.commands import import_ as command
from server.election.events import Declared
from server.nights import archive, assumed
from server.nights.archive import past_night
from server.nights.format import parsed
from server.nights.past import PastNight
from server.nights.sources import columns
from server.nights.sources.ballots import CANDIDATE_COLUMNS, CONTEST_COLUMNS
from server.nights.sources.importer import ImportRefused, import_night
from server.nights.sources.importer import imported as import_with_notes
from server.settings import Settings
from tests.nights.library import CANDIDATES, CONTESTS, files

NIGHT, BROOK = "parl.2019-12-12", "parl.brook-ford-and-hill.2019-12-12"


def imported(
    folder: Path, contests: str = CONTESTS, candidates: str = CANDIDATES, baseline: PastNight | None = None
) -> PastNight:
    text = import_night(*files(folder, contests, candidates), id=NIGHT, title="A night", baseline=baseline)
    return past_night(*parsed(text.encode(), NIGHT))


def refused(folder: Path, contests: str = CONTESTS, candidates: str = CANDIDATES) -> list[str]:
    with pytest.raises(ImportRefused) as caught:
        imported(folder, contests, candidates)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(("text", "votes"), [("200.0", 200), ("200.00", 200), ("0.0", 0)])
def test_a_whole_number_as_a_spreadsheet_writes_it_is_read(tmp_path: Path, text: str, votes: int) -> None:
    candidates = CANDIDATES.replace("Howling 'Laud',O'Hope,No,200", f"Howling 'Laud',O'Hope,No,{text}")
    contests = CONTESTS.replace(",900,500,9,100", f",900,{300 + votes},9,{300 - votes}")
    paper = imported(tmp_path, contests, candidates).definition.contests[0]
    (declared,) = [
        event
        for event in imported(tmp_path, contests, candidates).events
        if isinstance(event, Declared) and event.ballot == paper.ballot
    ]
    assert sorted(declared.votes.values()) == sorted([300, 0, votes, 0])


@pytest.mark.parametrize("text", ["1.550", "1.000", "15.5", "1550."])
def test_a_full_stop_that_can_mean_two_things_is_refused_with_what_to_write(tmp_path: Path, text: str) -> None:
    problems = refused(tmp_path, candidates=CANDIDATES.replace("Ben,Órga,No,200", f"Ben,Órga,No,{text}"))
    sentence = "A full stop can mean thousands or a fraction: write 1550 or 1,550."
    assert problems == [f"candidates.csv, line 2: Votes: {text!r} is not a whole number. {sentence}"]


def test_a_year_of_two_digits_is_refused_with_what_to_write(tmp_path: Path) -> None:
    problems = refused(tmp_path, CONTESTS.replace("13/12/2019 02:30", "13/12/19 02:30"))
    like = "it should be a time such as 13/12/2019 02:30. Write all four digits of the year."
    assert problems == [f"contests.csv, line 2: Declaration time is '13/12/19 02:30': {like}"]


@pytest.mark.parametrize("row", ["Total,,,,,,,,,1100", ",,Total,,,,,,,1100", ",,,,,,,Total,,1100", "Total"])
def test_a_row_of_totals_among_the_candidates_is_one_thing_that_is_wrong(tmp_path: Path, row: str) -> None:
    sentence = "Total is no candidate and no party: leave this row out."
    assert refused(tmp_path, candidates=f"{CANDIDATES}{row}\n") == [f"candidates.csv, line 8: {sentence}"]


def test_a_ballot_paper_has_as_many_candidates_by_import_as_in_the_browser(tmp_path: Path) -> None:
    more = "".join(f"E14000001,Upper Of Lower,Independent,Ind,,,A,B{number},No,0\n" for number in range(199))
    said = refused(tmp_path, candidates=CANDIDATES + more)
    assert said == ["contests.csv, line 2: Upper of Lower has 201 candidates: a ballot paper here has at most 200."]


def test_two_files_become_a_night(tmp_path: Path) -> None:
    past = imported(tmp_path)
    brook, upper = past.definition.contests
    assert (brook.ballot, upper.ballot) == (
        "parl.brook-ford-and-hill.2019-12-12",
        "parl.upper-of-lower.2019-12-12",
    )
    assert (upper.name, upper.region, upper.electorate) == ("Upper of Lower", "East of England", 1000)
    assert past.definition.times == "recorded" and past.definition.seats == 2
    first, second = (event for event in past.events if isinstance(event, Declared))
    assert (first.ballot, first.at) == (brook.ballot, datetime(2019, 12, 13, 0, 15, tzinfo=UTC))
    assert first.rejected and first.rejected.total == 9
    assert second.votes == {"1": 400, "2": 200} and second.rejected is None
    assert past.published[brook.ballot] == ("Lab gain from Con", 100)


def test_candidates_stand_by_surname_without_regard_to_capitals_accents_and_apostrophes(
    tmp_path: Path,
) -> None:
    brook, upper = imported(tmp_path).definition.contests
    assert [one.name for one in upper.candidates] == ["Ann Abel", "Ben Órga"]
    assert [one.sitting for one in upper.candidates] == [True, False]
    names = [one.name for one in brook.candidates]
    assert names == ["Cy de Witt", "Zoë De'Ath", "Léonie O Bye", "Howling 'Laud' O'Hope"]


def test_parties_without_an_id_and_joint_ones_have_ids_of_ours(tmp_path: Path) -> None:
    brook, _ = imported(tmp_path).definition.contests
    parties = [one.party for one in brook.candidates]
    assert parties == ["joint-party:53-119", "ynmp-party:2", "unregistered:best-foot", "PP52"]


def test_the_night_before_is_the_baseline_by_the_parties_that_are_counted(tmp_path: Path) -> None:
    before = imported(tmp_path)
    brook, _ = imported(tmp_path, baseline=before).definition.contests
    assert brook.previous and brook.previous.holder == "PP53" and brook.previous.electorate == 900
    assert brook.previous.votes["PP53"] == 300 and sum(brook.previous.votes.values()) == 500


def test_without_a_column_of_times_smaller_electorates_are_declared_before_larger_ones(tmp_path: Path) -> None:
    lines = [line.rsplit(",", 8) for line in CONTESTS.splitlines()]
    past = imported(tmp_path, "".join(",".join([line[0], *line[2:]]) + "\n" for line in lines))
    assert past.definition.times == "assumed"
    declared = [event for event in past.events if isinstance(event, Declared)]
    assert [event.ballot for event in declared] == [BROOK, "parl.upper-of-lower.2019-12-12"]
    assert [f"{event.at:%H:%M}" for event in declared] == ["02:55", "05:00"]


@pytest.mark.parametrize("unknown", ["", "[x]"])
def test_a_night_knows_which_of_its_times_are_assumed(tmp_path: Path, unknown: str) -> None:
    past = imported(tmp_path, CONTESTS.replace("13/12/2019 00:15", unknown))
    assert assumed.all_assumed(past.definition) == (BROOK,)
    assert assumed.all_assumed(imported(tmp_path).definition) == ()
    assert assumed.all_assumed(replace(past.definition, times="live")) == ()


def test_a_whole_general_election_without_times_goes_on_from_eleven_to_eight() -> None:
    header, lines = parsed((archive.FOLDER / "parl.2019-12-12.jsonl").read_bytes(), "2019")
    past = past_night(header, tuple(replace(line, declared=None) for line in lines))
    hours = [event.at - header.polls_close for event in past.events if isinstance(event, Declared)]
    assert len(hours) == 650 == len(assumed.all_assumed(past.definition)) and past.definition.times == "assumed"
    assert assumed.FIRST <= hours[0] <= hours[324] < assumed.HALF < hours[325] <= hours[-1] <= assumed.LAST
    electorates = {one.ballot: one.electorate for one in past.definition.contests}
    in_turn = [electorates[event.ballot] for event in past.events if isinstance(event, Declared)]
    assert in_turn == sorted(in_turn)


def test_only_by_elections_whose_time_nobody_wrote_down_are_assumed() -> None:
    season = archive.load("parl.by.2010-2015").definition
    assert len(assumed.all_assumed(season)) == 20
    assert not assumed.is_assumed(season, "parl.rochester-and-strood.by.2014-11-20")


def test_a_file_with_a_byte_order_mark_and_crlf_is_the_same_file(tmp_path: Path) -> None:
    same = imported(tmp_path, "\ufeff" + CONTESTS.replace("\n", "\r\n"), CANDIDATES.replace("\n", "\r\n"))
    assert same == imported(tmp_path)


def library_files(by_election: bool, times: bool) -> tuple[str, str]:
    """The two small files with all the columns of the Library's, and without the row of their names."""
    texts: list[str] = []
    for text, known in ((CONTESTS, columns.CONTESTS), (CANDIDATES, columns.CANDIDATES)):
        names = next(
            one
            for one in known
            if (one[0] != "ONS ID") is by_election and ("Votes" in one or ("Declaration time" in one) is times)
        )
        table = StringIO()
        for row in csv.DictReader(StringIO(text)):
            row |= {"ONS region ID": "E12000006", "By-election date": "12/12/2019", "Election date": "12/12/2019"}
            row |= {"Declaration time": "", "UUP": "0"} if "Votes" not in row else {}
            csv.DictWriter(table, names, extrasaction="ignore").writerow(row)
        texts.append(table.getvalue())
    return texts[0], texts[1]


@pytest.mark.parametrize("times", [True, False])
@pytest.mark.parametrize("by_election", [True, False])
def test_files_without_names_of_columns_are_told_by_what_stands_in_them(
    tmp_path: Path, by_election: bool, times: bool
) -> None:
    past = imported(tmp_path, *library_files(by_election, times))
    known = imported(tmp_path).definition
    by = ".by" if by_election else ""
    assert [one.ballot for one in past.definition.contests] == [
        one.ballot.replace(".2019", f"{by}.2019") for one in known.contests
    ]
    assert [one.candidates for one in past.definition.contests] == [one.candidates for one in known.contests]
    assert past.definition.times == "assumed"


def test_without_names_an_error_has_its_line_and_unknown_columns_a_sentence(tmp_path: Path) -> None:
    contests, candidates = library_files(by_election=False, times=True)
    assert "contests.csv, line 2: Valid votes: 'x' is not a whole number." in refused(
        tmp_path, contests.replace(",500,", ",x,"), candidates
    )
    (sentence,) = refused(tmp_path, "E14000001,Upper Of Lower,600\n", candidates)
    assert sentence.startswith("contests.csv, line 1: This is a row of 3 cells without names above it: add a first row")
    (sentence,) = refused(tmp_path, "Dear all\n\nplease find the file attached\n", candidates)
    assert sentence.startswith("contests.csv, line 1: This is no row of names: add a first row that names the columns")


def test_what_spreadsheets_make_of_a_file_is_the_same_file(tmp_path: Path) -> None:
    rows = list(csv.reader(StringIO(CONTESTS)))
    rows[0] = [name.upper() for name in rows[0]]
    text = StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r").writerows(
        [["All contests"], [], *([*row, ""] for row in rows)]
    )
    candidates = CANDIDATES.replace(",No,200", ',No,"200"').replace("\n", ",\r\n").replace("Votes,", "votes")
    same = imported(tmp_path, text.getvalue(), candidates)
    assert same.definition == imported(tmp_path).definition
    grouped = CONTESTS.replace("1000,600", '"1,000",600').replace("13/12/2019 02:30", "2019-12-13 02:30:00")
    assert imported(tmp_path, grouped) == imported(tmp_path)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "contests.csv: It is empty."),
        (b"PK\x03\x04rest", "contests.csv: This is a ZIP file or a spreadsheet"),
        (b"\0x\0" + CONTESTS.encode(), "contests.csv: This is no text in UTF-8"),
        (CONTESTS.encode()[:300], "contests.csv, line 3: There are 4 cells, but 12 columns."),
        (b"x," * 200_000, "contests.csv, line 1: This is no row of names"),
        (CONTESTS.replace("1000,600", "9" * 5000 + ",600").encode(), "is not a whole number."),
        (CONTESTS.splitlines()[0].encode(), "contests.csv: There is nothing below the header."),
    ],
)
def test_a_file_that_cannot_be_used_is_said_in_one_sentence(tmp_path: Path, data: bytes, sentence: str) -> None:
    contests, candidates = files(tmp_path)
    contests.write_bytes(data)
    with pytest.raises(ImportRefused) as caught:
        import_night(contests, candidates, id=NIGHT, title="A night")
    (problem,) = caught.value.problems
    assert sentence in str(problem) and len(str(problem)) < 300


def test_a_tie_is_won_by_the_member_of_the_file_as_a_lot(tmp_path: Path) -> None:
    contests = CONTESTS.replace("600,[x],200", "800,[x],0").replace("Ann,Abel", "Ben,Órga")
    past = imported(tmp_path, contests, CANDIDATES.replace("No,200\nE14000001", "No,400\nE14000001"))
    assert [event.lot for event in past.events if isinstance(event, Declared)] == [None, "2"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "13/12/2019 02:30",
            "13/13/2019 02:30",
            "line 2: Declaration time is '13/13/2019 02:30': it should be a time",
        ),
        (
            "13/12/2019 02:30",
            "12/12/2019 02:30",
            "line 2: Declaration time is 12/12/2019 02:30, before the polls",
        ),
        ("1000,600", "-1000,600", "line 2: Electorate: -1000 is below 0."),
        ("1000,600", "590,600", "line 2: 600 valid and invalid votes are more than the electorate of 590."),
        ("1000,600", "1000,six", "line 2: Valid votes: 'six' is not a whole number."),
        ("1000,600", "1000,601", "The candidates of Upper of Lower have 600 votes, but Valid votes is 601."),
        ("[x],200", "[x],199", "The majority in Upper of Lower is 200, but Majority says 199."),
        ("Ann,Abel", ",", "line 2: The winner's name is missing."),
        (
            "Ann,Abel",
            "Ben,Órga",
            "The winner in Upper of Lower is Ben Órga, but most votes are for Ann Abel.",
        ),
        ("Ann,Abel", "Al,Abel", "The winner in Upper of Lower is Al Abel, who is not among the candidates."),
        ("Upper Of Lower", "", "line 2: Constituency name is empty."),
        ("E14000001", "E14OOOOO1", "line 2: ONS ID is 'E14OOOOO1': it should be a letter and eight digits"),
        ("E14000002", "E14000001", "Brook, Ford and Hill (E14000001) is already on line 2."),
        ("E14000002", "E14000003", "line 3: Brook, Ford and Hill has no candidates."),
        ("Upper Of Lower", "***", "line 2: Constituency name is '***': no id can be made of it."),
        ("Upper Of Lower", "Brook Ford and Hill", "line 3: Brook, Ford and Hill would have the id of line 2"),
        ("Electorate", "Electors", "line 1: There is no column 'Electorate'."),
        ("Result", "Majority", "line 1: There are two columns 'Majority'."),
        (",Con hold", "", "line 2: There are 11 cells, but 12 columns."),
        ('"Brook', '"Bro"ok', "This is not CSV"),
    ],
)
def test_rubbish_among_the_contests_is_named_with_its_line(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert old in CONTESTS
    assert any(
        f"contests.csv, {sentence}" in one or sentence in one
        for one in refused(tmp_path, CONTESTS.replace(old, new, 1))
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("No,200", "No,-200", "line 2: Votes: -200 is below 0."),
        ("No,200", 'No,"2,00"', "line 2: Votes: '2,00' is not a whole number."),
        ("No,200", "No,", "line 2: Votes is empty."),
        (
            "E14000001",
            "E14000009",
            "line 2: Ben Órga stands in E14000009, which is no ONS ID of the contests.",
        ),
        ("PP53", "53", "line 2: Electoral Commission party ID is '53': it should look like PP85."),
        ("Órga", "", "line 2: Candidate surname is empty."),
        ("Labour,Lab", "Labour,", "line 2: Party abbreviation is empty."),
        ("Votes", "Vote", "line 1: There is no column 'Votes'."),
        (
            "Conservative,Con,PP52,,Ann,Abel,Yes,400",
            "Labour,Lab,PP53,,Ben,Órga,No,200",
            "line 3: Ben Órga of the same party is already on line 2, word for word.",
        ),
    ],
)
def test_rubbish_among_the_candidates_is_named_with_its_line(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    problems = refused(tmp_path, candidates=CANDIDATES.replace(old, new, 1))
    assert any(one.startswith(f"candidates.csv, {sentence}") for one in problems), problems


def test_every_error_of_both_files_is_reported_at_once(tmp_path: Path) -> None:
    contests = CONTESTS.replace("1000,600", "x,600").replace("13/12/2019 00:15", "late")
    problems = refused(tmp_path, contests, CANDIDATES.replace("No,0", "No,-1").replace("PP52", "Tory"))
    assert [one.split(":")[0] for one in problems] == [
        "contests.csv, line 2",
        "contests.csv, line 3",
        "candidates.csv, line 3",
        "candidates.csv, line 5",
        "candidates.csv, line 6",
        "candidates.csv, line 7",
    ]


def test_bytes_that_are_not_utf_8_are_named_with_their_lines(tmp_path: Path) -> None:
    contests, candidates = files(tmp_path)
    candidates.write_bytes(CANDIDATES.replace("LÃ©onie", "Zoë").encode("latin-1"))
    with pytest.raises(ImportRefused) as caught:
        import_night(contests, candidates, id=NIGHT, title="A night")
    assert [problem.line for problem in caught.value.problems] == [2, 5, 7]


def test_a_constituency_that_the_baseline_does_not_have_is_refused(tmp_path: Path) -> None:
    before = imported(tmp_path)
    contests, candidates = (text.replace("E14000002", "E14000003") for text in (CONTESTS, CANDIDATES))
    with pytest.raises(ImportRefused, match=r"Brook, Ford and Hill \(E14000003\) is E14000002 in the baseline"):
        imported(tmp_path, contests, candidates, baseline=before)


NOTIONAL = """\
constituency_id,mnis_party_id,mnis_party_name,mnis_party_abbrev,votes,electorate
E14000001,99999,Unheard Of,UO,12,900
E14000001,15,Labour Party,Lab,7,900
E14000002,8,Independent,Ind,5,900
"""


def test_a_party_of_notional_results_that_is_in_no_register_has_an_id_made_of_its_name(tmp_path: Path) -> None:
    notional = tmp_path / "notional.csv"
    notional.write_text(NOTIONAL)
    text = import_night(*files(tmp_path), id=NIGHT, title="A night", baseline=notional, baseline_name="Before")
    definition = past_night(*parsed(text.encode(), "night")).definition
    before = {one.gss: one.previous for one in definition.contests}["E14000001"]
    assert before and before.holder == "unregistered:unheard-of" and before.votes == {before.holder: 12, "PP53": 7}
    assert {one.id: one.name for one in definition.parties}[before.holder] == "Unheard Of"


PUBLISHED = """\
Upper,Upper,S14000058,1,SC,Scotland,County,63.6,900,60,9,CONV,20,Con,Conservative Party,4
Upper,Upper,S14000058,1,SC,Scotland,County,63.6,900,60,9,BRXV,1,Brexit Party,The Brexit Party,1006
Upper,Upper,S14000058,1,SC,Scotland,County,63.6,900,60,9,TOTOTHV,39,NA,NA,NA
Upper,Upper,S14000058,1,SC,Scotland,County,63.6,900,60,9,MAXOTHV,31,NA,NA,NA
Upper,Upper,S14000058,1,SC,Scotland,County,63.6,900,60,9,Commons Speaker,31,Commons Speaker,Commons Speaker,NA
Upper,Upper,S14000058,1,SC,Scotland,County,63.6,900,60,9,IND1V,5,Independent,Independent,8
Upper,Upper,S14000058,1,SC,Scotland,County,63.6,900,60,9,IND2V,3,Independent 2 etc.,Independent 2 etc.,8
Brook,Brook,E14000002,2,LO,England,County,63.6,800,9,9,LABV,9,Lab,Labour Party,15
"""


def test_the_notional_results_of_2019_are_read_as_published_without_their_totals_and_under_the_codes_of_now(
    tmp_path: Path,
) -> None:
    notional = tmp_path / "notional.csv"
    notional.write_text(PUBLISHED)
    pair = files(tmp_path, *(text.replace("E14000001", "S14000111") for text in (CONTESTS, CANDIDATES)))
    found = import_with_notes(*pair, id=NIGHT, title="A night", baseline=notional, baseline_name="Before")
    assert "notional.csv, line 1: Upper is S14000058 here, and is taken as S14000111, its code now." in map(
        str, found.notes
    )
    text = found.text
    definition = past_night(*parsed(text.encode(), "night")).definition
    before = {one.gss: one.previous for one in definition.contests}["S14000111"]
    assert before and before.holder == "ynmp-party:12522" and before.electorate == 900
    assert before.votes == {"ynmp-party:12522": 31, "PP52": 20, "ynmp-party:2": 8, "PP7931": 1}


def test_notional_votes_that_are_no_number_are_refused(tmp_path: Path) -> None:
    notional = tmp_path / "notional.csv"
    notional.write_text(NOTIONAL.replace("Ind,5", "Ind,many"))
    with pytest.raises(ImportRefused, match=r"notional\.csv, line 4: votes: 'many' is not a whole number\."):
        import_night(*files(tmp_path), id=NIGHT, title="A night", baseline=notional)


@pytest.mark.parametrize("night", ["2019", "parl.2019-13-12", "parl.Clacton.by.2014-10-09", "../x"])
def test_an_id_that_names_no_night_is_refused(tmp_path: Path, night: str) -> None:
    with pytest.raises(ImportRefused, match="The id of a night is like"):
        import_night(*files(tmp_path), id=night, title="A night")


@settings(max_examples=60, deadline=None)
@given(st.booleans(), st.integers(0, 2), st.integers(0, 9), st.text(max_size=8))
def test_whatever_stands_in_a_cell_is_imported_or_refused(first: bool, line: int, cell: int, text: str) -> None:
    lines = [one.split(",") for one in str.split(CONTESTS if first else CANDIDATES, "\n")]
    lines[line][cell % len(lines[line])] = text
    damaged = "\n".join(",".join(cells) for cells in lines)
    with TemporaryDirectory() as folder, suppress(ImportRefused):
        imported(Path(folder), *((damaged, CANDIDATES) if first else (CONTESTS, damaged)))


def test_the_command_writes_a_night_or_prints_every_error_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contests, candidates = files(tmp_path)
    out = tmp_path / "night.jsonl"
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    where = ["--contests", str(contests), "--candidates", str(candidates), "--out", str(out)]
    options = parser.parse_args(["import", *where, "--id", NIGHT, "--title", "A night"])

    files(tmp_path, CONTESTS.replace("1000,600", "x,y"))
    assert options.call(options, Settings()) == 1
    assert not out.exists()
    assert "contests.csv, line 2: Valid votes: 'y' is not a whole number." in capsys.readouterr().err

    files(tmp_path)
    assert options.call(options, Settings()) == 0
    assert len(parsed(out.read_bytes(), "night")[1]) == 2


def test_the_small_files_have_all_the_columns_that_are_required() -> None:
    assert set(CONTEST_COLUMNS) <= set(CONTESTS.splitlines()[0].split(","))
    assert set(CANDIDATE_COLUMNS) <= set(CANDIDATES.splitlines()[0].split(","))
