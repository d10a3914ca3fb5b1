"""A sheet as typed becomes a night, or every fault stands at its field."""

from datetime import timedelta

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from server.nights import archive
from server.nights.coming import seats
from server.nights.coming.lists import candidates_in
from server.nights.coming.made import faults_of, made
from server.nights.coming.sheet import Sheet, TypedCandidate, TypedContest, fields, tidied, with_fields
from server.nights.coming.together import merged
from server.nights.coming.written import night_file
from server.nights.format import parsed
from tests.count.setup import clacton


def sheet(names: str = clacton.LIST) -> Sheet:
    """The by-election in Clacton with these candidates."""
    seat = seats.the_seat("clacton")
    assert seat
    one = seats.by_election(seat, clacton.DAY)
    return replace(one, contests=(replace(one.contests[0], candidates=candidates_in(names)),))


def test_thirty_four_names_and_a_seat_are_a_night() -> None:
    night = made(sheet())
    (contest,) = night.definition.contests
    assert len(contest.candidates) == 34
    assert [one.id for one in contest.candidates][::33] == ["1", "34"]
    assert night.definition.id == clacton.NIGHT
    assert f"{night.definition.polls_close:%d %H:%M %z}" == "10 22:00 +0000"
    named = {party.id for party in night.definition.parties}
    assert {one.party for one in contest.candidates} <= named
    assert contest.previous is not None
    assert set(contest.previous.votes) <= named


def test_every_seat_of_the_house_begins_with_its_last_result_as_it_was() -> None:
    last = archive.load("parl.2024-07-04").definition
    for seat in last.contests:
        one = seats.by_election(seat, clacton.DAY)
        assert [fault.field for fault in faults_of(one)] == ["0.candidates"], seat.name
        whole = replace(one, contests=(replace(one.contests[0], candidates=candidates_in("A, B, Independent")),))
        (contest,) = made(whole).definition.contests
        assert (contest.gss, contest.region, contest.electorate) == (seat.gss, seat.region, seat.electorate)
        assert contest.previous is not None, seat.name
        assert contest.ballot == f"parl.{seat.slug}.by.{clacton.DAY}"


def test_a_later_by_election_of_the_seat_can_be_what_is_compared_with() -> None:
    (seat,) = seats.found("runcorn")
    night, general = seat.polls
    assert seat.polls[general] == "2024 general election"
    one = seats.by_election(seat.contest, clacton.DAY, night)
    assert one.baseline == "Runcorn and Helsby by-election of 1 May 2025"
    assert one.contests[0].previous.startswith("Reform UK, ")
    assert seats.by_election(seat.contest, clacton.DAY).contests[0].previous.startswith("Labour, ")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("clac", ["Clacton"]),
        ("Clatcon", ["Clacton"]),
        ("E14001174", ["Clacton"]),
        ("ynys mon", ["Ynys Môn"]),
        ("xyzzy", []),
        ("", []),
    ],
)
def test_a_seat_is_found_by_a_part_of_its_name(asked: str, found: list[str]) -> None:
    assert [one.contest.name for one in seats.found(asked)] == found


FAULTS = {
    "title": ("", "Say what the night is called"),
    "date": ("31/02/2026", "is no date"),
    "closes": ("ten", "is no time"),
    "baseline": ("", "Say which election the previous results are from"),
    "entry": ("triple", "Say whether one person keys each result, or two."),
    "0.seat": ("", "Say which seat"),
    "0.gss": ("E1400", "is no code such as"),
    "0.nation": ("Essex", "is none of the nations"),
    "0.region": ("", "Say in which region of England"),
    "0.electorate": ("78.245", "A full stop can mean"),
    "0.expected": ("half three", "is no time"),
    "0.previous": ("Labour, many", "Line 1: “Labour, many” is no party and its votes"),
    "0.ballot": ("parl.clacton.by.2026-12-11", "is the ballot of another day"),
    "0.0.surname": ("", "Say the candidate’s surname."),
    "0.1.party": ("Labuor", "Is it Labour?"),
    "0.2.first_names": ("x" * 200, "characters are too many"),
    "0.3.description": ("x" * 200, "characters are too many"),
    "0.3.surname": ("A\x07B", "cannot be printed"),
    "0.4.surname": ("x" * 90, "A name has at most 80 characters"),
}


