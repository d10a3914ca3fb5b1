"""A night as tables: their columns, that other people's programs read them, and that an import gives the night back."""

import csv
import sqlite3
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from server.election.commands import Withdraw
from server.election.events import Declared
from server.election.nights import fold
from server.feeds.tables import database, files, library
from server.feeds.tables.columns import TABLES
from server.feeds.tables.rows import Cell
from server.feeds.tables.text import BYTE_ORDER_MARK, comma_separated
from server.html.languages import ENGLISH
from server.nights import archive
from server.nights.archive import past_night
from server.nights.files import past_in, record_events
from server.nights.format import parsed
from server.nights.past import PastNight
from server.nights.sources.importer import import_night
from server.nights.sources.source import Source
from server.nights.written.exported import OF_RECORD, NoRecord, record_in
from server.pages.render import PageRenderer
from tests.conftest import PATIENCE_SECONDS
from tests.feeds.site import GENERAL, ROCHESTER, Site, carry_out

TABLES_OF = f"/api/nights/{GENERAL}/tables"
MAYOR = "mayor.london.2021-05-06"
ALDERSHOT = "parl.aldershot.2019-12-12"


def table(client: TestClient, address: str) -> list[dict[str, str]]:
    """The rows of a CSV as a program reads them."""
    return list(csv.DictReader(StringIO(client.get(address).text)))


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_the_columns_that_are_described(client: TestClient, name: str) -> None:
    described = client.get("/api/tables").json()
    rows = client.get(f"/api/nights/local.2025-05-01/tables/{name}.csv").text.splitlines()
    names = [one["name"] for one in described["tables"][name]["columns"]]
    assert described["version"] == 1 and rows[0].split(",") == names and len(rows) > 1
    objects = client.get(f"/api/nights/local.2025-05-01/tables/{name}.jsonl").text.splitlines()
    assert len(objects) == len(rows) - 1


def test_a_name_is_no_formula_in_a_spreadsheet_and_figures_stay_figures() -> None:
    rows = [("=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-1", -1, -0.5, "O’Neill - =1"), ("\tx", None, True)]
    told = list(csv.reader(StringIO(comma_separated(rows).decode())))
    assert told[0] == ["'=cmd|' /C calc'!A0", "'@SUM(1)", "'+1", "'-1", "-1", "-0.5", "O’Neill - =1"]
    assert told[1] == ["'\tx", "", "true"]


def test_the_figures_are_those_of_the_json(client: TestClient) -> None:
    state = client.get(f"/api/nights/{GENERAL}").json()
    contests = {row["ballot"]: row for row in table(client, f"{TABLES_OF}/contests.csv")}
    for one in state["contests"]:
        row = contests[one["ballot"]]
        assert (row["verdict"], row["elected"]) == (one["verdict"], one["winner"]["name"])
        assert int(row["majority"]) == one["majority"]
        assert float(row["turnout_papers_percent"] or 0) == pytest.approx(one["turnout"]["papers"] or 0, abs=1e-4)
    for row, party in zip(table(client, f"{TABLES_OF}/parties.csv"), state["parties"], strict=True):
        assert (row["party_id"], int(row["seats"]), int(row["net"])) == (party["id"], party["seats"], party["net"])
    of_one = table(client, f"/api/nights/{GENERAL}/contests/{ALDERSHOT}.csv")
    assert of_one == [row for row in table(client, f"{TABLES_OF}/candidates.csv") if row["ballot"] == ALDERSHOT]


def test_a_table_takes_a_moment_a_baseline_and_a_language() -> None:
    with Site(renderer=PageRenderer()).client() as client:
        early = table(client, f"{TABLES_OF}/contests.csv?at=2019-12-12T23:30")
        assert [row["status"] for row in early].count("declared") == 2
        against = table(client, f"{TABLES_OF}/contests.csv?baseline=by-elections")
        verdicts = {row["ballot"]: row["verdict"] for row in against}
        assert verdicts["parl.brecon-and-radnorshire.2019-12-12"] == "Con gain from LD"
        welsh = table(client, f"{TABLES_OF}/parties.csv?lang=cy")
        assert welsh[0]["party"] == "Ceidwadwyr" and welsh[0]["party_id"] == "PP52"
        english = client.get(f"{TABLES_OF}/parties.csv", headers={"Accept-Language": "cy"}).text
        assert "Ceidwadwyr" not in english


