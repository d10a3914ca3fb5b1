"""The list of nights, a night, and a contest as JSON."""

from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from starlette.testclient import TestClient

from server.election.commands import (
    Correct,
    Declare,
    ExpectDeclaration,
    HoldNight,
    OpenNight,
    PostNote,
    ReachStage,
    RecordNoPoll,
    ReleaseNight,
    Withdraw,
)
from server.election.contests import Definition
from server.election.deciding.decide import decide
from server.election.events import NoPollState
from server.election.methods.figures import Rejected
from server.feeds.openapi import document
from server.live.channel import Channel
from server.nights import archive
from tests import nights_by_hand as by_hand
from tests.feeds.site import GENERAL, ROCHESTER, Site, carry_out
from tests.nights_by_hand import with_one_candidate

NIGHT = {
    *("night", "title", "seq", "at", "declared", "contests_total", "baseline", "parties", "contests"),
    *("state", "replay_of", "rehearsal", "times", "majority_line", "overall_majority", "attribution", "date", "head"),
}
PARTY = {"id", "name", "short", "seats", "gained", "lost", "net", "votes", "share", "change"}
CONTEST = {"ballot", "name", "gss", "status", "verdict", "winner", "majority", "turnout"} | {
    *("declared_at", "time_assumed", "expected"),
}
IN_FULL = CONTEST | {
    *(
        "night",
        "rehearsal",
        "seq",
        "region",
        "nation",
        "electorate",
        "valid",
        "rejected",
        "swing",
        "candidates",
        "history",
    ),
    *("previous", "why", "by_lot", "papers", "recount", "majority_share"),
}
CANDIDATE = {
    *("id", "name", "party", "party_name", "counted_as"),
    *("votes", "share", "change", "elected", "lost_deposit"),
}


def test_nights_on_air_come_first_and_past_ones_after_newest_first(site: Site, client: TestClient) -> None:
    site.replay(ROCHESTER, until=1)
    site.replay(GENERAL, until=3)
    nights = client.get("/api/nights").json()["nights"]
    assert [one["night"] for one in nights[:2]] == [f"{GENERAL}.replay", f"{ROCHESTER}.replay"]
    shipped = [one.id for one in archive.listed()]
    assert [one["night"] for one in nights[2:] if one["night"] in shipped] == shipped
    assert [one["state"] for one in nights] == ["on air"] * 2 + ["past"] * len(archive.listed() + archive.groups())
    assert nights[0] == {
        "night": f"{GENERAL}.replay",
        "title": "2019 general election",
        "date": "2019-12-12",
        "state": "on air",
        "replay_of": GENERAL,
        "rehearsal": False,
        "seq": 3,
        "declared": 2,
        "contests_total": 650,
    }
    assert next(one for one in nights if one["night"] == GENERAL) == nights[0] | {
        "night": GENERAL,
        "state": "past",
        "replay_of": None,
        "seq": None,
        "declared": 650,
    }


def test_a_replay_that_has_reached_its_end_is_past_and_listed_after_what_is_on_air(
    site: Site, client: TestClient
) -> None:
    site.replay(GENERAL, until=3)
    site.replay("parl.clacton.by.2026-08-13")
    nights = client.get("/api/nights").json()["nights"]
    told = [(one["night"], one["state"], one["seq"] is None) for one in nights[:2]]
    assert told == [(f"{GENERAL}.replay", "on air", False), ("parl.clacton.by.2026-08-13.replay", "past", False)]
    assert [client.get(f"/api/nights/{one}").json()["state"] for one, _, _ in told] == ["on air", "past"]


def test_night_on_air_under_a_past_ones_id_is_listed_once(site: Site, client: TestClient) -> None:
    site.put_on_air(*archive.load(ROCHESTER).events[:2])
    nights = [one for one in client.get("/api/nights").json()["nights"] if one["night"] == ROCHESTER]
    assert [(one["state"], one["declared"]) for one in nights] == [("on air", 0)]


