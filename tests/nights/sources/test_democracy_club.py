"""Democracy Club's CSV becomes the night that is in the archive, or a list of all that is wrong with it."""

import csv
from io import StringIO
from itertools import islice
from pathlib import Path

import pytest

from server.election.counting.figures.doubts import doubts_about_papers
from server.election.deciding.checks import check_figures, check_papers
from server.election.events import Declared
from server.election.nights import fold
from server.nights import archive
from server.nights.archive import past_night
from server.nights.format import parsed
from server.nights.past import PastNight
from server.nights.sources.importer import ImportRefused, import_night
from server.nights.sources.importer import imported as import_with_notes
from server.nights.sources.source import Source
from server.nights.written.lines import ContestLine
from tests.nights.library import CONTESTS, files

CLACTON, HEYWOOD = "parl.clacton.by.2014-10-09", "parl.heywood-and-middleton.by.2014-10-09"
NAMES = {"PP52": "Conservative and Unionist Party", "PP53": "Labour Party", "PP90": "Liberal Democrats"}

Row = dict[str, str]


def lines_of(night: str, number: int) -> list[ContestLine]:
    """The first contests of a shipped night, as its file has them."""
    with (archive.FOLDER / f"{night}.jsonl").open("rb") as file:
        first, *rest = islice(file, number + 1)
    promised = first.replace(b'"contests":650', b'"contests":%d' % number)
    return list(parsed(b"".join([promised, *rest]), night)[1])


def rows_of(night: str, number: int = 1) -> list[Row]:
    """These contests as Democracy Club exports them: its columns, one row a candidate, by the last word of the name."""
    parties = {party.id: party.name for party in archive.load(night).definition.parties}
    found: list[Row] = []
    for line in lines_of(night, number):
        elected = max(line.candidates, key=lambda one: one.votes)
        for one in sorted(line.candidates, key=lambda one: one.name.split()[-1]):
            found.append(
                {
                    "person_id": str(len(found) + 1),
                    "person_name": one.name,
                    "election_id": f"parl.{line.ballot.split('.')[-1]}",
                    "ballot_paper_id": line.ballot,
                    "party_name": NAMES.get(one.party, parties[one.party]),
                    "party_id": one.party,
                    "post_label": line.name,
                    "cancelled_poll": "f",
                    "seats_contested": "1",
                    "gss": line.gss,
                    "nuts1": line.region,
                    "votes_cast": str(one.votes),
                    "elected": "t" if one is elected else "f",
                    "tied_vote_winner": "f",
                    "spoilt_ballots": "" if line.rejected is None else str(line.rejected),
                    "total_electorate": str(line.electorate),
                }
            )
    return found


def export(folder: Path, rows: list[Row]) -> Path:
    text = StringIO()
    table = csv.DictWriter(text, rows[0].keys())
    table.writeheader()
    table.writerows(rows)
    path = folder / "export.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def imported(folder: Path, rows: list[Row], night: str, against: str | None = None) -> PastNight:
    baseline = archive.load(against) if against else None
    text = import_night(None, export(folder, rows), id=night, title="A night", baseline=baseline)
    return past_night(*parsed(text.encode(), night))


def refused(folder: Path, rows: list[Row], night: str = CLACTON, contests: Path | None = None) -> list[str]:
    with pytest.raises(ImportRefused) as caught:
        import_night(contests, export(folder, rows), id=night, title="A night")
    return [str(problem) for problem in caught.value.problems]


def changed(column: str, value: str, at: int = 0) -> list[Row]:
    rows = rows_of(CLACTON)
    rows[at] = rows[at] | {column: value}
    return rows


def test_ten_contests_of_2019_are_as_in_the_archive(tmp_path: Path) -> None:
    night = "parl.2019-12-12"
    past = imported(tmp_path, rows_of(night, 10), night, "parl.2017-06-08")
    known = fold(archive.load(night).events)
    assert len(past.definition.contests) == 10 and past.definition.times == "assumed"
    for ballot, count in fold(past.events).counts.items():
        now, then = count.result, known.counts[ballot].result  # only who sits in the Commons is not in the export
        assert now and then and (now.verdict, now.swing, now.rejected) == (then.verdict, then.swing, then.rejected)
        assert (now.turnout_papers, now.turnout_valid) == (then.turnout_papers, then.turnout_valid)
        assert [(one.candidate.id, one.candidate.name, one.votes, one.change) for one in now.lines] == [
            (one.candidate.id, one.candidate.name, one.votes, one.change) for one in then.lines
        ]
        assert count.contest.region == known.counts[ballot].contest.region
        assert count.contest.nation == known.counts[ballot].contest.nation
    assert "Democracy Club" in past.definition.attribution and "Parliamentary" in past.definition.attribution


