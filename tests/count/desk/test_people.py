"""The people of a night: invited by the desk, printed, signed out, locked out and let in again."""

import asyncio
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from server.app import build_app
from server.count.board.board import board_of
from server.count.people.at_the_desk import cards_of
from server.count.visit.invitations import Invitations
from server.count.visit.sending import now
from server.election.counting.acts import Invited, PinCleared, Revoked, SessionsEnded
from server.election.counting.acts.people_acts import PhoneGiven
from server.election.counting.desk import Desk as ActsFolded
from server.election.counting.desk import Person, fold_acts
from server.election.events import NightOpened
from server.election.nights import fold
from server.html.languages import ENGLISH
from server.settings import Settings
from tests.count import rochester
from tests.count.conftest import HALL, SECRET, Desk, Phone, another, signed_in
from tests.count.desk.conftest import CONTEST, alert, element, text


def invited(desk: Desk) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(act.name, act.role, act.ballots) for act in desk.acts() if isinstance(act, Invited)]


def invitation_of(desk: Desk, name: str) -> str:
    return next(act.invited for act in desk.acts() if isinstance(act, Invited) and act.name == name)


def cards(page: str) -> dict[str, str]:
    """Name → link of every card that has a code."""
    found = re.findall(r'<section class="card">\s*<svg .*?<h2>(.*?)</h2>.*?<p class="link">(.*?)</p>', page, re.DOTALL)
    return dict(found)


def test_many_are_invited_at_once_by_name_slug_or_ballot_and_a_second_tap_invites_nobody(
    editor: Phone, desk: Desk
) -> None:
    before = len(invited(desk))
    editor.open("/desk/people")
    lines = f"""
        Jane Smith, officer, Rochester and Strood, 07700 900123
        Bob Lee, Second Officer, rochester-and-strood

        Rita Olu, returning-officer, {rochester.OTHER}
        Tom Ash, elsewhere
        Una\tofficer\tElsewhere
        Kit Orr, desk, +44 7700 900456
    """
    for _ in range(2):
        assert editor.send("/desk/invitations", {"lines": lines}).headers["location"] == "/desk/people"
    here, there = (rochester.BALLOT,), (rochester.OTHER,)
    assert invited(desk)[before:] == [
        ("Jane Smith", "officer", here),
        ("Bob Lee", "second officer", here),
        ("Rita Olu", "returning officer", there),
        ("Tom Ash", "officer", there),
        ("Una", "officer", there),
        ("Kit Orr", "desk", ()),
    ]
    assert {act.by for act in desk.acts()[-8:]} == {"Ann Ray"}
    phones = [act.phone for act in desk.acts() if isinstance(act, PhoneGiven)]
    assert phones == ["07700 900123", "+44 7700 900456"]
    assert 'href="tel:+447700900456"' in editor.open("/desk/people")


def test_a_list_that_is_sent_again_later_invites_nobody_twice(editor: Phone, desk: Desk) -> None:
    for form in ({"lines": "Tom Ash, Elsewhere"}, {"name": "Una", "role": "officer", "contests": "Elsewhere"}):
        editor.open("/desk/people")
        assert editor.send("/desk/invitations", form).status_code == 303
        before = len(invited(desk))
        editor.open("/desk/people")
        assert "is invited already" in alert(editor.send("/desk/invitations", form).text)
        assert len(invited(desk)) == before


def test_one_wrong_line_invites_nobody_and_is_named(editor: Phone, desk: Desk) -> None:
    before = invited(desk)
    editor.open("/desk/people")
    lines = "Jane Smith, Elsewhere\n, officer, Elsewhere\nBob Lee\nKit, Elsewhere, twice\nUna, desk, Elsewhere\n"
    answer = editor.send(
        "/desk/invitations", {"lines": lines + "Tom, Rochester and Stroud\nJane Smith, officer, elsewhere"}
    )
    assert answer.status_code == 422
    why = alert(answer.text)
    assert "Line 1" not in why
    assert "Line 2: say who is invited." in why
    assert "Line 3: after the name and a comma, say for which contest." in why
    assert "Line 4: Elsewhere, twice is not a contest of this night." in why
    assert "Line 5: the desk is invited for all contests" in why
    assert f"Line 6: Rochester and Stroud is not a contest of this night. Is it {rochester.BALLOT}?" in why
    assert "Line 7: the same as line 1." in why
    assert "Kit, Elsewhere, twice" in answer.text.partition("<textarea")[2], "what was typed is kept"
    assert invited(desk) == before