def test_rochester_has_the_figures_that_were_declared(client: TestClient) -> None:
    night = client.get(f"/api/nights/{ROCHESTER}").json()
    assert night.keys() == NIGHT
    assert (night["declared"], night["contests_total"], night["state"]) == (1, 1, "past")
    assert night["baseline"] == "2010 general election"
    (contest,) = night["contests"]
    assert contest.keys() == IN_FULL
    assert contest["verdict"] == "UKIP gain from Con"
    assert contest["winner"] == {"name": "Mark Reckless", "party": "PP85", "counted_as": "PP85", "candidate": "11"}
    assert (contest["majority"], contest["electorate"], contest["valid"]) == (2920, 79163, 40065)
    assert contest["turnout"]["papers"] == pytest.approx(40113 * 100 / 79163)
    assert contest["turnout"]["valid"] == pytest.approx(40065 * 100 / 79163)
    assert f"{contest['turnout']['papers']:.2f}, {contest['turnout']['valid']:.2f}" == "50.67, 50.61"
    assert contest["rejected"]["total"] == 48
    assert contest["swing"]["from"] == "PP52"
    assert contest["swing"]["to"] == "PP85"
    first, *_ = contest["candidates"]
    assert first.keys() == CANDIDATE
    assert (first["name"], first["votes"], first["elected"]) == ("Mark Reckless", 16867, True)
    assert (first["party"], first["party_name"]) == ("PP85", "UK Independence Party")
    juby = next(one for one in contest["candidates"] if one["party"] == "PP90")
    assert (juby["votes"], f"{juby['share']:.2f}", juby["lost_deposit"]) == (349, "0.87", True)
    ukip = night["parties"][0]
    assert ukip.keys() == PARTY
    assert (ukip["id"], ukip["short"], ukip["seats"], ukip["gained"], ukip["net"]) == (
        "PP85",
        "UKIP",
        1,
        1,
        1,
    )


def test_general_election_has_totals_majority_and_contests_in_short(client: TestClient) -> None:
    night = client.get(f"/api/nights/{GENERAL}").json()
    seats = {one["id"]: one["seats"] for one in night["parties"]}
    expected = {"PP52": 365, "PP53": 202, "PP102": 48, "PP90": 11, "ynmp-party:12522": 1}
    assert {party: seats[party] for party in expected} == expected
    assert sum(seats.values()) == night["declared"] == len(night["contests"]) == 650
    assert night["majority_line"] == 326
    assert night["overall_majority"]["party"] == "PP52"
    assert all(one.keys() == CONTEST for one in night["contests"])
    ids = {one["id"] for one in night["parties"]}
    assert all(one["winner"]["counted_as"] in ids for one in night["contests"])


def test_contest_that_is_awaited_has_its_candidates_in_ballot_order_and_no_figures(
    site: Site, client: TestClient
) -> None:
    site.replay(ROCHESTER, until=1)
    night = client.get(f"/api/nights/{ROCHESTER}.replay").json()
    assert (night["declared"], night["parties"], night["overall_majority"]) == (0, [], None)
    contest = client.get(f"/api/nights/{ROCHESTER}.replay/contests/{ROCHESTER}").json()
    assert contest["status"] == "awaiting"
    for key in (
        "verdict",
        "winner",
        "majority",
        "declared_at",
        "valid",
        "rejected",
        "swing",
        "majority_share",
    ):
        assert contest[key] is None
    assert contest["turnout"] == {"papers": None, "valid": None}
    assert [one["id"] for one in contest["candidates"]] == [str(place) for place in range(1, 14)]
    assert {one["votes"] for one in contest["candidates"]} == {None}
    assert {one["lost_deposit"] for one in contest["candidates"]} == {None}
    assert contest["previous"]["holder"] == "PP52"
    assert contest["previous"]["valid"] == sum(one["votes"] for one in contest["previous"]["parties"])
    assert contest["history"] == []


def test_turnout_is_known_once_the_papers_are_verified(site: Site, client: TestClient) -> None:
    site.replay(ROCHESTER, until=7)
    contest = client.get(f"/api/nights/{ROCHESTER}.replay").json()["contests"][0]
    assert (contest["status"], contest["papers"]) == ("verified", 40113)
    assert contest["turnout"] == {"papers": pytest.approx(40113 * 100 / 79163), "valid": None}


