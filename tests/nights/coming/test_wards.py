"""Nights of councils and mayors to come: from Democracy Club's export, our spreadsheet, or as typed."""

from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from server.election.contests import Contest, Definition
from server.nights.archive import past_night
from server.nights.coming.bodies import with_bodies
from server.nights.coming.files import sheet_in, template
from server.nights.coming.made import Made, NotMade, made
from server.nights.coming.sheet import Sheet, TypedBody, TypedCandidate, TypedContest, fields, with_fields
from server.nights.coming.written import night_file
from server.nights.format import parsed
from server.nights.sources.source import Source

DAY = "2026-12-10"
HEAD = "person_id,person_name,election_id,ballot_paper_id,party_name,party_id,post_label,cancelled_poll,seats_contested"
PARTIES = (("Labour Party", "PP53"), ("Conservative and Unionist Party", "PP52"), ("Green Party", "PP63"))


def export(*ballots: tuple[str, str, int], candidates: int = 3, day: str = DAY) -> str:
    """An export with these ballots: id without its date, name and seats."""
    rows = [HEAD]
    for ballot, name, seats in ballots:
        kind, council, *_ = ballot.split(".")
        for place in range(candidates):
            party, id = PARTIES[place % 3]
            who = f"{len(rows)},Ann {chr(65 + len(rows) % 26)}name{len(rows)}"
            rows.append(f"{who},{kind}.{council}.{day},{ballot}.{day},{party},{id},{name},f,{seats}")
    return "\n".join(rows) + "\n"


def read(text: str) -> Sheet:
    return sheet_in(Source("export.csv", text.encode()))


def in_england(sheet: Sheet) -> Sheet:
    """The sheet once somebody has said where it is, at the first contest."""
    return with_fields(sheet, {"0.nation": "England", "0.region": "South East"})


def faults(sheet: Sheet) -> dict[str, str]:
    with pytest.raises(NotMade) as error:
        made(sheet)
    return {fault.field: fault.sentence for fault in error.value.faults}


def by_name(night: Made) -> dict[str, Contest]:
    return {contest.name: contest for contest in night.definition.contests}


def test_a_by_election_in_a_ward_is_a_night_of_its_own() -> None:
    sheet = read(export(("local.adur.buckingham.by", "Buckingham", 1)))
    assert (sheet.title, sheet.date) == ("Buckingham by-election", DAY)
    assert faults(sheet) == {"0.nation": "Say in which nation: England, Scotland, Wales or Northern Ireland."}
    night = made(in_england(sheet)).definition
    (contest,), bodies = night.contests, night.bodies
    assert bodies
    body = bodies[0]
    assert night.id == contest.ballot == f"local.adur.buckingham.by.{DAY}"
    assert (contest.seats, contest.body, body.id, body.name, body.kind) == (1, body.id, "local.adur", "Adur", "council")
    assert night.seats == 0
    assert night.councils == (), "nothing is said of control where nobody said how many seats there are"


def test_how_many_are_elected_is_never_guessed_of_an_export() -> None:
    whole = export(("local.kent.abbey", "Abbey", 3), ("local.kent.castle", "Castle", 1), candidates=4)
    sheet = in_england(read(whole.replace(",f,3", ",f,")))
    assert faults(sheet) == {"0.seats": "Say how many are elected: the export does not."}
    assert by_name(made(with_fields(sheet, {"0.seats": "3"})))["Abbey"].seats == 3
    assert faults(with_fields(sheet, {"0.seats": "0"})) == {"0.seats": "At least one is elected."}
    assert faults(with_fields(sheet, {"0.seats": "-2"})) == {"0.seats": "A number here is not below 0."}


def test_a_council_of_twenty_wards_of_three_says_its_nation_once() -> None:
    sheet = read(export(*((f"local.kent.ward-{place}", f"Ward {place}", 3) for place in range(1, 21)), candidates=9))
    night = made(with_fields(in_england(sheet), {"body0.seats": "60", "body0.control": "noc", "apart": "1"}))
    definition = night.definition
    assert (definition.id, len(definition.contests)) == (f"local.kent.{DAY}", 20)
    assert {(one.seats, one.nation, one.region) for one in definition.contests} == {(3, "England", "South East")}
    (council,) = definition.councils
    assert (council.seats, council.control, definition.control_baseline) == (60, "", "the eve of the poll")
    assert night.apart


