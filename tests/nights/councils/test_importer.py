"""The two files of a Local Elections Handbook become a night, whole or not at all."""

import argparse
import json
from pathlib import Path

import pytest

from server.commands import import_ as command
from server.election.nights import fold
from server.election.results.councils.together import councils
from server.nights.archive import past_night, read
from server.nights.baselines import of_night
from server.nights.councils.importer import UNOPPOSED, Known, imported
from server.nights.councils.names import council_id, council_name, party, person
from server.nights.format import parsed
from server.nights.past import PastNight
from server.nights.sources.importer import Imported, ImportRefused
from server.settings import Settings

WARDS = """\
year,county_code,county,council_code,council,ward_code,ward,type,cycle,seats,electorate,ballots,rejected,turnout
2025,E10000099,Downshire,E07000999,Nether & Over,E58009001,Abbey & Mill,CC,All,2,1000,410,10,0.41
2025,E10000099,Downshire,E07000999,Nether & Over,E58009002,Brook,CC,All,1,900,305,5,0.339
2025,E10000099,Downshire,E07000998,Yonder,E58009003,Brook's End,CC,All,2,800,,,
"""
CANDIDATES = """\
year,council,ward_code,ward,order,name,party,votes,elected,incumbent
2025,Nether and Over,E58009001,Abbey & Mill,1,Ann Abel,Labour Party,210,0,0
2025,Nether and Over,E58009001,Abbey & Mill,2,"Órga, B.",Labour and Co-operative Party,200,1,1
2025,Nether and Over,E58009001,Abbey & Mill,3,Ash C.D.,CON,190,1,0
2025,Nether and Over,E58009002,Brook,1,Dan Dee,Downshire First,150,1,0
2025,Nether and Over,E58009002,Brook,2,Eve Eagle,Independent,150,0,1
2025,Yonder,E58009003,Brook's End,1,Fay Field,Reform UK,0,1,0
"""
THIRDS = WARDS.replace("CC,All", "SD,By thirds")


def made(folder: Path, wards: str = WARDS, candidates: str = CANDIDATES, **more: object) -> Imported:
    pair = folder / "wards.csv", folder / "candidates.csv"
    for path, text in zip(pair, (wards, candidates), strict=True):
        path.write_text(text, encoding="utf-8")
    options = {"id": "local.2025-05-01", "title": "2025 local elections", **more}
    return imported(*pair, **options)  # type: ignore[arg-type]


def past(found: Imported) -> PastNight:
    return past_night(*parsed(found.text.encode(), "a.jsonl"))


def refused(folder: Path, *texts: str, **more: object) -> str:
    with pytest.raises(ImportRefused) as error:
        made(folder, *texts, **more)
    return str(error.value)


def test_divisions_are_of_their_county_and_have_democracy_clubs_ids(tmp_path: Path) -> None:
    definition = past(made(tmp_path)).definition
    (body,) = definition.councils
    assert (body.id, body.name, body.seats, body.gss) == ("local.downshire", "Downshire", 5, "E10000099")
    assert (body.kind, body.member, body.area, body.control) == ("council", "councillor", "division", None)
    assert [contest.ballot for contest in definition.contests] == [
        "local.downshire.abbey-mill.2025-05-01",
        "local.downshire.brook.2025-05-01",
        "local.downshire.brooks-end.2025-05-01",
    ]
    assert [contest.seats for contest in definition.contests] == [2, 1, 2]
    assert definition.times == "assumed" and definition.seats == 0


def test_those_with_the_most_votes_are_elected_and_a_flag_that_says_another_is_noted(tmp_path: Path) -> None:
    found = made(tmp_path)
    night = fold(past(found).events)
    abbey = night.counts["local.downshire.abbey-mill.2025-05-01"].result
    assert abbey and [line.candidate.name for line in abbey.elected] == ["Ann Abel", "B. Órga"]
    assert [str(note) for note in found.notes] == [
        "wards.csv, line 2: In Abbey & Mill others are called elected than those with the most votes: Ann Abel, "
        "B. Órga. The votes count."
    ]


def test_a_flag_tells_whose_lot_was_drawn_and_without_one_a_tie_is_refused(tmp_path: Path) -> None:
    night = fold(past(made(tmp_path)).events)
    brook = night.counts["local.downshire.brook.2025-05-01"].result
    assert brook and brook.by_lot and brook.winner.candidate.name == "Dan Dee"
    assert "line 3: Brook is a tie" in refused(tmp_path, WARDS, CANDIDATES.replace("150,1,0", "150,0,0"))