def test_history_tells_every_event_of_a_contest_with_the_figures_of_its_time(site: Site, client: TestClient) -> None:
    channel, ballot = _by_hand(site), by_hand.ballot(0)
    for command in (
        ReachStage(id="1", by="Jane", ballot=ballot, stage="verified", papers=9),
        PostNote(id="2", by="desk", text="A recount is expected."),
        PostNote(id="3", by="desk", text="The hall is full.", ballot=ballot),
        by_hand.declare(0, con=5, lab=4),
        correct(ballot, "5", votes={"1": 4, "2": 5}),
        Withdraw(id="6", by="Jane", ballot=ballot, reason="A box was left out."),
        ReachStage(id="7", by="Jane", ballot=ballot, stage="recount"),
        Declare(id="8", by="Jane", ballot=ballot, votes={"1": 4, "2": 4}, rejected=Rejected(1), lot="2"),
    ):
        carry_out(channel, command)
    contest = client.get(f"/api/nights/night/contests/{ballot}").json()
    assert [one["what"] for one in contest["history"]] == [
        "Verified: 9 ballot papers.",
        "The hall is full.",
        "Declared: Con gain from Lab, Ann Abel elected, majority 1.",
        "Figures corrected: Lab hold, Ben Bond elected, majority 1.",
        "Our report of the declaration was withdrawn: nobody is elected until it is made again.",
        "Recount 1.",
        "Declared: Lab hold, Ben Bond by lot elected, majority 0.",
    ]
    assert [one["seq"] for one in contest["history"]] == [2, 4, 5, 6, 7, 8, 9]
    declared, corrected, withdrawn = contest["history"][2:5]
    assert (declared["votes"], corrected["votes"]) == ({"1": 5, "2": 4}, {"1": 4, "2": 5})
    assert (declared["rejected"]["total"], corrected["rejected"]["total"]) == (0, 0)
    assert (corrected["reason"], corrected["by"]) == ("Rows were swapped.", "Jane")
    assert withdrawn["reason"] == "A box was left out."
    assert (contest["by_lot"], contest["majority"], contest["recount"]) == (True, 0, 1)


def test_a_corrected_contest_has_the_new_figures_and_keeps_the_old_in_its_history(
    site: Site, client: TestClient
) -> None:
    channel, ballot = _by_hand(site), by_hand.ballot(0)
    carry_out(channel, by_hand.declare(0, con=6, lab=3))
    first = client.get("/api/nights/night").json()["contests"][0]
    carry_out(channel, correct(ballot, "slip", votes={"1": 5, "2": 3}, rejected=Rejected(1), slip=True))
    carry_out(channel, correct(ballot, "late", votes={"1": 3, "2": 5}, rejected=Rejected(1)))
    contest = client.get(f"/api/nights/night/contests/{ballot}").json()
    assert (contest["status"], contest["verdict"], contest["valid"]) == ("declared", "Lab hold", 8)
    assert contest["declared_at"] == first["declared_at"]
    assert [(one["id"], one["votes"]) for one in contest["candidates"]] == [("2", 5), ("1", 3)]
    assert [(one["votes"], one["rejected"]["total"], one["reason"]) for one in contest["history"]] == [
        ({"1": 6, "2": 3}, 0, None),
        ({"1": 5, "2": 3}, 1, "Rows were swapped."),
        ({"1": 3, "2": 5}, 1, "Rows were swapped."),
    ]
    assert [one["what"].partition(":")[0] for one in contest["history"]] == [
        "Declared",
        "A slip in the declaration put right",
        "Figures corrected",
    ]


