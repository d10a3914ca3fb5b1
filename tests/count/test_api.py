"""A declaration sent by a program."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from server.app import build_app
from server.election.commands import ReachStage, RecordNoPoll
from server.election.counting.acts import Asked, Dropped
from server.election.events import Declared, NightHeld, NightOpened, NightReleased, StageReached
from server.settings import Settings
from tests.count import rochester
from tests.count.conftest import HALL, SECRET, Desk, Phone, stamp, token

ADDRESS = f"/api/nights/{rochester.NIGHT}/contests/{rochester.BALLOT}/declaration"
BODY: dict[str, Any] = {
    "votes": rochester.VOTES,
    "rejected": {"total": 48} | rochester.HEADS,
    "papers": rochester.PAPERS,
    "lot": None,
}


class Program:
    """A program with one token."""

    def __init__(self, client: TestClient, link: str) -> None:
        self.client = client
        self.token = link.rpartition("/")[2]

    def post(self, body: Any = BODY, key: str = "first", address: str = ADDRESS, **headers: str) -> httpx2.Response:
        """Send a declaration; ``headers`` replace the usual ones, "" leaves one out."""
        usual = {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": key,
            "Content-Type": "application/json",
        }
        sent = {name: value for name, value in (usual | headers).items() if value}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(address, content=content, headers=sent)


@pytest.fixture
def program(client: TestClient, desk: Desk) -> Program:
    """A program with an officer's token, whose link nobody has opened."""
    return Program(client, desk.invite())


def errors(response: httpx2.Response) -> dict[str, str]:
    """Field → code of a 422."""
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    return {one["field"]: one["code"] for one in response.json()["errors"]}


def test_a_declaration_is_answered_with_its_receipt_and_a_repeat_with_the_same(program: Program, desk: Desk) -> None:
    first, again = program.post(), program.post()
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    (event,) = desk.declared()
    assert first.json() == {
        "night": rochester.NIGHT,
        "ballot": rochester.BALLOT,
        "seq": event.seq,
        "at": first.json()["at"],
        "receipt": str(event.seq),
    }
    assert event.by == "officer"
    assert "first" not in event.command_id, "a program's key is not published"


def test_the_same_key_with_other_figures_is_refused(program: Program, desk: Desk) -> None:
    program.post()
    again = program.post(BODY | {"votes": rochester.VOTES | {"1": 53}})
    assert again.status_code == 422
    assert again.json()["code"] == "key-reused"
    assert len(desk.declared()) == 1


def test_another_key_after_the_declaration_is_a_conflict(program: Program) -> None:
    program.post()
    again = program.post(key="second")
    assert again.status_code == 409
    assert again.json()["code"] == "already-declared"


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer  ", "Basic abc", "Bearer made.up.token"])
def test_without_a_good_token_it_is_401_and_says_how(program: Program, authorization: str) -> None:
    response = program.post(Authorization=authorization)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert response.headers["content-type"] == "application/problem+json"


def test_a_token_for_another_contest_is_403(program: Program, desk: Desk) -> None:
    program.token = desk.invite("officer", rochester.OTHER).rpartition("/")[2]
    response = program.post()
    assert response.status_code == 403
    assert rochester.OTHER in response.json()["detail"]


@pytest.mark.parametrize(
    "address", [ADDRESS.replace("rochester", "chatham"), ADDRESS.replace("contests/parl", "contests/x")]
)
def test_a_contest_that_is_not_on_air_is_404(program: Program, address: str) -> None:
    assert program.post(address=address).status_code == 404


def test_a_token_for_a_night_that_is_not_on_air_opens_nothing(program: Program) -> None:
    program.token = token("anybody", night="parl.never.2014-11-20")
    assert program.post(address=ADDRESS.replace(rochester.NIGHT, "parl.never.2014-11-20", 1)).status_code == 401


def test_once_somebody_chose_a_pin_the_token_alone_declares_nothing(program: Program, desk: Desk) -> None:
    Phone(program.client).sign_in(f"/count/invitation/{program.token}")
    response = program.post()
    assert response.status_code == 401
    assert "Jane Smith has signed in with this invitation on a phone" in response.json()["detail"]
    assert desk.declared() == []


@pytest.mark.parametrize(("role", "declares"), [("returning officer", 201), ("second officer", 403), ("desk", 403)])
def test_only_who_may_declare_may_do_it_by_program(program: Program, desk: Desk, role: str, declares: int) -> None:
    program.token = desk.invite(role).rpartition("/")[2]
    assert program.post().status_code == declares
    assert len(desk.declared()) == (declares == 201)