def test_by_elections_of_one_day_are_a_night_together_or_each_its_own(tmp_path: Path) -> None:
    rows = rows_of(CLACTON) + rows_of(HEYWOOD)
    both = imported(tmp_path, rows, "parl.2014-10-09", "parl.2010-05-06")
    counts = fold(both.events).counts
    verdicts = [one.result.verdict.text(fold(both.events).parties) for one in counts.values() if one.result]
    assert verdicts == ["UKIP gain from Con", "Lab hold"] and both.definition.seats == 0
    (alone,) = imported(tmp_path, rows, HEYWOOD).definition.contests
    assert alone.ballot == HEYWOOD


def test_without_a_baseline_a_seat_is_won_but_neither_held_nor_gained(tmp_path: Path) -> None:
    night = fold(imported(tmp_path, rows_of(CLACTON), CLACTON).events)
    result = night.counts[CLACTON].result
    assert result and result.verdict.text(night.parties) == "UKIP win" and result.swing is None


def test_without_an_electorate_there_is_no_turnout(tmp_path: Path) -> None:
    rows = [row | {"total_electorate": ""} for row in rows_of(CLACTON)]
    result = fold(imported(tmp_path, rows, CLACTON).events).counts[CLACTON].result
    assert result and (result.valid, result.turnout_valid, result.turnout_papers) == (35_338, None, None)


def test_without_an_electorate_papers_and_votes_are_counted_all_the_same(tmp_path: Path) -> None:
    rows = [{name: row[name] for name in list(row)[:11]} for row in rows_of(CLACTON)]
    (contest,) = imported(tmp_path, rows, CLACTON).definition.contests
    assert contest.electorate == 0
    assert check_papers(contest, 35_386) == doubts_about_papers(contest, 35_386, None) == []
    votes = {one.id: 4000 + int(one.id) for one in contest.candidates}
    assert check_figures(contest, votes, None, None, None) == []


def test_before_the_count_there_are_candidates_and_nothing_is_declared(tmp_path: Path) -> None:
    rows = [{name: row[name] for name in list(row)[:11]} for row in rows_of(CLACTON)]
    past = imported(tmp_path, rows, CLACTON)
    assert len(past.events) == 1 and past.definition.times == "recorded"
    assert past.definition.contests[0].candidates[0].name == "Douglas Carswell"


def test_names_of_the_ballot_paper_go_before_the_last_word(tmp_path: Path) -> None:
    rows = [row | {"sopn_last_name": "", "sopn_first_names": ""} for row in rows_of(CLACTON)]
    rows[0] |= {"sopn_last_name": "Young Carswell", "sopn_first_names": "Douglas"}
    (contest,) = imported(tmp_path, rows, CLACTON).definition.contests
    assert contest.candidates[-1].name == "Douglas Carswell"


def test_parties_have_the_names_of_the_archive_or_an_abbreviation_made_of_their_own(tmp_path: Path) -> None:
    rows = rows_of(CLACTON)
    for row, name in zip(rows, ("Reform UK", "Workers Party of Britain", "The Pier Party"), strict=False):
        row |= {"party_name": name, "party_id": "PP7931" if name == "Reform UK" else f"PP9{len(name)}"}
    parties = imported(tmp_path, rows, CLACTON).definition.parties
    assert {("Reform UK", "RUK"), ("Workers Party of Britain", "WPB"), ("The Pier Party", "Pier")} < {
        (one.name, one.short) for one in parties
    }
    assert ("Labour", "Lab") in {(one.name, one.short) for one in parties}


def test_a_tie_is_won_by_the_one_whose_lot_was_drawn(tmp_path: Path) -> None:
    rows = [row | {"elected": "f"} for row in rows_of(CLACTON)]
    rows[1] |= {"votes_cast": rows[0]["votes_cast"]}
    assert "export.csv, line 2: Clacton is a tie, and the file does not say who won." in refused(tmp_path, rows)
    rows[1] |= {"tied_vote_winner": "t"}
    past = imported(tmp_path, rows, CLACTON)
    assert [event.lot for event in past.events if isinstance(event, Declared)] == ["2"]