def test_uncontested_seat_is_won_without_any_figures(site: Site, client: TestClient) -> None:
    channel, ballot = _by_hand(site, with_one_candidate(by_hand.definition())), by_hand.ballot(0)
    carry_out(channel, no_poll(ballot, "uncontested"))
    night = client.get("/api/nights/night").json()
    contest = client.get(f"/api/nights/night/contests/{ballot}").json()
    assert (night["declared"], contest["status"], contest["verdict"]) == (1, "uncontested", "Con gain from Lab")
    assert contest["winner"] == {"name": "Ann Abel", "party": "PP52", "counted_as": "PP52", "candidate": "1"}
    assert contest["declared_at"] == night["at"]
    for key in ("majority", "majority_share", "valid", "rejected", "swing"):
        assert contest[key] is None, key
    assert contest["turnout"] == {"papers": None, "valid": None}
    (candidate,) = contest["candidates"]
    assert candidate["elected"]
    assert [candidate[key] for key in ("votes", "share", "change", "lost_deposit")] == [None] * 4
    assert [(one["id"], one["seats"], one["net"], one["votes"]) for one in night["parties"]] == [
        ("PP52", 1, 1, 0),
        ("PP53", 0, -1, 0),
    ]
    assert [(one["what"], one["reason"]) for one in contest["history"]] == [
        ("Uncontested: there is no poll.", "So it is.")
    ]
    carry_out(channel, withdraw(ballot, "back"))
    contest = client.get(f"/api/nights/night/contests/{ballot}").json()
    assert (contest["status"], contest["winner"]) == ("awaiting", None)
    assert contest["history"][-1]["what"] == "That there is no poll was taken back: the votes are counted."


@pytest.mark.parametrize("state", ["postponed", "countermanded"])
def test_poll_that_is_put_off_has_neither_winner_nor_figures(
    site: Site, client: TestClient, state: NoPollState
) -> None:
    channel, ballot = _by_hand(site), by_hand.ballot(0)
    carry_out(channel, no_poll(ballot, state))
    night = client.get("/api/nights/night").json()
    contest = night["contests"][0]
    assert (night["declared"], night["parties"], contest["status"]) == (0, [], state)
    assert [contest[key] for key in ("verdict", "winner", "majority", "declared_at")] == [None] * 4


def test_night_that_is_held_says_so_wherever_it_is_named(site: Site, client: TestClient) -> None:
    channel = _by_hand(site)

    def states() -> tuple[str, str]:
        listed = next(one for one in client.get("/api/nights").json()["nights"] if one["night"] == "night")
        return listed["state"], client.get("/api/nights/night").json()["state"]

    assert states() == ("on air", "on air")
    carry_out(channel, HoldNight(id="hold", by="desk"))
    assert states() == ("held", "held")
    carry_out(channel, ReleaseNight(id="release", by="desk"))
    assert states() == ("on air", "on air")


def test_when_a_declaration_is_expected_is_said_until_nobody_knows(site: Site, client: TestClient) -> None:
    channel, ballot, moment = _by_hand(site), by_hand.ballot(0), datetime(2019, 12, 13, 2, 30, tzinfo=UTC)
    carry_out(channel, ExpectDeclaration(id="1", by="desk", ballot=ballot, expected=moment))
    first, second, _ = client.get("/api/nights/night").json()["contests"]
    assert datetime.fromisoformat(first["expected"]) == moment
    assert second["expected"] is None
    assert client.get(f"/api/nights/night/contests/{ballot}").json()["history"] == [], "it is no news"
    carry_out(channel, ExpectDeclaration(id="2", by="desk", ballot=ballot, expected=None))
    assert client.get("/api/nights/night").json()["contests"][0]["expected"] is None


def test_whatever_can_become_of_a_contest_is_as_openapi_describes_it(site: Site, client: TestClient) -> None:
    channel, ballot = _by_hand(site, with_one_candidate(by_hand.definition())), by_hand.ballot(0)
    other, moment = by_hand.ballot(1), datetime(2019, 12, 13, 2, 30, tzinfo=UTC)
    for command in (
        ExpectDeclaration(id="1", by="desk", ballot=other, expected=moment),
        no_poll(ballot, "uncontested"),
        by_hand.declare(1, con=6, lab=3),
        correct(other, "slip", votes={"1": 3, "2": 6}, slip=True),
        RecordNoPoll(id="2", by="Jane", ballot=by_hand.ballot(2), state="postponed", reason="Snow."),
        withdraw(ballot, "back"),
        HoldNight(id="hold", by="desk"),
    ):
        carry_out(channel, command)
        described("NightState", client.get("/api/nights/night").json())
        described("Nights", client.get("/api/nights").json())
        for one in (ballot, other, by_hand.ballot(2)):
            described("ContestState", client.get(f"/api/nights/night/contests/{one}").json())
    for line in client.get("/api/nights/night/events").content.splitlines():
        described("Event", msgspec.json.decode(line))