def test_a_poller_is_told_that_nothing_is_new_and_a_spreadsheet_which_letters_these_are(client: TestClient) -> None:
    plain = client.get(f"{TABLES_OF}/candidates.csv")
    headers = plain.headers
    assert (headers["content-type"], headers["access-control-allow-origin"]) == ("text/csv; charset=utf-8", "*")
    assert headers["cache-control"] == "max-age=0, must-revalidate, s-maxage=1"
    again = client.get(f"{TABLES_OF}/candidates.csv", headers={"If-None-Match": headers["etag"]})
    assert again.status_code == 304 and not again.content
    marked = client.get(f"{TABLES_OF}/candidates.csv?bom=1")
    assert marked.content == b"\xef\xbb\xbf" + plain.content and marked.headers["etag"] != headers["etag"]


def test_a_poll_is_answered_again_as_it_was_until_the_night_moves_on(site: Site, client: TestClient) -> None:
    channel = site.replay(ROCHESTER, until=4)
    address = f"/api/nights/{ROCHESTER}.replay/tables/contests.csv"
    zipped = [client.get(address, headers={"Accept-Encoding": "gzip"}) for _ in range(2)]
    plain = [client.get(address, headers={"Accept-Encoding": "identity"}) for _ in range(2)]
    for first, again in (zipped, plain):
        assert (again.content, again.headers) == (first.content, first.headers)
    assert zipped[1].headers["content-encoding"] == "gzip" and "content-encoding" not in plain[1].headers
    known = {"If-None-Match": plain[0].headers["etag"]}
    unchanged = client.get(address, headers=known | {"Accept-Encoding": "identity"})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers.items() >= {"etag": plain[0].headers["etag"], "access-control-allow-origin": "*"}.items()
    assert "content-type" not in unchanged.headers
    assert client.get(f"{address}?bom=1").content == BYTE_ORDER_MARK + plain[0].content
    channel.advance(archive.load(ROCHESTER).events[4:])
    newer = client.get(address, headers=known)
    assert newer.status_code == 200 and "gain" in newer.text
    assert client.get(address, headers=known).content == newer.content
    assert client.get(address, headers={"If-None-Match": newer.headers["etag"]}).status_code == 304


def test_a_withdrawal_changes_the_line_of_its_contest_alone(site: Site, client: TestClient) -> None:
    channel = site.replay(GENERAL)
    address = f"/api/nights/{GENERAL}.replay/tables/contests.csv"
    before = client.get(address)
    carry_out(channel, Withdraw(id="w", by="desk", ballot=ALDERSHOT, reason="Another was read out."))
    after = client.get(address, headers={"If-None-Match": before.headers["etag"]})
    changed = set(after.text.splitlines()) ^ set(before.text.splitlines())
    assert after.status_code == 200 and len(changed) == 2
    assert any(f"{ALDERSHOT},Aldershot" in line and ",withdrawn,,," in line for line in changed)


def test_a_chart_has_a_row_an_entry_and_a_line_that_says_as_at_when(client: TestClient) -> None:
    first, header, *entries = client.get(f"/api/nights/{GENERAL}/chart.csv?note=1").text.splitlines()
    assert first.startswith('"2019 general election · 650 of 650 declared, as at ') and first.endswith(f'{GENERAL}"')
    assert header == "party,name,colour,seats,net,votes,share"
    assert entries[0] == "Con,Conservative,#0087dc,365,48,13966454,43.6"
    told = client.get(f"/api/nights/{GENERAL}/chart.json").json()
    assert told["annotate"]["notes"].startswith("650 of 650 declared, as at ")
    people = client.get(f"/api/nights/{ROCHESTER}/chart.csv").text.splitlines()
    assert people[1] == "Mark Reckless,UKIP,UK Independence Party,#70147a,16867,42.1,true" and len(people) == 14
    before, after = (
        client.get(f"/api/nights/{MAYOR}/chart.csv?note=1&at=2021-05-07T{at}").text.splitlines()
        for at in ("02:55", "03:55")
    )
    assert "London mayoral election: First preferences · " in before[0]
    assert before[2] == "Sadiq Aman Khan,Lab,Labour,#e4003b,1013721,40.0,", "on air before it is known who is elected"
    assert "best candidate" not in before[0]
    for query in ("", "?contest=local.buckinghamshire.abbey.2025-05-01"):
        wards = client.get(f"/api/nights/local.2025-05-01/chart.json{query}").json()["annotate"]["notes"]
        assert wards.endswith("Shares are of the votes of each party’s best candidate in each contest declared so far.")
    assert before[3].startswith("Shaun Bailey,Con,") and after[2] == f"{before[2]}true"