@pytest.mark.parametrize("key", ["", "two words", "k" * 129])
def test_a_key_is_required_and_must_be_visible_ascii(program: Program, key: str) -> None:
    response = program.post(key=key)
    assert response.status_code == 400
    assert "Idempotency-Key" in response.json()["detail"]


def test_all_findings_come_at_once(program: Program, desk: Desk) -> None:
    votes: dict[str, object] = {**rochester.VOTES, "1": 465.0, "2": "22", "3": True, "4": -1, "14": 1}
    del votes["13"]
    response = program.post(BODY | {"votes": votes, "papers": -5})
    assert errors(response) == {
        "votes.1": "votes-not-whole",
        "votes.2": "votes-not-whole",
        "votes.3": "votes-not-whole",
        "votes.4": "votes-negative",
        "votes.13": "votes-missing",
        "votes.14": "candidate-unknown",
        "papers": "papers-negative",
    }
    assert desk.declared() == []


def test_of_thousands_of_findings_the_first_hundred_are_named(program: Program, desk: Desk) -> None:
    votes: dict[str, object] = {f"nobody-{number}": number for number in range(5000)}
    for sent in (votes, dict.fromkeys(votes, "four")):
        response = program.post(BODY | {"votes": sent})
        number, _, rest = response.json()["detail"].partition(" things stand against these figures. ")
        assert (response.status_code, rest) == (422, "Nothing was declared. The first 100 are named.")
        assert int(number) >= 5000 and len(response.json()["errors"]) == 100
    assert desk.declared() == []


def test_465_0_is_not_a_number_of_votes(program: Program) -> None:
    assert errors(program.post(BODY | {"votes": {**rochester.VOTES, "1": 465.0}})) == {"votes.1": "votes-not-whole"}


def test_votes_above_the_papers_and_a_tie_without_a_lot_are_refused(program: Program) -> None:
    assert errors(program.post(BODY | {"papers": 40001})) == {"votes": "votes-above-papers"}
    draw = rochester.VOTES | {rochester.RECKLESS: 15407, rochester.TOLHURST: 15407}
    assert errors(program.post(BODY | {"votes": draw})) == {"lot": "tie-without-lot"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, ""),
        ([], ""),
        ({"votes": []}, "votes"),
        (BODY | {"papers": "40113"}, "papers"),
        (BODY | {"papers": 40113.0}, "papers"),
        (BODY | {"rejected": {"total": None}}, "rejected.total"),
        (BODY | {"rejected": {"total": 48, "spoilt": 1}}, "rejected"),
        (BODY | {"majority": 2920}, ""),
        (BODY | {"votes": {"1": 10**30}}, "votes.2"),
    ],
)
def test_a_body_of_another_shape_is_422_and_says_where(program: Program, body: Any, field: str) -> None:
    assert field in errors(program.post(body))


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"votes": {"\\ud800": 1}}', b"votes=1"])
def test_what_is_not_json_is_a_client_error(program: Program, body: bytes) -> None:
    assert program.post(body).status_code in (400, 422)


def test_another_content_type_is_415(program: Program) -> None:
    assert program.post(**{"Content-Type": "text/plain"}).status_code == 415
    assert program.post(**{"Content-Type": "application/json; charset=utf-8"}).status_code == 201


def test_papers_and_rejected_papers_must_be_known(program: Program, desk: Desk) -> None:
    assert errors(program.post({"votes": rochester.VOTES})) == {
        "papers": "papers-missing",
        "rejected": "rejected-missing",
    }
    assert desk.declared() == []


def test_papers_that_nobody_accounts_for_are_refused_with_their_number(program: Program, desk: Desk) -> None:
    response = program.post(BODY | {"papers": 46671})
    assert errors(response) == {"votes": "votes-below-papers"}
    assert "6,558 fewer than the 46,671 ballot papers verified" in response.json()["errors"][0]["detail"]
    assert desk.declared() == []


def test_what_was_verified_binds_a_program_that_says_otherwise(program: Program, desk: Desk) -> None:
    desk.submit(ReachStage(id="p", by="desk", ballot=rochester.BALLOT, stage="verified", papers=46671))
    assert errors(program.post()) == {"votes": "votes-below-papers"}
    assert desk.declared() == []


def test_papers_announced_before_need_not_be_sent(program: Program, desk: Desk) -> None:
    desk.submit(ReachStage(id="p", by="desk", ballot=rochester.BALLOT, stage="verified", papers=40113))
    assert program.post({one: BODY[one] for one in ("votes", "rejected")}).status_code == 201
    assert len(desk.declared()) == 1


