"""``python -m server invite``."""

from argparse import ArgumentParser, Namespace

import pytest

from server.commands.invite import add_parser, invite
from server.count.visit.invitations import Invitations
from server.election.counting.acts import AnyAct, Invited
from server.settings import Settings
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.count import rochester
from tests.count.conftest import SECRET, Desk

SETTINGS = Settings(secret_key=SECRET, public_url="https://count.example")


async def run(desk: Desk, *arguments: str, settings: Settings = SETTINGS) -> int:
    stream = EventStream(desk.url)
    try:
        return await invite(parsed(*arguments), settings, Submitter(stream), await stream.nights())
    finally:
        await stream.close()


async def acts(desk: Desk) -> list[AnyAct]:
    stream = EventStream(desk.url)
    try:
        return await stream.read_acts(rochester.NIGHT)
    finally:
        await stream.close()


def parsed(*arguments: str) -> Namespace:
    parser = ArgumentParser()
    add_parser(parser.add_subparsers())
    return parser.parse_args(["invite", *arguments])


async def test_it_prints_a_link_whose_token_is_the_invitation(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run(desk, rochester.NIGHT, "rochester-and-strood", "--name", "Jane Smith") == 0
    printed = capsys.readouterr().out
    (link,) = [line for line in printed.splitlines() if line.startswith("https://")]
    night, invitation, _ = Invitations(SECRET).read(link.removeprefix("https://count.example/count/invitation/"))
    (act,) = await acts(desk)
    assert isinstance(act, Invited)
    assert (night, invitation) == (rochester.NIGHT, act.invited)
    assert (act.name, act.role, act.ballots, act.by) == (
        "Jane Smith",
        "officer",
        (rochester.BALLOT,),
        "the command line",
    )
    assert "Bearer" in printed
    assert "▀" in printed, "a code to scan"


async def test_one_person_can_be_invited_for_several_contests_in_another_role(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = (rochester.NIGHT, "elsewhere", "Rochester and Strood", "--name", "Ann Lee", "--role", "second-officer")
    assert await run(desk, *asked) == 0
    (act,) = await acts(desk)
    assert isinstance(act, Invited)
    assert (act.role, act.ballots) == ("second officer", (rochester.OTHER, rochester.BALLOT))
    assert "Bearer" not in capsys.readouterr().out, "a second officer declares nothing"


async def test_the_desk_is_invited_for_the_whole_night_to_pages_of_its_own(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(desk, rochester.NIGHT, "--name", "The desk", "--role", "desk") == 0
    assert "https://count.example/desk/invitation/" in capsys.readouterr().out
    (act,) = await acts(desk)
    assert isinstance(act, Invited)
    assert (act.role, act.ballots) == ("desk", ())


async def test_nobody_is_invited_without_a_name(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run(desk, rochester.NIGHT, "elsewhere", "--name", " ") == 1
    assert "Say who" in capsys.readouterr().err
    assert await acts(desk) == []


async def test_a_misspelt_night_is_told_what_is_near(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run(desk, "parl.rochester.by.2014-11-20", "--name", "Jane") == 1
    assert rochester.NIGHT in capsys.readouterr().err


async def test_a_misspelt_contest_is_told_what_is_near(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run(desk, rochester.NIGHT, "elsewere", "--name", "Jane") == 1
    assert rochester.OTHER in capsys.readouterr().err


async def test_where_there_are_several_contests_one_must_be_named(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(desk, rochester.NIGHT, "--name", "Jane") == 1
    assert "2 contests" in capsys.readouterr().err


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://localhost:8000", "http://0.0.0.0:80", "http://[::]:8000"]
)
async def test_a_link_that_no_phone_can_open_has_no_code_but_a_sentence(
    desk: Desk, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    settings = Settings(secret_key=SECRET, public_url=url)
    assert await run(desk, rochester.NIGHT, "elsewhere", "--name", "Jane Smith", settings=settings) == 0
    printed = capsys.readouterr().out
    assert f"{url}/count/invitation/" in printed
    assert "No phone can open this link, which is for this machine alone. Serve with HOST=0.0.0.0, and set" in printed
    assert not {"▀", "▄", "█"} & set(printed)


async def test_other_addresses_of_this_machine_are_named(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(secret_key=SECRET, public_url="http://10.0.0.7:8000", also_at=("http://192.168.1.7:8000",))
    assert await run(desk, rochester.NIGHT, "elsewhere", "--name", "Jane Smith", settings=settings) == 0
    printed = capsys.readouterr().out
    assert "Set PUBLIC_URL to http://192.168.1.7:8000." in printed and "▀" in printed