def test_no_more_candidates_than_seats_are_elected_without_a_poll(tmp_path: Path) -> None:
    count = fold(past(made(tmp_path)).events).counts["local.downshire.brooks-end.2025-05-01"]
    assert count.no_poll and count.no_poll.reason == UNOPPOSED
    assert count.result and count.result.verdict.won == {"PP7931": 1} and count.result.verdict.vacant == 1


def test_the_paper_is_in_order_of_surnames_and_parties_have_their_ids(tmp_path: Path) -> None:
    definition = past(made(tmp_path)).definition
    abbey, brook, _ = definition.contests
    assert [(one.name, one.party, one.sitting) for one in abbey.candidates] == [
        ("Ann Abel", "PP53", False),
        ("C.D. Ash", "PP52", False),
        ("B. Órga", "joint-party:53-119", True),
    ]
    assert [one.party for one in brook.candidates] == ["unregistered:downshire-first", "ynmp-party:2"]


@pytest.mark.parametrize(
    ("ballots", "one_seat", "valid"),
    [
        ("410,10", "305,5", 400),  # votes and rejected papers are the ballots where one seat is fought
        ("410,10", "300,5", 410),  # there the ballots are the votes
        ("150,10", "305,5", None),  # nobody can have more votes than there are papers
    ],
)
def test_ballots_are_all_papers_or_the_valid_ones_as_the_councils_other_wards_say(
    tmp_path: Path, ballots: str, one_seat: str, valid: int | None
) -> None:
    wards = WARDS.replace("410,10", ballots).replace("305,5", one_seat)
    found = made(tmp_path, wards)
    abbey = fold(past(found).events).counts["local.downshire.abbey-mill.2025-05-01"].result
    assert abbey and abbey.valid_papers == valid
    assert any("cannot be right" in str(note) for note in found.notes) == (valid is None)


def test_without_wards_of_one_seat_the_turnout_says_which_papers_they_are(tmp_path: Path) -> None:
    for turnout, valid in (("0.41", 400), ("0.42", 410)):
        lines = WARDS.replace("410,10,0.41", f"410,10,{turnout}").splitlines(keepends=True)
        people = CANDIDATES.splitlines(keepends=True)
        found = made(tmp_path, "".join(lines[:2]), "".join(people[:4]))
        (count,) = fold(past(found).events).counts.values()
        assert count.result and count.result.valid_papers == valid


def test_seats_are_compared_with_those_of_the_same_code_and_number(tmp_path: Path) -> None:
    before = of_night(past(made(tmp_path, title="2021 local elections")))
    now = CANDIDATES.replace('Órga, B.",Labour and Co-operative Party,200', 'Órga, B.",CON,205').replace(
        "150,0", "149,0"
    )
    definition = past(
        made(tmp_path, WARDS.replace("E58009002", "E58009992"), now.replace("E58009002", "E58009992"), baseline=before)
    )
    abbey, brook, _ = definition.definition.contests
    assert definition.definition.baseline == "2021 local elections"
    assert abbey.previous and abbey.previous.won == {"PP53": 2} and abbey.previous.votes == {"PP53": 210, "PP52": 190}
    assert brook.previous is None
    verdict = fold(definition.events).counts[abbey.ballot].result
    assert verdict and verdict.verdict.gained == {"PP52": 1} and verdict.verdict.lost == {"PP53": 1}
    one_seat = past(made(tmp_path, WARDS.replace("CC,All,2,1000", "CC,All,1,1000"), baseline=before))
    assert one_seat.definition.contests[0].previous is None


def test_where_a_third_is_elected_the_size_of_the_council_must_be_known(tmp_path: Path) -> None:
    assert "how many it has is not known" in refused(tmp_path, THIRDS)
    known = {"local.nether-and-over": Known(30, "PP53", region="South East"), "local.yonder": Known(24, "")}
    night = fold(past(made(tmp_path, THIRDS, known=known, control_baseline="May 2023")).events)
    assert [(body.id, body.seats, body.control) for body in night.definition.councils] == [
        ("local.nether-and-over", 30, "PP53"),
        ("local.yonder", 24, ""),
    ]
    assert night.definition.control_baseline == "May 2023"
    assert [contest.region for contest in night.definition.contests] == ["South East", "South East", ""]
    assert made(tmp_path, THIRDS, complete=False).text


def test_one_council_alone_is_a_night_and_one_that_is_not_there_is_none(tmp_path: Path) -> None:
    known = {"local.yonder": Known(24)}
    night = fold(past(made(tmp_path, THIRDS, id="local.yonder.2025-05-01", known=known)).events)
    assert [one.body.name for one in councils(night).councils] == ["Yonder"]
    assert "no ward of local.elsewhere" in refused(tmp_path, id="local.elsewhere.2025-05-01")


