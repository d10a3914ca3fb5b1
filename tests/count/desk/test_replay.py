"""Steering a replay from the desk: what it says, what is kept, and what is refused."""

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from server.election.counting.acts import ReplaySet, ReplayState
from tests.count import rochester
from tests.count.conftest import Desk, Phone, signed_in, stamp
from tests.count.desk.conftest import alert, element, text
from tests.count.desk.test_render import changed, opened


@pytest.fixture
def editor(client: TestClient, desk: Desk) -> Phone:
    """The desk of a replay that plays, with its page open."""
    desk.open_night(replace(rochester.night(), replay_of="parl.2014-11-20"))
    desk.record(played("begun"))
    editor = signed_in(client, desk, "desk", name="Ann Ray")
    editor.open("/desk")
    return editor


def played(id: str, state: ReplayState = "playing", speed: float | None = 120) -> ReplaySet:
    return ReplaySet(**stamp(id, by="the command line"), speed=speed, state=state)


def sets(desk: Desk) -> list[tuple[str, float | None, str]]:
    return [(one.by, one.speed, one.state) for one in desk.acts() if isinstance(one, ReplaySet)][1:]


def test_a_replay_is_paused_played_on_sped_up_and_stopped(editor: Phone, desk: Desk) -> None:
    assert "own clock is at 22:00" in element(editor.page, "desk-status")
    assert "plays 120 times as fast" in element(editor.page, "desk-replay")
    for form, words in (
        ({"state": "paused"}, "paused, and goes on 120 times as fast Ann Ray"),
        ({"speed": "600x"}, "paused, and goes on 600 times as fast"),
        ({"state": "playing"}, "plays 600 times as fast"),
        ({"speed": "1x"}, "plays in real time"),
        ({"speed": "max"}, "plays without pauses"),
        ({"state": "stopped"}, "stopped where it is"),
    ):
        for _ in range(2):  # a double tap is one
            assert editor.send("/desk/replay", form).headers["location"] == "/desk"
        assert words in element(editor.open("/desk"), "desk-replay")
    told = [("Ann Ray", 120, "paused"), ("Ann Ray", 600, "paused"), ("Ann Ray", 600, "playing")]
    assert sets(desk) == [
        *told,
        *(("Ann Ray", 1, "playing"), ("Ann Ray", None, "playing"), ("Ann Ray", None, "stopped")),
    ]
    assert "Ann Ray Replay: paused, and goes on 120 times as fast" in text(editor.open("/desk/record"))
    assert "replay parl.2014-11-20 --as" in element(editor.open("/desk"), "desk-replay")
    answer = editor.send("/desk/replay", {"state": "playing"})
    assert (answer.status_code, len(sets(desk))) == (422, 6)
    assert "The command line begins it again" in alert(answer.text)


@pytest.mark.parametrize("form", [{"speed": "-1x"}, {"speed": "7x"}, {"state": "ended"}])
def test_nothing_else_can_be_said_of_a_replay(editor: Phone, desk: Desk, form: dict[str, str]) -> None:
    assert editor.send("/desk/replay", form).status_code == 422
    assert sets(desk) == []


def test_a_night_that_is_counted_has_nothing_to_play(client: TestClient, desk: Desk) -> None:
    editor = signed_in(client, desk, "desk", name="Ann Ray")
    page = editor.open("/desk")
    assert 'action="/desk/replay"' not in page and element(page, "desk-replay") == ""
    editor.page = editor.page.replace("/desk/note", "/desk/replay")
    assert editor.send("/desk/replay", {"state": "paused"}).status_code == 422


def test_who_looks_at_the_desk_is_told_how_a_replay_is_set() -> None:
    act = played("pause", "paused")
    assert changed(opened(), [act], [act]) == {"desk-status", "desk-needs", "desk-replay"}
    assert "desk-replay" in changed(opened(), [act], None)