def test_thirds_want_those_who_are_not_up() -> None:
    sheet = in_england(read(export(*((f"local.adur.ward-{place}", f"Ward {place}", 1) for place in range(1, 4)))))
    assert "Say which parties hold the 6 seats that are not fought" in faults(
        with_fields(sheet, {"body0.seats": "9"})
    ).get("body0.not_up", "")
    assert (
        "more than 9" in faults(with_fields(sheet, {"body0.seats": "9", "body0.not_up": "Labour, 7"}))["body0.not_up"]
    )
    assert "fewer than the 3" in faults(with_fields(sheet, {"body0.seats": "2"}))["body0.seats"]
    others = with_fields(sheet, {"body0.seats": "9", "body0.not_up": "Labour, 4\nOthers, 2", "0.held": "others 1"})
    told = faults(others)
    assert "Line 2: say which party, or Independent" in told["body0.not_up"], "they control nothing together"
    assert "Line 1: say which party, or Independent" in told["0.held"], "nobody could be told of as having lost it"
    whole = {"body0.seats": "9", "body0.not_up": "Labour, 4\nGreen Party, 2", "body0.control": "Labour"}
    (council,) = made(with_fields(sheet, whole)).definition.councils
    assert (council.not_up, council.control) == ({"PP53": 4, "PP63": 2}, "PP53")
    assert (
        "Say the party, or NOC for none."
        in faults(with_fields(sheet, whole | {"body0.control": "Labor"}))["body0.control"]
    )


def test_who_held_the_seats_is_what_gains_are_counted_from() -> None:
    sheet = in_england(read(export(("local.kent.abbey", "Abbey", 3), ("local.kent.castle", "Castle", 1), candidates=4)))
    night = made(with_fields(sheet, {"0.held": "Labour, 2\nConservative, 1", "baseline": "the elections of 2022"}))
    more = with_fields(sheet, {"0.held": "Labour, 3\nConservative, 1", "baseline": "2022"})
    assert faults(more) == {"0.held": "4 seats are more than the 3 that are fought here."}
    previous = by_name(night)["Abbey"].previous
    assert previous is not None
    assert (previous.holder, previous.won) == ("PP53", {"PP53": 2, "PP52": 1})


@pytest.mark.parametrize(
    ("day", "system", "method"),
    [
        ("2021-05-06", "", "supplementary vote"),
        ("2026-05-07", "", "plurality"),
        ("2027-05-06", "sv", "supplementary vote"),
    ],
)
def test_a_mayor_is_elected_as_the_law_was_or_as_the_export_says(day: str, system: str, method: str) -> None:
    text = export(("mayor.london", "London", 1), ("pcc.avon-and-somerset", "Avon and Somerset", 1), day=day)
    lines = text.splitlines()
    text = "\n".join([f"{lines[0]},voting_system", *(f"{line},{system}" for line in lines[1:])]) + "\n"
    night = made(with_fields(in_england(read(text)), {"1.nation": "England"})).definition
    assert [one.name for one in night.bodies or ()] == [
        *("Mayor of London", "Police and Crime Commissioner for Avon and Somerset"),
    ]
    assert {(one.method or "plurality", one.ballot.rpartition(".")[2]) for one in night.contests} == {(method, day)}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Kent County Council", "Kent"),
        ("City of Bradford Metropolitan District Council", "Bradford"),
        ("London Borough of Hackney", "Hackney"),
        ("City of London", "City of London"),
        ("City and County of Swansea", "Swansea"),
        ("Rhondda Cynon Taf County Borough Council", "Rhondda Cynon Taf"),
        ("Cardiff Council", "Cardiff"),
        ("Isle of Wight Council", "Isle of Wight"),
        ("Comhairle nan Eilean Siar", "Comhairle nan Eilean Siar"),
        ("", "Kent"),
    ],
)
def test_a_council_is_called_as_people_say_it_whatever_the_export_calls_it(name: str, told: str) -> None:
    """Declared "for the Abbey ward of Kent County Council" it would be wrong in a hall."""
    head, *rows = export(("local.kent.abbey.by", "Abbey", 1), ("mayor.kent-ca", "Kent", 1)).splitlines()
    text = "\n".join([f"{head},organisation_name", *(f"{row},{name}" for row in rows)])
    night = made(with_fields(in_england(read(text)), {"1.nation": "England"})).definition
    assert [body.name for body in night.bodies or ()] == [told, "Mayor of Kent"]