@pytest.mark.parametrize("field", FAULTS)
def test_each_fault_stands_at_its_field_alone(field: str) -> None:
    text, said = FAULTS[field]
    (fault,) = faults_of(with_fields(sheet(), {field: text}))
    assert fault.field == field.replace("ballot", "seat")
    assert said in fault.sentence
    assert fault.line == (int(field.split(".")[1]) + 1 if field.count(".") == 2 else 0)


def test_the_same_name_of_the_same_party_stands_once_and_of_another_party_twice() -> None:
    twice = sheet("SMITH, Jane, Labour\nSMITH, Jane, Green Party\nSMITH, Jane, Labour")
    said = "This is the same as row 1. Two people of one name need what tells them apart."
    assert [(one.field, one.sentence) for one in faults_of(twice)] == [("0.2.surname", said)]


def test_two_of_one_name_and_party_stand_where_a_description_tells_them_apart() -> None:
    two = with_fields(
        sheet("SMITH, Jane, Independent\nSMITH, Jane, Independent"), {"0.1.description": "of Holland Road"}
    )
    assert [one.description for one in made(two).definition.contests[0].candidates] == [UNSET, "of Holland Road"]


def test_a_description_and_the_sitting_mp_are_in_the_night_and_in_its_file() -> None:
    typed = {"0.3.description": "Clacton’s own", "0.5.sitting": "yes"}
    night = made(with_fields(sheet(), typed))
    candidates = night.definition.contests[0].candidates
    assert [one.description for one in candidates if one.description] == ["Clacton’s own"]
    assert [one.id for one in candidates if one.sitting] == ["6"]
    past = archive.past_night(*parsed(night_file(night).encode(), "file"))
    assert past.definition.contests == night.definition.contests


def test_a_night_has_a_contest_once_and_no_more_candidates_than_a_paper_holds() -> None:
    one = sheet()
    assert [fault.field for fault in faults_of(replace(one, contests=one.contests * 2))] == ["1.seat"]
    many = replace(one.contests[0], candidates=one.contests[0].candidates * 6)
    assert "at most 200" in faults_of(replace(one, contests=(many,)))[0].sentence
    assert "at most 700" in faults_of(replace(one, contests=one.contests * 701))[0].sentence


@pytest.mark.parametrize(
    ("typed", "after_close"), [("23:10", "1:10:00"), ("3.30", "5:30:00"), ("11/12/2026 12:00", "14:00:00")]
)
def test_a_time_that_is_expected_is_that_of_the_night(typed: str, after_close: str) -> None:
    night = made(with_fields(sheet(), {"0.expected": typed}))
    assert str(night.expected[clacton.NIGHT] - night.definition.polls_close) == after_close


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("11/01/2027 03:00", "not in the two weeks"),
        ("21:00", "21:00 is before the polls close. If it is the day after, type 11/12/2026 21:00."),
    ],
)
def test_a_time_before_the_close_or_weeks_later_is_not_of_the_night(typed: str, said: str) -> None:
    (fault,) = faults_of(with_fields(sheet(), {"0.expected": typed}))
    assert said in fault.sentence


def test_a_seat_that_is_misspelt_is_told_which_it_may_be() -> None:
    faults = faults_of(with_fields(sheet(), {"0.seat": "Clactn", "0.gss": "", "0.nation": "", "0.region": ""}))
    assert [one.sentence for one in faults if one.field == "0.seat"] == [
        "No seat of the House is called “Clactn”. Is it Clacton?"
    ]


def test_a_declaration_is_not_expected_when_the_clocks_skip_the_hour() -> None:
    (fault,) = faults_of(with_fields(sheet(), {"date": "26/03/2026", "0.expected": "29/03/2026 01:30"}))
    assert "no 01:30 on 29/03/2026, when the clocks go forward" in fault.sentence


@pytest.mark.parametrize("typed", ["2026-12-10", "10/12/2026", "10-12-2026", "10.12.2026", "10 Dec 2026"])
def test_a_day_is_typed_in_many_ways_the_day_before_the_month(typed: str) -> None:
    assert str(made(with_fields(sheet(), {"date": typed})).definition.date) == "2026-12-10"


@pytest.mark.parametrize("typed", ["10/12/1800", "12/13/2026", "10/12/26", "2999-01-01"])
def test_what_is_no_day_of_a_poll_to_come_is_refused_with_the_years_there_are(typed: str) -> None:
    (fault,) = faults_of(with_fields(sheet(), {"date": typed}))
    assert fault.sentence.endswith("is no date: type it like 10/12/2026, with a year from 2000 to 2199.")


