"""Files as people have them, as the sheet of a night to come."""

import pytest

from server.nights.coming.files import NotRead, sheet_in, template
from server.nights.coming.made import faults_of, made
from server.nights.coming.written import night_file
from server.nights.sources.source import Source
from tests.count.setup import clacton

FILLED_IN = """contest,surname,first names,party,new party,electorate,previous result,expected,date
Clacton,Smith,Jane,Labour,,"78,000",Reform UK 21225; Con 12820,03:30,10/12/2026
,Lee,Bob,Clacton First,yes,,,,
Bath,Ray,Ann,Green Party,,,,,
"""


def test_an_export_without_options_is_a_night_with_what_the_archive_knows_of_the_seat() -> None:
    night = made(sheet_in(Source("export.csv", clacton.DEMOCRACY_CLUB.encode()))).definition
    (contest,) = night.contests
    assert (night.id, night.title, night.baseline) == (clacton.NIGHT, "Clacton by-election", "2024 general election")
    assert [(one.name, one.party) for one in contest.candidates] == [
        ("Ann Abbott", "joint-party:53-119"),
        ("Nigel Farage", "PP7931"),
        ("Tom O'Brien", "ynmp-party:2"),
        ("Jane Smith", "PP53"),
    ]
    assert (contest.gss, contest.region, contest.electorate) == ("E14001174", "East of England", 78_245)
    assert contest.previous is not None
    assert contest.previous.holder == "PP7931"
    assert "Democracy Club" in night.attribution


def test_an_export_with_options_has_the_names_and_the_electorate_that_it_gives() -> None:
    header, *rows = clacton.DEMOCRACY_CLUB.splitlines()
    more = "sopn_last_name,sopn_first_names,total_electorate,gss,nuts1"
    lines = [f"{header},{more}", *(f"{row},Zz{row[:3]},Al B,79001,E14001174,East (England)" for row in rows[:2])]
    (contest,) = made(sheet_in(Source("export.csv", "\n".join(lines).encode()))).definition.contests
    assert [one.name for one in contest.candidates] == ["Al B Zz100", "Al B Zz101"]
    assert contest.electorate == 79_001


def test_an_electorate_as_a_spreadsheet_writes_it_is_a_whole_number_and_one_that_can_mean_two_is_refused() -> None:
    header, *rows = clacton.DEMOCRACY_CLUB.splitlines()
    for text, read in (("79001.0", 79_001), ("79.001", 0)):
        export = "\n".join([f"{header},total_electorate", *(f"{row},{text}" for row in rows)])
        for file in (export, FILLED_IN.replace('"78,000"', text)):
            sheet = sheet_in(Source("night.csv", file.encode()))
            told = [fault.sentence for fault in faults_of(sheet) if fault.field == "0.electorate"]
            assert len(told) == (0 if read else 1)
            assert sheet.contests[0].electorate == (str(read) if read else text)


def test_a_seat_that_the_archive_does_not_have_is_asked_for() -> None:
    export = clacton.DEMOCRACY_CLUB.replace("parl.clacton", "parl.new-town").replace(",Clacton,", ",New Town,")
    sheet = sheet_in(Source("export.csv", export.encode()))
    assert sheet.contests[0].seat == "New Town"
    assert [fault.field for fault in faults_of(sheet)] == ["0.nation", "0.region"]


def test_an_export_with_several_days_wants_the_day() -> None:
    other = "900,A B,parl.2027-01-14,parl.bath.by.2027-01-14,2027-01-14,True,Labour Party,PP53,Bath,False,1\n"
    with pytest.raises(NotRead, match=r"several days in it: say which\. 2026-12-10, 2027-01-14"):
        sheet_in(Source("export.csv", (clacton.DEMOCRACY_CLUB + other).encode()))
    sheet = sheet_in(Source("export.csv", (clacton.DEMOCRACY_CLUB + other).encode()), "2027-01-14")
    assert [contest.ballot for contest in sheet.contests] == ["parl.bath.by.2027-01-14"]