def test_contests_of_the_library_add_what_is_not_in_the_export(tmp_path: Path) -> None:
    keep = ("person_name", "ballot_paper_id", "party_name", "party_id", "votes_cast")
    rows = [{name: row[name] for name in keep} for row in rows_of(CLACTON)]
    contests = tmp_path / "contests.csv"
    contests.write_text(
        "By-election date,ONS ID,Constituency name,Region name,Country name,Electorate,Declaration time\n"
        "09/10/2014,E14000642,Clacton,East of England,England,69118,10/10/2014 02:45\n"
    )
    text = import_night(contests, export(tmp_path, rows), id=CLACTON, title="Clacton")
    past = past_night(*parsed(text.encode(), CLACTON))
    assert past.definition.times == "recorded" and past.definition.contests[0].electorate == 69_118
    assert past.events[-1].at.isoformat() == "2014-10-10T02:45:00+01:00"
    other, _ = files(tmp_path, CONTESTS)
    assert refused(tmp_path, rows, contests=other) == [f"export.csv, line 2: {CLACTON} is not in contests.csv."]


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("votes_cast", "many", "line 2: votes_cast: 'many' is not a whole number."),
        ("votes_cast", "", "line 2: votes_cast of Douglas Carswell is empty, though others"),
        ("votes_cast", "1", "The winner in Clacton is Douglas Carswell, but most votes are for Giles Walting."),
        ("votes_cast", "99999", "are more than the electorate of 69,118."),
        ("elected", "perhaps", "line 2: elected is 'perhaps': it should be yes or no."),
        ("total_electorate", "69119", "line 3: total_electorate is 69,118, but 69,119 on line 2 of the same ballot."),
        ("seats_contested", "3", "In parl.clacton.by.2014-10-09 more than one is elected"),
        ("party_lists_in_use", "t", "In parl.clacton.by.2014-10-09 more than one is elected"),
        ("party_id", "UKIP", "line 2: party_id is 'UKIP': it should look like PP85."),
        ("party_name", "", "line 2: party_name is empty."),
        ("person_name", "", "line 2: person_name is empty."),
        ("ballot_paper_id", "", "line 2: ballot_paper_id is empty."),
        ("gss", "clacton", "gss of Clacton is 'clacton'"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, column: str, value: str, sentence: str) -> None:
    rows = changed(column, value)
    for row in rows:
        row.setdefault(column, "f")
    assert any(sentence in one for one in refused(tmp_path, rows)), refused(tmp_path, rows)


def test_a_seat_is_found_in_the_archive_by_its_ballot_id_and_asked_for_where_it_is_not_there(tmp_path: Path) -> None:
    plain = [{name: value for name, value in row.items() if name not in ("gss", "nuts1")} for row in rows_of(CLACTON)]
    (found,) = imported(tmp_path, plain, CLACTON).definition.contests
    assert (found.gss, found.region, found.nation) == ("E14000642", "East of England", "England")

    def elsewhere(row: Row, **more: str) -> Row:
        return row | {"ballot_paper_id": "parl.wexcombe.by.2014-10-09", "post_label": "Wexcombe"} | more

    night = "parl.wexcombe.by.2014-10-09"
    assert refused(tmp_path, list(map(elsewhere, plain)), night) == [
        "export.csv, line 2: gss of Wexcombe is missing, and the archive has no such seat. Export it, or give "
        "--contests."
    ]
    coded = [elsewhere(row, gss="E14000999", nuts1="") for row in plain]
    assert refused(tmp_path, coded, night) == [
        "export.csv, line 2: nuts1, the region of Wexcombe, is empty. Export it, or give --contests."
    ]


def test_a_candidate_twice_and_two_who_are_elected_are_named_with_both_lines(tmp_path: Path) -> None:
    rows = rows_of(CLACTON)
    problems = refused(tmp_path, [*rows, rows[0]])
    assert "export.csv, line 10: Douglas Carswell with the id 1 is already on line 2." in problems
    other = rows[1] | {"person_name": "Somebody Else", "elected": "f", "votes_cast": "1"}
    assert refused(tmp_path, [*rows, other]) == [
        f"export.csv, line 10: Somebody Else has the id of {rows[1]['person_name']} on line 3: one person stands once. "
        "Leave one out, or put the id right."
    ]
    assert "export.csv, line 10: elected is t, but Douglas Carswell is that already, on line 2." in problems