def test_a_sheet_as_a_night_file_is_the_same_night_again() -> None:
    night = made(with_fields(sheet(), {"0.expected": "03:30"}))
    past = archive.past_night(*parsed(night_file(night).encode(), "file"))
    assert past.definition.contests == night.definition.contests
    assert past.definition.parties == night.definition.parties
    assert past.definition.polls_close == night.definition.polls_close
    assert past.expected == night.expected
    assert past.expected[clacton.NIGHT] - past.definition.polls_close == timedelta(hours=5, minutes=30)


def test_fields_go_back_where_they_came_from_and_rows_can_be_added_and_emptied() -> None:
    one = sheet()
    assert with_fields(one, fields(one)) == one
    more = with_fields(
        one, {"0.34.surname": "Zed", "0.34.party": "Labour", "0.0.surname": "", "0.0.first_names": "", "0.0.party": ""}
    )
    assert [row.surname for row in tidied(more).contests[0].candidates][::33] == ["Adeyemi", "Zed"]
    assert len(with_fields(one, {"0.999.surname": "x", "0.99999999.surname": "x"}).contests[0].candidates) == 201


def test_what_two_people_changed_is_put_together() -> None:
    base = sheet("LEE, Bob, Green Party")
    theirs = with_fields(
        base, {"0.electorate": "80,000", "title": "Theirs", "0.1.surname": "Ray", "0.1.party": "Labour"}
    )
    mine = with_fields(base, {"title": "Mine", "0.0.first_names": "Robert", "0.1.surname": "Kay", "0.1.party": "Ind"})
    both = merged(base, theirs, mine)
    assert (both.title, both.contests[0].electorate) == ("Mine", "80,000")
    assert both.contests[0].candidates == (
        TypedCandidate("Lee", "Robert", "Green Party", line=1),
        TypedCandidate("Ray", party="Labour"),
        TypedCandidate("Kay", party="Ind"),
    )


def names(one: Sheet) -> list[str]:
    return [f"{row.first_names} {row.surname} {row.party}" for row in one.contests[0].candidates]


def test_what_i_changed_of_a_candidate_stays_with_that_one_where_somebody_sorted_or_took_a_row_out() -> None:
    base = sheet("SMITH, Jane, Labour\nADAMS, Bob, Green Party\nJONES, Al, Reform UK")
    mine = with_fields(base, {"0.0.first_names": "Jane Ann", "0.2.surname": "Jonas"})
    smith, adams, jones = base.contests[0].candidates
    their_sort = replace(base, contests=(replace(base.contests[0], candidates=(adams, jones, smith)),))
    assert names(merged(base, their_sort, mine)) == [
        "Bob Adams Green Party",
        "Al Jonas Reform UK",
        "Jane Ann Smith Labour",
    ]
    assert names(merged(base, mine, their_sort)) == names(merged(base, their_sort, mine)), "whoever comes second"
    their_cut = replace(base, contests=(replace(base.contests[0], candidates=(smith, jones)),))
    assert names(merged(base, their_cut, mine)) == ["Jane Ann Smith Labour", "Al Jonas Reform UK"]
    assert names(merged(base, mine, their_cut)) == ["Jane Ann Smith Labour", "Al Jonas Reform UK"]
    their_change = with_fields(base, {"0.1.party": "Labour"})
    assert names(merged(base, their_change, their_cut))[1] == "Bob Adams Labour"
    assert names(merged(base, their_cut, their_change))[-1] == "Bob Adams Labour", "nothing that was typed is lost"


def test_what_nobody_sees_of_a_typed_text_is_left_out_and_what_cannot_be_printed_is_named() -> None:
    sheet = with_fields(
        Sheet(contests=(TypedContest(),)), {"title": "Clac\u00adton\u200b", "0.0.surname": "\u200eSmith"}
    )
    assert (sheet.title, sheet.contests[0].candidates[0].surname) == ("Clacton", "Smith")
    told = [fault.sentence for fault in faults_of(Sheet(title="Clac\ue000ton")) if fault.field == "title"]
    assert "There is a character in it that cannot be printed (U+E000): type it anew." in told


@pytest.mark.parametrize("name", ["Total", "Cyfanswm", "Turnout"])
def test_a_total_among_the_previous_results_is_said_to_be_no_party(name: str) -> None:
    one = sheet()
    wrong = replace(one, contests=(replace(one.contests[0], previous=f"Labour 7448\n{name} 7448"),))
    assert [fault.sentence for fault in faults_of(wrong)] == [f"Line 2: {name} is no party: leave this line out."]