@pytest.mark.parametrize("separator", [",", "\t"])
def test_our_spreadsheet_filled_in_or_pasted_is_a_night_of_several_contests(separator: str) -> None:
    text = FILLED_IN if separator == "," else FILLED_IN.replace('"78,000"', "78000").replace(",", "\t")
    sheet = sheet_in(Source("night.csv", text.encode()))
    assert [contest.seat for contest in sheet.contests] == ["Clacton", "Bath"]
    assert [fault.field for fault in faults_of(sheet)] == ["title"]
    night = made(
        sheet_in(
            Source(
                "night.csv",
                text.replace("date\n", "date,title\n".replace(",", separator))
                .replace("10/12/2026", f"10/12/2026{separator}Two by-elections")
                .replace("yes,,,,", "yes,,,,,")
                .replace("yes\t\t\t\t", "yes\t\t\t\t\t")
                .replace("Green Party,,,,,", "Green Party,,,,,,")
                .replace("Green Party\t\t\t\t\t", "Green Party\t\t\t\t\t\t")
                .encode(),
            )
        )
    )
    bath, first = night.definition.contests
    assert (first.ballot, bath.ballot) == (clacton.NIGHT, f"parl.bath.by.{clacton.DAY}")
    assert (night.definition.id, first.electorate) == (f"parl.by.{clacton.DAY}", 78_000)
    assert [one.party for one in first.candidates] == ["PP53", "unregistered:clacton-first"]
    assert f"{night.expected[first.ballot]:%d %H:%M}" == "11 03:30"


def test_between_the_cells_may_be_upright_strokes() -> None:
    text = FILLED_IN.replace('"78,000"', "78000")
    assert sheet_in(Source("a.csv", text.replace(",", "|").encode())) == sheet_in(Source("a.csv", text.encode()))


def test_the_template_is_read_as_empty_and_says_so() -> None:
    with pytest.raises(NotRead, match="all rows are empty, or begin with #"):
        sheet_in(Source("night.csv", template().encode()))
    named = template() + f"Clacton,Smith,Jane,Labour,,,,,,,,10/12/2026{',' * 12}\r\n"
    assert faults_of(sheet_in(Source("night.csv", named.encode()))) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "It is empty"),
        ("contest,surname,first names\nClacton,Smith,Jane\n", "There is no column 'party'"),
        (FILLED_IN + "Clacton,Kay,Al,Labour,,79000,,,\n", "line 5: electorate is '79000', but '78,000' in a row above"),
        (FILLED_IN + "Clacton,Kay,Al,Labour,perhaps,,,,\n", "line 5: new party is 'perhaps'"),
        (FILLED_IN + "Clacton,Kay\n", "line 5: There are 2 cells"),
        ("name,votes\nA,1\n", "This is no row of names"),
        (
            clacton.DEMOCRACY_CLUB.replace("parl.", "sp.").replace("local.", "gla."),
            "There is no ballot for the House of Commons in it, and none for a council",
        ),
        (clacton.DEMOCRACY_CLUB.replace("by.2026-12-10", "by.2026-12-40"), "line 2: ballot_paper_id is"),
        (clacton.DEMOCRACY_CLUB.replace("Jane Smith", ""), "line 3: person_name is empty"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, said: str) -> None:
    with pytest.raises(NotRead) as refused:
        sheet_in(Source("file.csv", text.encode()))
    assert said in str(refused.value)


def test_a_workbook_is_told_what_to_save_instead() -> None:
    with pytest.raises(NotRead, match="save the table as CSV"):
        sheet_in(Source("night.xlsx", b"PK\x03\x04" + bytes(100)))


def test_a_fault_of_a_row_has_the_line_of_the_file() -> None:
    sheet = sheet_in(Source("night.csv", FILLED_IN.replace("Labour", "Labuor").encode()))
    wrong = {(fault.field, fault.line) for fault in faults_of(sheet)}
    assert ("0.0.party", 2) in wrong


def test_a_cancelled_poll_is_none_and_two_people_of_one_name_are_told_apart_by_their_ids() -> None:
    (first, *_) = (line for line in clacton.DEMOCRACY_CLUB.splitlines() if "Jane Smith" in line)
    twin = first.replace(first.split(",")[0], "9999", 1)
    night = made(sheet_in(Source("export.csv", f"{clacton.DEMOCRACY_CLUB.rstrip()}\n{twin}\n".encode())))
    assert [one.name for one in night.definition.contests[0].candidates].count("Jane Smith") == 2
    assert night.no_polls == {}
    cancelled = clacton.DEMOCRACY_CLUB.replace(",False,1", ",True,1")
    night = made(sheet_in(Source("export.csv", cancelled.encode())))
    assert night.no_polls == {clacton.NIGHT: ("countermanded", "The poll was cancelled.")}
    assert '"no_poll":["countermanded",' in night_file(night)