def test_a_day_that_is_not_its_ballots_is_named(tmp_path: Path) -> None:
    rows = [row | {"election_date": "2014-10-09"} for row in rows_of(CLACTON)]
    rows[0]["election_date"] = "2014-09-10"
    assert refused(tmp_path, rows) == [
        f"export.csv, line 2: election_date is 2014-09-10, and {CLACTON} is of another day: put one right."
    ]


def test_ids_in_other_letters_and_what_nobody_sees_change_nothing(tmp_path: Path) -> None:
    rows = rows_of(CLACTON)
    odd = [
        rows[0] | {"party_id": rows[0]["party_id"].lower(), "person_name": f"{rows[0]['person_name']}\u200b"},
        rows[1] | {"ballot_paper_id": f"{rows[1]['ballot_paper_id'].title()}\ufeff"},
        *rows[2:],
    ]
    assert imported(tmp_path, odd, CLACTON) == imported(tmp_path, rows, CLACTON)


def test_a_row_of_totals_in_welsh_is_one_error_that_says_what_it_is(tmp_path: Path) -> None:
    total = dict.fromkeys(rows_of(CLACTON)[0], "") | {
        "person_name": "Cyfanswm",
        "ballot_paper_id": CLACTON,
        "votes_cast": "35338",
    }
    assert refused(tmp_path, [*rows_of(CLACTON), total]) == [
        "export.csv, line 10: Cyfanswm is no candidate and no party: leave this row out."
    ]


def test_another_election_and_a_library_file_without_contests_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, rows_of(CLACTON), "parl.2015-05-07") == [
        "export.csv: There is no ballot of parl.2015-05-07 in it."
    ]
    _, candidates = files(tmp_path)
    with pytest.raises(ImportRefused, match="the contests must be given with it"):
        import_night(None, candidates, id="parl.2019-12-12", title="A night")


WITHOUT_OPTIONS = (
    *("person_id", "person_name", "election_id", "ballot_paper_id", "election_date", "election_current"),
    *("party_name", "party_id", "post_label", "cancelled_poll", "seats_contested"),
)


def without_options(rows: list[Row]) -> list[Row]:
    """As Democracy Club's site exports them where no more fields are asked for: before the count, without codes."""
    more = {"election_date": "2014-10-09", "election_current": "t"}
    return [{name: (row | more)[name] for name in WITHOUT_OPTIONS} for row in rows]


def test_an_export_without_options_is_a_night_that_waits_for_its_count(tmp_path: Path) -> None:
    rows = without_options(rows_of(CLACTON) + rows_of(HEYWOOD))
    past = imported(tmp_path, rows, "parl.2014-10-09", "parl.2010-05-06")
    assert [(one.ballot, one.gss, one.region) for one in past.definition.contests] == [
        (CLACTON, "E14000642", "East of England"),
        (HEYWOOD, "E14000747", "North West"),
    ]
    assert len(past.events) == 1 and past.no_polls == {}


def test_the_export_of_the_club_with_results_is_read_and_holds_no_ballot_of_parliament() -> None:
    head = """\
person_id,person_name,election_id,ballot_paper_id,election_date,election_current,party_name,party_id,post_label,\
cancelled_poll,seats_contested,votes_cast,elected,tied_vote_winner,rank,turnout_reported,spoilt_ballots,\
total_electorate,turnout_percentage,results_source
1,Kim Moss,local.adur.2026-05-07,local.adur.buckingham.2026-05-07,2026-05-07,f,Labour,PP53,Cross,f,1,9,t,f,1,,6,,5,x
"""
    club = """\
7,Ann Abel,parl.2026-05-07,parl.clacton.by.2026-05-07,2026-05-07,f,Reform UK,PP7931,Clacton,f,1,8,t,f,1,,6,,53.70,
8,Ben Bell,parl.2026-05-07,parl.clacton.by.2026-05-07,2026-05-07,f,Labour Party,PP53,Clacton,f,1,3,f,f,2,,6,,53.70,
"""
    night = "parl.clacton.by.2026-05-07"
    text = import_night(None, Source("export.csv", (head + club).encode()), id=night, title="Clacton")
    (contest,) = parsed(text.encode(), night)[1]
    assert (contest.gss, contest.name, contest.rejected) == ("E14001174", "Clacton", 6)
    with pytest.raises(ImportRefused, match=r"There is no ballot of parl\.clacton\.by\.2026-05-07 in it"):
        import_night(None, Source("export.csv", head.encode()), id=night, title="Clacton")