def test_an_empty_list_and_a_nobody_are_refused_at_their_fields(editor: Phone, desk: Desk) -> None:
    before = invited(desk)
    editor.open("/desk/people")
    for sent, field in (
        ({"lines": " \n"}, "lines"),
        ({"name": " ", "role": "officer", "contests": "Elsewhere"}, "name"),
        ({"name": "Tom", "role": "officer", "contests": ""}, "contests"),
        ({"name": "Tom", "role": "desk", "contests": "Elsewhere"}, "contests"),
        ({"name": "Tom", "role": "king", "contests": "Elsewhere"}, "role"),
        ({"name": "T" * 81, "role": "officer", "contests": "Elsewhere"}, "name"),
        ({"name": "Tom", "role": "officer", "contests": "Elsewhere", "phone": "12"}, "phone"),
        ({}, "contests"),
    ):
        answer = editor.send("/desk/invitations", sent)
        assert answer.status_code == 422, sent
        assert f'<p class="wrong" id="invite-{field}-wrong">{alert(answer.text)}</p>' in answer.text, sent
        assert answer.text.count(f'aria-describedby="invite-{field}-wrong"') == answer.text.count("aria-invalid") == 1
    editor.open(CONTEST)
    here = editor.send("/desk/invitations", {"name": "Tom", "role": "officer", "phone": "12"}).text
    assert f'<p class="wrong" id="invite-phone-wrong">{alert(here)}</p>' in here
    assert invited(desk) == before


def test_one_is_invited_for_several_contests_or_from_a_contests_page(editor: Phone, desk: Desk) -> None:
    editor.open("/desk/people")
    both = "Elsewhere\nRochester and Strood"
    for _ in range(2):
        editor.send("/desk/invitations", {"name": "Tom Ash", "role": "returning officer", "contests": both})
    editor.open(CONTEST)
    una = {"name": "Una", "role": "second officer", "phone": "01634 333333"}
    assert editor.send("/desk/invitations", una).headers["location"] == CONTEST
    assert "01634 333333" in editor.open(CONTEST)
    assert invited(desk)[-2:] == [
        ("Tom Ash", "returning officer", (rochester.OTHER, rochester.BALLOT)),
        ("Una", "second officer", (rochester.BALLOT,)),
    ]


def test_the_sheet_has_a_code_for_each_link_that_nobody_opened_and_for_no_other(
    editor: Phone, officer: Phone, desk: Desk
) -> None:
    for name in ("Bob Lee", "Kit Orr"):
        desk.invite("second officer", name=name)
    editor.open("/desk/people")
    editor.send("/desk/people/revoke", {"invitation": invitation_of(desk, "Kit Orr")})
    page = editor.open("/desk/invitations")
    found = cards(page)
    assert found.keys() == {"Bob Lee"}, "Jane Smith is signed in, Kit Orr revoked, Ann Ray is here"
    assert page.count("<svg") == 1
    assert "Second officer, Rochester and Strood" in text(page)
    assert found["Bob Lee"].startswith(f"{HALL}/count/invitation/")
    night, invitation, _ = Invitations(SECRET).read(found["Bob Lee"].rpartition("/")[2])
    assert (night, invitation) == (rochester.NIGHT, invitation_of(desk, "Bob Lee"))
    assert "style=" not in page, "the policy lets no such style through"

    editor.open("/desk/people")
    editor.send("/desk/people/clear", {"invitation": invitation_of(desk, "Jane Smith")})
    assert cards(editor.open("/desk/invitations")).keys() == {"Bob Lee", "Jane Smith"}
    one = editor.open(f"/desk/invitations?only={invitation_of(desk, 'Jane Smith')}")
    assert cards(one).keys() == {"Jane Smith"}


def test_a_printed_link_lets_its_person_in(editor: Phone, client: TestClient, desk: Desk) -> None:
    desk.invite("officer", name="Bob Lee")
    link = cards(editor.open("/desk/invitations"))["Bob Lee"]
    bob = Phone(another(client))
    assert str(bob.sign_in(link.removeprefix(HALL)).url) == f"{HALL}/count"


