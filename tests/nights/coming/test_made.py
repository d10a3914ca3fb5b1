"""A sheet as typed becomes a night, or every fault stands at its field."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from server.nights import archive
from server.nights.coming import seats
from server.nights.coming.lists import candidates_in
from server.nights.coming.made import faults_of, made
from server.nights.coming.sheet import Sheet, TypedCandidate, fields, merged, tidied, with_fields
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


def test_a_night_has_a_contest_once_and_no_more_candidates_than_a_paper_holds() -> None:
    one = sheet()
    assert [fault.field for fault in faults_of(replace(one, contests=one.contests * 2))] == ["1.seat"]
    many = replace(one.contests[0], candidates=one.contests[0].candidates * 4)
    assert "at most 120" in faults_of(replace(one, contests=(many,)))[0].sentence
    assert "at most 700" in faults_of(replace(one, contests=one.contests * 701))[0].sentence


@pytest.mark.parametrize(
    ("typed", "after_close"), [("23:10", "1:10:00"), ("3.30", "5:30:00"), ("11/12/2026 12:00", "14:00:00")]
)
def test_a_time_that_is_expected_is_that_of_the_night(typed: str, after_close: str) -> None:
    night = made(with_fields(sheet(), {"0.expected": typed}))
    assert str(night.expected[clacton.NIGHT] - night.definition.polls_close) == after_close


def test_a_time_weeks_later_is_not_of_the_night() -> None:
    (fault,) = faults_of(with_fields(sheet(), {"0.expected": "11/01/2027 03:00"}))
    assert "not in the two weeks" in fault.sentence


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
    assert len(with_fields(one, {"0.999.surname": "x", "0.99999999.surname": "x"}).contests[0].candidates) == 121


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