def test_rows_of_other_ballots_do_not_matter_even_if_they_are_wrong(tmp_path: Path) -> None:
    other = rows_of(HEYWOOD)
    wrong = [row | {"votes_cast": "many", "party_id": "", "gss": "x", "seats_contested": "9"} for row in other]
    assert imported(tmp_path, [*wrong, *rows_of(CLACTON)], CLACTON) == imported(tmp_path, rows_of(CLACTON), CLACTON)
    export(tmp_path, rows_of(CLACTON))
    with (tmp_path / "export.csv").open("ab") as file:
        file.write(b"1,Zo\xeb Torn,parl.2014-10-09,parl.other.by.2014-10-09\n")
    text = import_night(None, tmp_path / "export.csv", id=CLACTON, title="A night")
    assert past_night(*parsed(text.encode(), CLACTON)) == imported(tmp_path, rows_of(CLACTON), CLACTON)


def test_two_of_one_name_and_party_are_told_apart_by_their_ids(tmp_path: Path) -> None:
    rows = rows_of(CLACTON)
    twin = {name: rows[0][name] for name in ("person_name", "party_name", "party_id")}
    rows[1] |= twin
    past = imported(tmp_path, rows, CLACTON)
    names = [(one.name, one.party) for one in past.definition.contests[0].candidates]
    assert names.count(("Douglas Carswell", "PP85")) == 2
    result = fold(past.events).counts[CLACTON].result
    assert result and result.winner.votes == int(rows[0]["votes_cast"])

    tie = [row | {"votes_cast": "10", "elected": "f"} for row in rows]
    tie[1] |= {"tied_vote_winner": "t"}
    (declared,) = (event for event in imported(tmp_path, tie, CLACTON).events if isinstance(event, Declared))
    assert declared.lot == "2", "the second Douglas Carswell was drawn"


@pytest.mark.parametrize("votes", ["", "0"])
def test_a_cancelled_poll_is_countermanded_and_one_candidate_is_uncontested(tmp_path: Path, votes: str) -> None:
    rows = [row | {"votes_cast": votes, "elected": "f", "cancelled_poll": "t"} for row in rows_of(CLACTON)]
    (count,) = fold(imported(tmp_path, rows, CLACTON).events).counts.values()
    assert count.status == "countermanded" and count.result is None
    (count,) = fold(imported(tmp_path, rows[:1], CLACTON).events).counts.values()
    assert count.status == "uncontested" and count.result and count.result.winner.candidate.name == "Douglas Carswell"


def test_one_candidate_whose_poll_is_not_cancelled_is_noted_and_a_cancelled_poll_has_no_votes(tmp_path: Path) -> None:
    (row,) = (row | {"votes_cast": "", "elected": "f"} for row in rows_of(CLACTON)[:1])
    found = import_with_notes(None, export(tmp_path, [row]), id=CLACTON, title="A night")
    assert [str(note) for note in found.notes] == [
        "export.csv, line 2: Clacton has one candidate, who is elected without a poll. If others are still to come, "
        "import it then."
    ]
    assert "export.csv, line 2: cancelled_poll is t in Clacton, but there are votes." in refused(
        tmp_path, changed("cancelled_poll", "t")
    )


def test_candidates_of_one_party_keep_the_descriptions_they_stand_under(tmp_path: Path) -> None:
    rows = [row | {"party_description_text": ""} for row in rows_of(CLACTON)]
    rows[0] |= {"party_description_text": "UKIP: Leave and Be Free"}
    rows[1] |= {"party_id": rows[0]["party_id"], "party_name": "Independence from Europe"}
    (contest,) = imported(tmp_path, rows, CLACTON).definition.contests
    names = {one.name: one.description or "" for one in contest.candidates if one.party == "PP85"}
    assert sorted(names.values()) == ["Independence from Europe", "UKIP: Leave and Be Free"]