def test_a_mayor_and_a_commissioner_of_one_place_are_on_one_night() -> None:
    """As in the West Midlands on 6 May 2021."""
    text = export(("mayor.west-midlands", "West Midlands", 1), ("pcc.west-midlands", "West Midlands", 1))
    night = made(with_fields(in_england(read(text)), {"1.nation": "England"}))
    assert [one.slug for one in night.definition.contests] == ["mayor-west-midlands", "pcc-west-midlands"]
    assert there_and_back(night) == night.definition


def test_a_ward_by_the_single_transferable_vote_is_refused_at_its_field() -> None:
    text = export(("local.fife.dyce", "Dyce", 4)).replace("seats_contested", "seats_contested,voting_system")
    text = text.replace(",f,4", ",f,4,STV")
    assert "cannot be entered" in faults(in_england(read(text)))["0.method"]


def typed(*contests: TypedContest, bodies: Iterable[TypedBody] = ()) -> Sheet:
    return with_bodies(Sheet("Local elections", DAY, contests=contests, bodies=tuple(bodies)))


def test_a_ward_as_typed_has_the_ids_that_democracy_club_would_give_it() -> None:
    paper = (TypedCandidate("Abel", "Ann", "Labour"), TypedCandidate("Bond", "Ben", "Green Party"))
    ward = TypedContest("Abbey", region="South East", nation="England", body="Kent County Council", candidates=paper)
    (contest,) = made(typed(ward)).definition.contests
    assert contest.ballot == f"local.kent.abbey.by.{DAY}"
    both = made(typed(ward, replace(ward, seat="Castle", seats="2"))).definition
    assert [one.ballot for one in both.contests] == [f"local.kent.abbey.{DAY}", f"local.kent.castle.{DAY}"]
    (mayor,) = made(typed(replace(ward, seat="London", body="Mayor of London"))).definition.contests
    assert mayor.ballot == f"mayor.london.{DAY}"
    assert "Several are elected only to a council." in faults(typed(replace(ward, body="", seats="2")))["0.seats"]


def test_our_spreadsheet_has_columns_for_councils() -> None:
    text = (
        "contest,surname,first names,party,date,title,nation,region,council,seats,seats held,council seats,"
        "seats not up,control before,compared with\n"
        f"Abbey,Abel,Ann,Labour,{DAY},Kent,England,South East,Kent,2,Labour 1; Green Party 1,5,Labour 3,Labour,2022\n"
        f"Abbey,Bond,Ben,Green Party{',' * 11}\nAbbey,Cole,Cy,Conservative{',' * 11}\n"
    )
    night = made(read(text)).definition
    (contest,), (council,) = night.contests, night.councils
    assert contest.previous and contest.previous.won == {"PP53": 1, "PP63": 1}
    assert (contest.seats, council.seats, council.not_up, council.control) == (2, 5, {"PP53": 3}, "PP53")


def test_every_field_of_a_council_is_saved_as_typed() -> None:
    sheet = read(export(("local.kent.abbey", "Abbey", 3), candidates=4))
    said = {"body0.seats": "81", "body0.not_up": "Labour, 78", "body0.area": "division", "0.held": "Labour, 3"}
    found = fields(with_fields(sheet, said))
    assert {name: found[name] for name in said} == said


def there_and_back(night: Made) -> Definition:
    """The definition in the file of a night, as if that were to be opened."""
    return replace(past_night(*parsed(night_file(night).encode(), "night.jsonl")).definition, times="live")


def test_a_night_of_councils_leaves_as_a_file_and_comes_back_the_same() -> None:
    wards = ((f"local.kent.ward-{place}", f"Ward {place}", place) for place in (1, 2, 3))
    sheet = in_england(read(export(*wards, candidates=4)))
    said = {"body0.seats": "9", "body0.not_up": "Labour, 3", "body0.control": "NOC", "0.held": "Labour, 1"}
    night = made(with_fields(sheet, said | {"baseline": "the elections of 2022"}))
    assert there_and_back(night) == night.definition
    mayors = export(("mayor.london", "London", 1), day="2021-05-06")
    night = made(in_england(read(mayors)))
    assert night.definition.contests[0].method == "supplementary vote"
    assert there_and_back(night) == night.definition


def test_the_template_names_every_column_of_a_council() -> None:
    columns = template().splitlines()[0].split(",")
    assert {"council", "seats", "method", "seats held", "council seats", "seats not up", "control before"} <= {*columns}