def test_a_row_of_totals_is_said_to_be_none() -> None:
    with pytest.raises(NotRead, match=r"line 5: Total is no contest and no candidate: leave this row out\."):
        sheet_in(Source("night.csv", (FILLED_IN + ",Total,,,,,,,\n").encode()))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",Cyfanswm,,,,,,,", "line 5: Cyfanswm is no contest"),
        ("Grand total,,,,,78000,,,", "line 5: Grand total is no contest"),
        ("Cyfanswm y pleidleisiau,,,,,,,,", "line 5: Cyfanswm y pleidleisiau is no contest"),
        ("Total Votes Cast,,,,,,,,", "line 5: Total Votes Cast is no contest"),
    ],
)
def test_a_total_is_known_in_other_words_and_in_welsh(row: str, said: str) -> None:
    with pytest.raises(NotRead, match=said):
        sheet_in(Source("night.csv", f"{FILLED_IN}{row}\n".encode()))


def test_a_total_in_an_export_is_said_to_be_none_and_not_to_lack_a_party() -> None:
    total = f"900,Cyfanswm,parl.{clacton.DAY},{clacton.NIGHT},{clacton.DAY},True,,,Clacton,False,1\n"
    with pytest.raises(NotRead) as refused:
        sheet_in(Source("export.csv", (clacton.DEMOCRACY_CLUB + total).encode()))
    assert [problem.sentence for problem in refused.value.problems] == [
        "Cyfanswm is no candidate and no party: leave this row out."
    ]


def test_names_of_columns_that_stand_there_again_are_passed_over() -> None:
    names, rest = FILLED_IN.split("\n", 1)
    once = sheet_in(Source("night.csv", FILLED_IN.encode()))
    assert sheet_in(Source("night.csv", f"{names}\n{names}\n{rest}".encode())).contests[0].seat == "Clacton"
    again = sheet_in(Source("night.csv", f"{FILLED_IN}\ufeff{names}\n,Kay,Al,Labour,,,,,\n".encode()))
    assert [len(contest.candidates) for contest in again.contests] == [2, 2]
    assert again.contests[0] == once.contests[0]


def test_what_nobody_sees_is_no_part_of_a_file() -> None:
    hidden = FILLED_IN.replace("surname", "\ufeffsur\u00adname").replace("Smith", "\u200eSmi\u00adth\u200b")
    hidden = (
        hidden.replace("Clacton,", "Clacton\u200b,").replace("Labour", "\u2060Labour").replace("21225", "21\u200b225")
    )
    assert sheet_in(Source("night.csv", f"\ufeff\ufeff{hidden}".encode())) == sheet_in(
        Source("night.csv", FILLED_IN.encode())
    )
    export = clacton.DEMOCRACY_CLUB.replace("Jane Smith", "Jane Smi\u00adth\u200b").replace("by.", "by.\u200b")
    assert sheet_in(Source("export.csv", export.encode())) == sheet_in(
        Source("export.csv", clacton.DEMOCRACY_CLUB.encode())
    )
    twice = FILLED_IN.replace("Smith", "Sm\u00c3\u00adth")
    assert sheet_in(Source("night.csv", twice.encode())).contests[0].candidates[0].surname == "Smíth"


def test_ids_in_other_letters_mean_the_same_and_no_candidate_gets_lost() -> None:
    sound = sheet_in(Source("export.csv", clacton.DEMOCRACY_CLUB.encode()))
    other = clacton.DEMOCRACY_CLUB.replace("PP53", "pp53", 1).replace("parl.clacton", "PARL.Clacton", 1)
    assert sheet_in(Source("export.csv", other.encode())) == sound


def test_one_id_on_two_rows_of_a_ballot_paper_is_one_person_and_refused() -> None:
    (first, *_) = (line for line in clacton.DEMOCRACY_CLUB.splitlines() if "Jane Smith" in line)
    for twin in (first, first.replace("Jane Smith", "Jane Ann Smith")):
        with pytest.raises(NotRead, match=r"the id of Jane Smith on line 3: one person stands once\. Leave one out"):
            sheet_in(Source("export.csv", f"{clacton.DEMOCRACY_CLUB.rstrip()}\n{twin}\n".encode()))


def test_the_example_of_the_template_makes_a_night_once_it_is_no_comment() -> None:
    example = template().replace("# Clacton", "Clacton").encode()
    night = made(sheet_in(Source("night.csv", example)))
    assert (night.definition.id, night.definition.baseline) == (clacton.NIGHT, "2024 general election")


def test_a_row_for_the_house_may_end_before_the_columns_of_councils_and_no_other() -> None:
    row = "Clacton,Smith,Jane,Labour,,,,,,,,10/12/2026,,,,,\n"
    assert sheet_in(Source("night.csv", (template() + row).encode())).contests[0].seat == "Clacton"
    with pytest.raises(NotRead, match="There are 16 cells, but 24 columns"):
        sheet_in(Source("night.csv", (template() + row.replace(",\n", "\n")).encode()))