def test_sqlite_opens_a_night_and_refers_from_candidate_to_contest(client: TestClient, tmp_path: Path) -> None:
    answer = client.get(f"/api/nights/{GENERAL}/tables.sqlite")
    (tmp_path / "night.sqlite").write_bytes(answer.content)
    file = sqlite3.connect(tmp_path / "night.sqlite")
    assert file.execute("PRAGMA foreign_key_check").fetchall() == []
    seats = "SELECT count(*) FROM candidates JOIN contests USING (ballot) WHERE candidates.elected AND gss LIKE 'E%'"
    assert file.execute(seats.replace("gss", "contests.gss")).fetchone() == (533,)
    assert file.execute("SELECT sum(seats) FROM parties").fetchone() == (650,)
    assert {one for (one,) in file.execute('SELECT "table" FROM columns')} == set(TABLES)
    file.close()
    assert answer.headers["content-disposition"] == f'attachment; filename="{GENERAL}.sqlite"'


def test_files_are_made_for_an_address_six_times_a_minute_and_shared(client: TestClient) -> None:
    times = ["20T22:00", "20T22:20", "20T22:40", "20T23:15", "20T23:30", "21T01:15", "21T01:16", "21T01:30"]
    moments = [f"/api/nights/{ROCHESTER}/tables.sqlite?at=2014-11-{time}" for time in times]
    statuses = [client.get(address).status_code for address in moments]
    assert statuses == [200] * 6 + [429] * 2
    refused = client.get(moments[-1])
    assert "Nothing is lost" in refused.json()["detail"] and int(refused.headers["retry-after"]) <= 60
    assert client.get(moments[0]).status_code == 200


