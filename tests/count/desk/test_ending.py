"""The desk ends its night: closed it is a past night, discarded it is gone. Both are asked for twice."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from server.count.visit.inviting import invite_person
from server.election.commands import AnyCommand, HoldNight, RecordNoPoll
from server.election.counting.acts import Role
from server.nights.kept import Kept
from server.stream.submit import Submitter
from tests.count import rochester
from tests.count.conftest import Desk, Phone, another, declaration, in_the_end, token
from tests.count.desk.conftest import alert, text

NIGHT = "an.own.night"  # the night of the other tests has the id of a shipped one
PUBLIC = f"/nights/{NIGHT}"
OFF = RecordNoPoll(id="off", by="desk", ballot=rochester.OTHER, state="postponed", reason="A flood.")


@pytest.fixture
def ending(client: TestClient, desk: Desk) -> Phone:
    """The desk of a night of two contests, signed in."""
    desk.open_night(replace(rochester.night(), id=NIGHT))
    return signed_in(client, desk, "desk")


def signed_in(client: TestClient, desk: Desk, role: Role, *ballots: str) -> Phone:
    invitation = desk.do(lambda stream: invite_person(Submitter(stream), NIGHT, "Ann Ray", role, ballots))
    phone = Phone(another(client))
    area = "desk" if role == "desk" else "count"
    assert phone.sign_in(f"/{area}/invitation/{token(invitation, NIGHT)}").status_code == 200
    return phone


def submit(desk: Desk, *commands: AnyCommand) -> None:
    for command in commands:
        desk.do(lambda stream, command=command: Submitter(stream).submit(NIGHT, command, rochester.night().polls_close))


def stored(desk: Desk) -> tuple[int, int]:
    return desk.do(lambda stream: stream.read(NIGHT)).__len__(), desk.do(
        lambda stream: stream.read_acts(NIGHT)
    ).__len__()


def becomes(phone: Phone, status: int, holding: str) -> None:
    """Wait until the night's public page is answered so."""
    in_the_end(
        lambda: phone.client.get(PUBLIC),
        lambda answer: answer.status_code == status and holding in text(answer.text),
    )


def test_a_night_that_should_not_be_there_is_discarded_with_all_that_was_done_on_it(
    client: TestClient, ending: Phone, desk: Desk
) -> None:
    officer = signed_in(client, desk, "officer", rochester.BALLOT)
    becomes(ending, 200, "Rochester")
    page = text(ending.open("/desk/discard"))
    assert "1 public event and 4 acts at the count go with it, for good" in page
    assert ending.send("/desk/discard").headers["location"] == "/"
    assert stored(desk) == (0, 0)
    assert NIGHT not in desk.do(lambda stream: stream.nights())
    becomes(ending, 404, "There is no such night, on air or past.")
    for phone, area in ((ending, "desk"), (officer, "count")):
        assert (
            phone.client.get(f"/{area}", follow_redirects=False).headers["location"].startswith(f"/{area}/invitation")
        )
    assert ending.send("/desk/discard").headers["location"] == "/desk/invitation?over=1", "a second tap is told so"


def test_a_night_with_a_declaration_is_not_discarded_unless_it_is_to_practise_with(
    client: TestClient, ending: Phone, desk: Desk
) -> None:
    ending.open("/desk/discard")
    submit(desk, declaration())
    answer = ending.send("/desk/discard")
    assert answer.status_code == 422
    assert alert(answer.text).startswith("Rochester and Strood was declared, and everybody could read it.")
    page = ending.open("/desk/discard")
    assert 'action="/desk/discard"' not in page and "close it instead" in page
    assert stored(desk)[0] == 2

    desk.open_night(replace(rochester.night(), id=NIGHT, rehearsal=True))
    submit(desk, declaration())
    practice = signed_in(client, desk, "desk")
    practice.open("/desk/discard")
    assert practice.send("/desk/discard").status_code == 303
    assert stored(desk) == (0, 0)


def test_closing_says_what_is_missing_and_wants_to_be_told_that_it_does_not_matter(
    ending: Phone, desk: Desk, tmp_path: Path
) -> None:
    page = text(ending.open("/desk/close"))
    assert "0 of 2 declared; missing: Rochester and Strood, Elsewhere." in page
    assert alert(ending.send("/desk/close").text).startswith("Say that it is closed all the same")
    submit(desk, declaration())
    late = ending.send("/desk/close", {"anyway": "yes"})
    assert (late.status_code, alert(late.text)[:23]) == (422, "The night has gone on s")
    assert "1 of 2 declared; missing: Elsewhere." in text(late.text)
    ending.page = late.text
    assert ending.send("/desk/close", {"anyway": "yes"}).headers["location"] == PUBLIC
    assert [(kept.id, kept.declared) for kept in Kept(tmp_path).listed()] == [(NIGHT, 1)]
    assert stored(desk) == (0, 0)
    becomes(ending, 200, "Past night")
    assert "Ann Ray" in Kept(tmp_path).file(NIGHT, ".desk.jsonl").read_text()


def test_a_night_that_is_closed_several_times_at_once_is_closed_once_in_the_log(ending: Phone) -> None:
    ending.open("/desk/close")
    with capture_logs() as logged, ThreadPoolExecutor(6) as at_once:
        pressed = [at_once.submit(ending.send, "/desk/close", {"anyway": "yes"}) for _ in range(6)]
    answers = [answer.result() for answer in pressed]
    assert {answer.status_code for answer in answers} == {303}, [alert(answer.text) for answer in answers]
    assert PUBLIC in [answer.headers["location"] for answer in answers]
    assert [line["event"] for line in logged].count("a night was closed") == 1


def test_a_seat_whose_poll_is_postponed_is_not_awaited_when_the_night_is_closed(
    ending: Phone, desk: Desk, tmp_path: Path
) -> None:
    submit(desk, declaration(), OFF)
    page = ending.open("/desk/close")
    assert "1 of 1 declared, 1 postponed. Nothing is missing." in text(page)
    assert "anyway" not in page
    assert ending.send("/desk/close").status_code == 303
    assert [kept.id for kept in Kept(tmp_path).listed()] == [NIGHT]


def test_a_night_that_is_held_or_cannot_be_kept_stays_on_air_with_a_sentence(
    client: TestClient, ending: Phone, desk: Desk, tmp_path: Path
) -> None:
    submit(desk, declaration(), OFF, HoldNight(id="hold", by="desk"))
    assert f"The desk holds {NIGHT}." in text(ending.open("/desk/close"))
    (tmp_path / "nights").write_text("a file where the folder should be")
    answer = ending.send("/desk/close", {"anyway": "yes"})
    assert answer.status_code == 422
    assert "cannot be" in alert(answer.text)
    assert stored(desk)[0] == 4