def test_withdrawn_contest_has_nobody_elected(site: Site, client: TestClient) -> None:
    channel = _by_hand(site)
    carry_out(channel, by_hand.declare(0))
    carry_out(channel, Withdraw(id="2", by="Jane", ballot=by_hand.ballot(0), reason="A box was left out."))
    contest = client.get("/api/nights/night").json()["contests"][0]
    assert (contest["status"], contest["winner"], contest["verdict"]) == ("withdrawn", None, None)


def test_times_are_rfc_3339_with_offset(client: TestClient) -> None:
    night = client.get(f"/api/nights/{ROCHESTER}").json()
    declared = datetime.fromisoformat(night["contests"][0]["declared_at"])
    assert declared == datetime(2014, 11, 21, 4, 15, tzinfo=UTC)
    assert datetime.fromisoformat(night["at"]).tzinfo is not None


def described(schema: str, body: object) -> None:
    """Hold an answer against /openapi.json, formats included."""
    whole: dict[str, Any] = {"$ref": f"#/components/schemas/{schema}", "components": document()["components"]}
    jsonschema_rs.Draft202012Validator(whole, validate_formats=True).validate(body)


def correct(
    ballot: str, command: str, votes: dict[str, int], rejected: Rejected | None = None, *, slip: bool = False
) -> Correct:
    reason, rejected = "Rows were swapped.", rejected or Rejected(0)
    return Correct(id=command, by="Jane", ballot=ballot, votes=votes, rejected=rejected, reason=reason, slip=slip)


def no_poll(ballot: str, state: NoPollState) -> RecordNoPoll:
    return RecordNoPoll(id="no-poll", by="Jane", ballot=ballot, state=state, reason="So it is.")


def withdraw(ballot: str, command: str) -> Withdraw:
    return Withdraw(id=command, by="Jane", ballot=ballot, reason="A box was left out.")


def _by_hand(site: Site, definition: Definition | None = None) -> Channel:
    opening = OpenNight(id="open", by="desk", night=definition or by_hand.definition("night"))
    return site.put_on_air(decide(None, opening, by_hand.START))


def test_a_council_is_as_on_its_night_and_has_its_contests(client: TestClient) -> None:
    address = "/api/nights/local.2025-05-01"
    council = client.get(f"{address}/councils/local.kent").json()
    night = client.get(address).json()
    short = next(one for one in night["councils"] if one["body"] == "local.kent")
    assert {name: council[name] for name in short} == short and council["change"] == "gain"
    assert council["contests"] == [one for one in night["contests"] if one.get("body") == "local.kent"]
    assert council["control_baseline"] == night["control_baseline"] and council["seq"] == night["seq"]
    assert client.get(f"{address}/councils/local.kent").headers["etag"] == client.get(address).headers["etag"]


@pytest.mark.parametrize("part", ["", "/councils/local.kent", "/contests/local.kent.ramsgate.2025-05-01"])
def test_data_of_a_moment_are_as_it_stood_then(client: TestClient, part: str) -> None:
    address = f"/api/nights/local.2025-05-01{part}"
    whole = client.get(address)
    early = client.get(f"{address}?at=2025-05-02T06:00")
    assert early.status_code == 200, early.text
    assert early.json()["seq"] < whole.json()["seq"] and early.headers["etag"] != whole.headers["etag"]
    if "contests" in early.json():
        assert any(one["verdict"] for one in early.json()["contests"])
        assert any(one["verdict"] is None for one in early.json()["contests"])
    else:
        assert early.json()["verdict"] is None and whole.json()["verdict"]
    again = client.get(f"{address}?at=2025-05-02T06:00", headers={"If-None-Match": early.headers["etag"]})
    assert again.status_code == 304
    late = client.get(f"{address}?at=2026-01-01").json()
    assert late == whole.json()
    assert client.get(f"{address}?at=tomorrow").status_code == 400


def test_a_moment_of_a_night_on_air_is_of_a_night_on_air(site: Site, client: TestClient) -> None:
    live = site.replay(GENERAL, until=300).events
    then = client.get(f"/api/nights/{GENERAL}.replay", params={"at": live[40].at.isoformat()}).json()
    assert then["state"] == "on air" and then["seq"] < 300 and 0 < then["declared"] < 299