def test_what_looks_unusual_wants_a_reason_which_is_on_record(program: Program, desk: Desk) -> None:
    exchanged = BODY | {"votes": rochester.VOTES | {"8": 13947, "13": 6713}}
    assert errors(program.post(exchanged)) == {"votes.13": "share-far-from-baseline"}
    assert errors(program.post(exchanged | {"reasons": {"share-far-from-baseline": " "}}))
    assert desk.declared() == []
    reasons = {"share-far-from-baseline": "Both counted them again."}
    assert program.post(exchanged | {"reasons": reasons}).status_code == 201
    assert [act.reasons for act in desk.acts() if isinstance(act, Asked)] == [{}, reasons]


def test_the_papers_that_a_program_brings_go_on_air_before_its_figures_and_not_without(
    program: Program, desk: Desk
) -> None:
    errors(program.post(BODY | {"papers": 46671}))
    assert [type(event) for event in desk.events()] == [NightOpened], "figures that are refused announce nothing"
    for _ in range(2):
        program.post()
    stage, declared = desk.events()[1:]
    assert isinstance(stage, StageReached)
    assert (stage.papers, type(declared)) == (rochester.PAPERS, Declared)


def test_programs_that_send_the_first_declaration_at_once_announce_its_papers_once_and_before_it(
    program: Program, desk: Desk, tmp_path: Path
) -> None:
    programs = [Program(program.client, desk.invite()) for _ in range(12)]
    ready = Barrier(len(programs))

    def sent(one: Program) -> int:
        ready.wait()
        return one.post().status_code

    settings = Settings(redis_url=desk.url, data_dir=tmp_path, secret_key=SECRET, public_url=HALL)
    with TestClient(build_app(settings), base_url=HALL) as second, ThreadPoolExecutor(12) as at_once:
        for one in programs[::2]:
            one.client = second
        answers = list(at_once.map(sent, programs))
    assert answers.count(201) == 1
    assert set(answers) == {201, 409}
    assert [type(event) for event in desk.events()] == [NightOpened, StageReached, Declared]


def test_papers_that_were_set_aside_are_announced_by_the_next_declaration(program: Program, desk: Desk) -> None:
    desk.hold()
    assert program.post().status_code == 202
    for act in desk.acts():
        if isinstance(act, Asked):
            desk.record(Dropped(**stamp(f"drop-{act.seq}"), asked=act.command.id, why="A slip."))
    desk.release()
    assert program.post(key="second").status_code == 201
    assert [type(event) for event in desk.events() if not isinstance(event, NightHeld | NightReleased)] == [
        NightOpened,
        StageReached,
        Declared,
    ]


def test_what_was_refused_may_be_put_right_under_the_same_key(program: Program, desk: Desk) -> None:
    assert errors(program.post(BODY | {"papers": 46671}))
    assert program.post().status_code == 201
    assert len(desk.declared()) == 1


def test_on_a_held_night_it_waits_with_202_and_goes_out_once_after_the_release(program: Program, desk: Desk) -> None:
    desk.hold()
    waiting = {"night": rochester.NIGHT, "ballot": rochester.BALLOT, "seq": None, "at": None, "receipt": None}
    for _ in range(2):
        response = program.post()
        assert (response.status_code, response.json()) == (202, waiting)
    assert program.post(key="second").json()["code"] == "already-asked"
    assert desk.declared() == []
    desk.release()
    sent, again = program.post(), program.post()
    assert (sent.status_code, again.status_code) == (201, 200)
    assert sent.json() == again.json()
    assert [event.seq for event in desk.declared()] == [sent.json()["seq"]]


def test_what_waits_also_goes_out_when_somebody_opens_a_page(program: Program, desk: Desk) -> None:
    desk.hold()
    program.post()
    desk.release()
    Phone(program.client).sign_in(desk.invite(name="Ann Lee"))
    assert [event.by for event in desk.declared()] == ["officer"]
    assert program.post().status_code == 200


def test_where_no_poll_is_taken_nothing_is_declared(program: Program, desk: Desk) -> None:
    desk.submit(RecordNoPoll(id="n", by="desk", ballot=rochester.BALLOT, state="postponed", reason="A flood."))
    response = program.post()
    assert (response.status_code, response.json()["code"]) == (409, "no-poll")


def test_one_token_can_send_only_so_often_in_a_minute(program: Program) -> None:
    answers = [program.post(b"{") for _ in range(62)]
    assert answers[0].status_code == 400
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert answers[-1].headers["content-type"] == "application/problem+json"