def test_who_would_wait_long_for_a_file_is_told_when_to_ask_again(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/api/nights/{GENERAL}/tables.sqlite"
    monkeypatch.setattr(files, "_WAITS", 0.0)
    refused = client.get(address)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert refused.json()["detail"] == "The file is being made. Please ask again in a few seconds."
    monkeypatch.setattr(files, "_WAITS", PATIENCE_SECONDS)
    assert client.get(address).content.startswith(b"SQLite format 3")


def given_back(night: str) -> tuple[object, object]:
    """A shipped night, and what the importer makes of it as the Library's two files; without what it is compared with
    where those are estimates, which the two files do not have."""
    past = archive.load(night)
    state = fold(past.events)
    dated, declared = library.of_by_elections(state), [count for count in state.counts.values() if count.result]

    def file(name: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Source:
        kept = [at for at, column in enumerate(columns) if dated or not column.endswith(" date")]
        return Source(name, comma_separated([row[at] for at in kept] for row in (columns, *rows)))

    contests = file("contests.csv", library.CONTESTS, [tuple(library.contest_row(state, one)) for one in declared])
    people = [row for one in declared for row in library.candidate_rows(state, one)]
    before = next((one.id for one in archive.listed() if one.title == past.definition.baseline), None)
    text = import_night(
        contests,
        file("candidates.csv", library.CANDIDATES, people),
        id=night,
        title=past.definition.title,
        baseline=archive.load(before) if before else None,
    )
    again = past_night(*parsed(text.encode(), night))
    if before:
        return (past.definition, past.events), (again.definition, again.events)
    return _alone(past), _alone(again)


def _alone(past: PastNight) -> tuple[object, ...]:
    contests = tuple(replace(contest, previous=None) for contest in past.definition.contests)
    standing = {candidate.party for contest in contests for candidate in contest.candidates}
    parties = tuple(party for party in past.definition.parties if party.id in standing)
    return (replace(past.definition, baseline="", contests=contests, parties=parties), past.events[1:])


@pytest.mark.parametrize("night", [one.id for one in archive.of_the_house() if one.contests > 1] + ["by-elections"])
def test_the_librarys_two_files_give_a_night_of_the_house_back(night: str) -> None:
    """Every general election and every third by-election; ``python -m tests.feeds.given_back`` tries all."""
    small = [one.id for one in archive.of_the_house() if one.contests == 1][::3]
    for each in small if night == "by-elections" else [night]:
        shipped, again = given_back(each)
        assert again == shipped, each


def test_every_shipped_night_is_the_same_night_as_its_record(client: TestClient) -> None:
    """Councils and mayors too: a record is what ``python -m server import`` takes of any night."""
    for one in archive.listed():
        record = client.get(f"/api/nights/{one.id}/record", headers={"Accept-Encoding": "identity"}).content
        again, shipped = past_in(record, one.id), archive.load(one.id)
        assert again.definition == shipped.definition, one.id
        assert again.events == record_events(shipped)[: len(again.events)] and again.events, one.id
        assert len(again.events) == len(shipped.events), one.id


def test_every_shipped_night_is_the_same_night_as_its_sqlite_file_and_its_json_lines() -> None:
    """Figures, history and all: of the record that both hold."""
    for one in archive.listed():
        shipped = archive.load(one.id)
        for export in (database.written, database.lines):
            data = export([fold(shipped.events)], ENGLISH, shipped.events)
            again = past_in(record_in(data, one.id), one.id)
            assert (again.definition, again.events) == (shipped.definition, shipped.events), one.id


def test_a_file_of_a_night_holds_its_record_and_tables_without_one_are_refused(client: TestClient) -> None:
    record = client.get(f"/api/nights/{ROCHESTER}/record").content
    moment = client.get(f"/api/nights/{ROCHESTER}/tables.jsonl?at=2014-11-21T01:15").content
    assert 0 < moment.count(OF_RECORD) < record.count(b"\n")
    for kind in ("sqlite", "jsonl"):
        answer = client.get(f"/api/nights/{ROCHESTER}/tables.{kind}?lang=cy&baseline=2010")
        assert answer.headers["content-disposition"] == f'attachment; filename="{ROCHESTER}.{kind}"', answer.text
        assert record_in(answer.content, kind) == record
    without = [database.written([], ENGLISH), database.lines([fold(archive.load(ROCHESTER).events)], ENGLISH)]
    for data in (*without, b"SQLite format 3\0 and no more"):
        with pytest.raises(NoRecord, match="no record of a night"):
            record_in(data, "tables")


def test_the_archive_is_an_object_a_row_of_each_night(client: TestClient) -> None:
    while (answer := client.get("/api/archive.jsonl")).status_code == 503:  # it is being made
        pass
    rows = [msgspec.json.decode(line) for line in answer.content.splitlines()]
    assert {row["table"] for row in rows} == set(TABLES)
    contests = {(row["night"], row["ballot"]) for row in rows if row["table"] == "contests"}
    assert len({night for night, _ in contests}) == len(archive.listed())
    assert len(contests) == sum(one.contests for one in archive.listed())


def test_the_librarys_files_are_of_the_house_alone(client: TestClient) -> None:
    refused = client.get("/api/nights/local.2025-05-01/tables/library-contests.csv")
    assert refused.status_code == 404 and "seats of the House of Commons" in refused.json()["detail"]
    dated = table(client, f"/api/nights/{ROCHESTER}/tables/library-candidates.csv")
    assert {row["Election date"] for row in dated} == {"20/11/2014"}
    assert "Election date" not in table(client, f"{TABLES_OF}/library-candidates.csv")[0]


@pytest.mark.parametrize("night", [GENERAL, "parl.clacton.by.2026-08-13"])
def test_democracy_clubs_columns_give_candidates_and_votes_back(client: TestClient, night: str) -> None:
    answer = client.get(f"/api/nights/{night}/tables/democracy-club.csv")
    text = import_night(None, Source("export.csv", answer.content), id=night, title="An election")
    again, shipped = past_night(*parsed(text.encode(), night)), archive.load(night)

    def votes(past: PastNight) -> dict[tuple[str, str, str], int]:
        papers = {contest.ballot: contest for contest in past.definition.contests}
        return {
            (event.ballot, papers[event.ballot].candidate(id).name, papers[event.ballot].candidate(id).party): number
            for event in past.events
            if isinstance(event, Declared)
            for id, number in event.votes.items()
        }

    assert votes(again) == votes(shipped)
