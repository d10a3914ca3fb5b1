"""Those who run the place: the first link, inviting one another, and sessions that end."""

from argparse import ArgumentParser

import pytest
from starlette.testclient import TestClient

from server.commands.invite import add_parser, invite
from server.commands.serve import show_link
from server.count.visit.inviting import first_admin
from server.election.counting.acts import PLACE, Invited, Revoked
from server.election.refusals import Refused
from server.settings import Settings
from server.stream.embedded import Embedded, socket_path
from server.stream.events import EventStream
from server.stream.reading import desk_key
from server.stream.submit import Submitter
from server.stream.watching.watcher import ask
from tests.count.conftest import HALL, SECRET, Desk, another, stamp
from tests.count.setup.conftest import Admin


def test_an_admin_invites_another_whose_session_and_invitation_can_be_ended(place: TestClient, admin: Admin) -> None:
    admin.open("/admin/people")
    answer = admin.send("/admin/people", {"name": "Bea Other"})
    page = admin.open(answer.headers["location"])
    link = page.split('id="link">')[1].split("<")[0].removeprefix(HALL)
    other = Admin(another(place))
    assert other.sign_in(link).url.path == "/admin"
    invitation = answer.headers["location"].rpartition("=")[2]
    for what in ("end", "revoke"):
        admin.open("/admin/people")
        sent = admin.hidden(admin.page, f"/admin/people/{what}") | {"invitation": invitation}
        assert admin.client.post(f"/admin/people/{what}", data=sent, headers=admin.origin).status_code == 200
        answer = other.client.get("/admin", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/admin/invitation?ended=1")
        if what == "end":
            assert other.sign_in(link).url.path == "/admin", "the PIN signs in again"
    refused = other.client.get(link)
    assert refused.status_code == 403 and "Ask another admin for a new one." in refused.text


def test_nobody_revokes_themselves_and_a_name_is_needed(admin: Admin) -> None:
    admin.open("/admin/people")
    hidden = admin.hidden(admin.page, "/admin/people")
    assert admin.client.post("/admin/people", data=hidden | {"name": " "}, headers=admin.origin).status_code == 422
    own = admin.page.split("?link=")[1].split('"')[0]
    answer = admin.client.post("/admin/people/revoke", data=hidden | {"invitation": own}, headers=admin.origin)
    assert "That is your own invitation." in answer.text


async def _first(stream: EventStream) -> str | None:
    return await first_admin(Submitter(stream))


def test_the_link_that_is_printed_at_each_start_is_the_same_until_it_is_revoked(
    place: TestClient, stored: Desk
) -> None:
    first = stored.do(_first)
    assert first
    assert stored.do(_first) == first
    stored.record(Revoked(**stamp("revoke"), invited=first), PLACE)
    assert stored.do(_first) is None


@pytest.mark.parametrize("spoil", ['SET %s "by hand"', 'XADD %s 1-0 event \'{"kind":"invited.9"}\''])
def test_a_place_that_cannot_be_read_has_no_link_and_everything_else_goes_on(
    shared_redis: Embedded, stored: Desk, capsys: pytest.CaptureFixture[str], spoil: str
) -> None:
    def by_hand(command: str) -> None:
        assert not ask(socket_path(shared_redis.folder), command.encode()).startswith(b"-")

    by_hand(f"DEL {desk_key(PLACE)}")
    by_hand(spoil % desk_key(PLACE))
    stored.do(lambda stream: show_link(Settings(secret_key=SECRET), Submitter(stream)))
    by_hand(f"DEL {desk_key(PLACE)}")
    printed = capsys.readouterr()
    assert printed.err.startswith("Who runs this place cannot be read, so there is no link to make nights. ")
    assert printed.out == ""


def test_a_place_keeps_no_acts_of_a_count_and_a_night_no_admins(place: TestClient, stored: Desk) -> None:
    for role, night in (("desk", PLACE), ("admin", "parl.never.2026-12-10")):
        act = Invited(**stamp(f"as {role}"), invited="x", name="Ann", role=role, ballots=())  # type: ignore[arg-type]
        with pytest.raises(Refused):
            stored.record(act, night)


def test_the_command_line_invites_an_admin(place: TestClient, stored: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str) -> int:
        parser = ArgumentParser()
        add_parser(parser.add_subparsers())
        options = parser.parse_args(["invite", *arguments])
        settings = Settings(secret_key=SECRET, public_url=HALL)
        return stored.do(lambda stream: invite(options, settings, Submitter(stream)))

    assert run("--role", "admin", "--name", "Ann Admin") == 0
    (link,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith(HALL)]
    one = Admin(another(place))
    assert one.sign_in(link.removeprefix(HALL)).url.path == "/admin"
    assert run("parl.x.2026-12-10", "--role", "admin", "--name", "Ann") == 1
    assert run("--name", "Ann") == 1
    assert "Say for which night" in capsys.readouterr().err


def test_another_admin_opens_an_invitation_again_that_wrong_pins_locked(place: TestClient, admin: Admin) -> None:
    other = Admin(another(place))
    admin.open("/admin/people")
    to = admin.send("/admin/people", {"name": "Bea Other"}).headers["location"]
    invitation = to.rpartition("=")[2]
    shown = admin.open(to).split('id="link">')[1].split("<")[0].removeprefix(HALL)
    other.sign_in(shown)
    pages = [other.sign_in(shown, "9999").text for _ in range(5)]
    assert "Another admin can open it again" in pages[-1]
    admin.open("/admin/people")
    sent = admin.hidden(admin.page, "/admin/people/clear") | {"invitation": invitation}
    page = admin.client.post("/admin/people/clear", data=sent, headers=admin.origin).text
    new = page.split('id="link">')[1].split("<")[0].removeprefix(HALL)
    assert other.client.get(shown).status_code == 403
    assert "Ask another admin" in other.client.get(shown).text
    assert other.sign_in(new, "1357").url.path == "/admin"