@pytest.mark.parametrize(
    ("wards", "candidates", "sentence"),
    [
        (WARDS.replace("E58009002,Brook", "E58009009,Brook"), CANDIDATES, "line 3: Brook has no candidates"),
        (WARDS.replace("E58009002,Brook", "E58009009,Brook"), CANDIDATES, "stands in E58009002, which is no ward"),
        (WARDS.replace(",Brook,", ",Abbey Mill,"), CANDIDATES, "would have the id of line 2"),
        (WARDS, CANDIDATES.replace(",190,", ",many,"), "candidates.csv, line 4: votes: 'many' is not a whole number"),
        (WARDS.replace("ward_code", "code"), CANDIDATES, "There is no column 'ward_code'"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_nothing_is_imported(
    tmp_path: Path, wards: str, candidates: str, sentence: str
) -> None:
    assert sentence in refused(tmp_path, wards, candidates)


@pytest.mark.parametrize("id", ["parl.2025-05-01", "local.2025-13-01", "local", "local.a.b.2025-05-01"])
def test_an_id_that_is_no_nights_is_refused(tmp_path: Path, id: str) -> None:
    assert "is like local.2025-05-01" in refused(tmp_path, id=id)


def test_a_ward_without_a_number_of_seats_has_as_many_as_are_called_elected(tmp_path: Path) -> None:
    found = made(tmp_path, WARDS.replace("All,2,1000", "All,,1000"))
    assert past(found).definition.contests[0].seats == 2
    assert any("no number of seats" in str(note) for note in found.notes)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Lesley Clarke", ("Lesley", "Clarke")),
        ("Loader, J.", ("J.", "Loader")),
        ("Groves-Williams, L.", ("L.", "Groves-Williams")),
        ("Wye T.", ("T.", "Wye")),
        ("Beardmore K.J.P.", ("K.J.P.", "Beardmore")),
        ("Harding J.d.V.", ("J.d.V.", "Harding")),
        ("Marshall J.P./.", ("J.P./.", "Marshall")),
        ("Tagl", ("", "Tagl")),
    ],
)
def test_names_are_read_in_each_of_the_shapes_that_they_have(text: str, names: tuple[str, str]) -> None:
    assert person(text) == names


@pytest.mark.parametrize(
    ("text", "name", "id"),
    [
        ("Bristol, City Of", "Bristol", "local.bristol"),
        ("Basingstoke & Deane", "Basingstoke and Deane", "local.basingstoke-and-deane"),
        ("Basingstoke And Deane", "Basingstoke and Deane", "local.basingstoke-and-deane"),
        ("King's Lynn And West Norfolk", "King's Lynn and West Norfolk", "local.kings-lynn-and-west-norfolk"),
        ("Stratford-On-Avon", "Stratford-on-Avon", "local.stratford-on-avon"),
        ("County Durham", "Durham", "local.durham"),
    ],
)
def test_a_council_has_one_name_and_id_however_it_is_spelt(text: str, name: str, id: str) -> None:
    assert (council_name(text), council_id(text)) == (name, id)


@pytest.mark.parametrize(
    ("text", "council", "id"),
    [
        ("Conservative and Unionist Party", "", "PP52"),
        ("Labour and Co-operative Party", "", "joint-party:53-119"),
        ("REF", "", "PP7931"),
        ("ND", "", "ynmp-party:2"),
        ("Lincolnshire Independents Lincolnshire First", "", "PP733"),
        ("The Official Monster Raving Loony Party", "", "PP66"),
        ("Freedom Alliance", "", "PP17509"),
        ("Majority", "", "unregistered:majority"),
        ("RES", "Warwick", "unregistered:whitnash-residents-association"),
        ("RES", "Epsom & Ewell", "unregistered:res"),
        ("OWL", "", "unregistered:our-west-lancashire"),
    ],
)
def test_a_party_has_its_registered_id_or_one_of_its_name(text: str, council: str, id: str) -> None:
    assert party(text, council).id == id


def test_the_command_makes_the_file_and_says_what_is_odd(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = made(tmp_path).text
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    out = tmp_path / "night.jsonl"
    files = ["--contests", str(tmp_path / "wards.csv"), "--candidates", str(tmp_path / "candidates.csv")]
    named = ["--id", "local.2025-05-01", "--title", "2025 local elections"]
    options = parser.parse_args(["import", *files, *named, "--out", str(out)])
    assert options.call(options, Settings(data_dir=tmp_path)) == 0
    assert out.read_text(encoding="utf-8") == text and json.loads(text.partition("\n")[0])["contests"] == 3
    assert read(out).definition.title == "2025 local elections"
    said = capsys.readouterr()
    assert "Noted: wards.csv, line 2: In Abbey & Mill" in said.err and "3 contests" in said.out