@pytest.mark.parametrize(("what", "act"), [("end", SessionsEnded), ("clear", PinCleared), ("revoke", Revoked)])
def test_sessions_end_at_once(editor: Phone, officer: Phone, desk: Desk, what: str, act: type) -> None:
    assert "Ballot papers" in officer.open()
    editor.open("/desk/people")
    for _ in range(2):
        answer = editor.send(f"/desk/people/{what}", {"invitation": invitation_of(desk, "Jane Smith")})
        invitation = invitation_of(desk, "Jane Smith")
        shown = f"/desk/invitations?only={invitation}" if what == "clear" else "/desk/people"
        assert answer.headers["location"] == shown
    assert sum(isinstance(one, act) for one in desk.acts()) == 1
    refused = officer.send("/count/verification", {"issued": "1", "papers": "1"})
    assert refused.headers["location"] == "/count/invitation?ended=1"
    assert len(desk.events()) == 1


def test_a_desk_that_was_revoked_does_nothing_more(editor: Phone, client: TestClient, desk: Desk) -> None:
    other = signed_in(client, desk, "desk", name="Bob Lee")
    other.open("/desk/hold")
    editor.open("/desk/people")
    editor.send("/desk/people/revoke", {"invitation": invitation_of(desk, "Bob Lee")})
    assert other.send("/desk/hold").headers["location"] == "/desk/invitation?ended=1"
    assert len(desk.events()) == 1


def test_who_is_locked_out_comes_in_again_through_the_desk(editor: Phone, client: TestClient, desk: Desk) -> None:
    link = desk.invite("officer", name="Kit Orr")
    Phone(another(client)).sign_in(link)
    stranger = Phone(another(client))
    for _ in range(5):
        stranger.sign_in(link, "9753")
    page = editor.open("/desk")
    assert "Locked out Kit Orr, officer in Rochester and Strood locked out after 5 wrong PINs" in element(
        page, "desk-needs"
    )
    assert "locked out" in element(page, "desk-row-rochester-and-strood")
    editor.open(CONTEST)
    shown = editor.send("/desk/people/clear", {"invitation": invitation_of(desk, "Kit Orr")}).headers["location"]
    new = cards(editor.open(shown))["Kit Orr"].removeprefix(HALL)
    assert str(Phone(another(client)).sign_in(new, "8642").url) == f"{HALL}/count"
    assert "Kit Orr" not in element(editor.open("/desk"), "desk-needs")


def test_what_is_no_invitation_is_refused_and_nobody_revokes_themselves(editor: Phone, desk: Desk) -> None:
    editor.open("/desk/people")
    before = len(desk.acts())
    assert "no such invitation" in alert(editor.send("/desk/people/end", {"invitation": "nobody"}).text)
    mine = {"invitation": invitation_of(desk, "Ann Ray")}
    assert "your own" in alert(editor.send("/desk/people/revoke", mine).text)
    assert editor.send("/desk/people/pardon", mine).status_code == 422
    assert len(desk.acts()) == before


def test_everybody_is_listed_with_their_device(editor: Phone, officer: Phone, desk: Desk) -> None:
    desk.invite("second officer", name="Bob Lee")
    people = element(editor.open("/desk/people"), "desk-people")
    assert "Jane Smith officer Rochester and Strood signed in there now testclient, since" in people
    assert "Bob Lee second officer Rochester and Strood link not opened" in people
    assert "Ann Ray desk the whole night signed in" in people
    assert not fold_acts(desk.acts()).people[invitation_of(desk, "Bob Lee")].sessions


async def test_everybody_else_has_a_turn_after_each_card_that_is_printed() -> None:
    people = {str(number): Person(str(number), f"Officer {number}", "officer", ()) for number in range(30)}
    opened = NightOpened(seq=1, at=now(), by="test", command_id="1", night=rochester.night())
    stands = board_of(fold([opened]), ActsFolded(people=people), now())
    turns = 0

    async def somebody_else() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(somebody_else())
    printed = await cards_of(Settings(redis_url="", secret_key=SECRET), stands, people.values(), ENGLISH)
    task.cancel()
    assert len(printed) == len(people)
    assert turns >= len(people)


def test_cards_with_links_that_no_phone_can_open_have_no_code_and_the_page_says_what_to_set(
    desk: Desk, tmp_path: Path
) -> None:
    settings = Settings(redis_url=desk.url, data_dir=tmp_path, secret_key=SECRET, public_url="http://127.0.0.1:8000")
    with TestClient(build_app(settings), base_url=HALL) as client:
        editor = signed_in(client, desk, "desk", name="Ann Ray")
        desk.invite(name="Jane Smith")
        page = editor.open("/desk/invitations")
    assert "http://127.0.0.1:8000/count/invitation/" in page and "<svg" not in page
    assert "No phone can open this link" in alert(page) and "no QR code" in alert(page)
    assert "Type the link, and choose a PIN" in text(page)
