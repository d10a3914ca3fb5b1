"""People at the count, from their own phones: who calls whom, who signs out, who takes over, who is there now."""

import re
from datetime import timedelta

from starlette.testclient import TestClient

from server.count.board.board import there_told
from server.count.visit.invitations import Invitations
from server.election.counting.acts.people_acts import CallAnswered, CallAsked, HandedOver, PhoneGiven
from server.election.counting.desk import fold_acts
from server.stream.clock import now
from tests.count import rochester
from tests.count.conftest import HALL, SECRET, Desk, Phone, another, signed_in
from tests.count.desk.conftest import element, text
from tests.count.test_api import ADDRESS, BODY


def invitation_of(desk: Desk, name: str) -> str:
    return next(one.invitation for one in fold_acts(desk.acts()).people.values() if one.name == name)


def test_a_lost_phone_is_one_tap_and_its_link_is_dead_also_as_a_token(client: TestClient, desk: Desk) -> None:
    editor = signed_in(client, desk, "desk", name="Ann Ray")
    link = desk.invite()
    officer = Phone(another(client))
    officer.sign_in(link)
    editor.open("/desk/people")
    shown = editor.send("/desk/people/clear", {"invitation": invitation_of(desk, "Jane Smith")}).headers["location"]
    assert "has signed this phone out" in text(officer.open())
    new = re.findall(r'class="link">([^<]*)<', editor.open(shown))[0].removeprefix(HALL)
    assert new != link
    dead = another(client).get(link)
    assert dead.status_code == 403
    assert "a new one was made" in dead.text

    def declares(address: str) -> int:
        token = {"Authorization": f"Bearer {address.rpartition('/')[2]}", "Idempotency-Key": "once"}
        return another(client).post(ADDRESS, json=BODY, headers=token).status_code

    assert declares(link) == 401
    night, invitation, _ = Invitations(SECRET).read(link.rpartition("/")[2])
    assert declares("/" + Invitations(SECRET).make(night, invitation, "made up")) == 401
    assert declares(new) not in (401, 403)
    assert Phone(another(client)).sign_in(new, "8642").status_code == 200
    assert "made a new link" in text(editor.open("/desk/record"))


def test_signing_out_is_of_one_phone_or_of_all(client: TestClient, desk: Desk) -> None:
    link = desk.invite()
    phones = [Phone(another(client)) for _ in range(3)]
    for phone in phones:
        phone.sign_in(link)
    one, two, three = phones
    one.open("/count/you")
    assert "Sign out everywhere: 3 phones" in text(one.page)
    assert one.send("/count/out", {"what": "here"}).headers["location"] == "/count/invitation?out=1"
    assert "not signed in" in text(one.open())
    assert "Ballot papers" in two.open()
    two.open("/count/you")
    two.send("/count/out", {"what": "everywhere"})
    assert "has signed this phone out" in text(three.open())
    assert str(three.sign_in(link).url) == f"{HALL}/count", "the link and the PIN stay good"


def test_a_shift_is_handed_over_with_a_name_on_a_tablet_that_is_shared(client: TestClient, desk: Desk) -> None:
    editor = signed_in(client, desk, "desk", name="Ann Ray")
    jane, mary = desk.invite(), desk.invite(name="Mary Jones")
    tablet = Phone(another(client))
    tablet.sign_in(mary)
    tablet.open("/count/you")
    tablet.send("/count/out", {"what": "here"})
    tablet.sign_in(jane)
    tablet.open("/count/you")
    refused = tablet.send("/count/out", {"name": " "})
    assert refused.status_code == 422
    assert "Say who takes over" in refused.text
    assert "Ballot papers" in tablet.open(), "a mistake signs nobody out"
    tablet.open("/count/you")
    over = tablet.send("/count/out", {"name": "Mary Jones"}).headers["location"]
    page = tablet.open(over)
    assert "Handed over" in text(page)
    assert "stays" in text(page) or "still kept" in text(page)
    links = dict(re.findall(r'<a href="(/count/invitation/[^"]+)">([^<]+)</a>', page))
    assert sorted(links.values()) == ["Jane Smith", "Mary Jones"]
    mine = next(link for link, name in links.items() if name == "Mary Jones")
    assert "Your PIN" in tablet.open(mine), "a name alone signs nobody in"
    assert str(tablet.sign_in(mine).url) == f"{HALL}/count"
    (act,) = (act for act in desk.acts() if isinstance(act, HandedOver))
    assert (act.by, act.to) == ("Jane Smith", "Mary Jones")
    assert "handed over to Mary Jones at" in element(editor.open("/desk/people"), "desk-people")
    assert "Handed over to Mary Jones" in text(editor.open("/desk/record"))
    assert "Mary Jones" not in element(editor.open("/desk"), "desk-needs")
    tablet.open("/count/you")
    tablet.send("/count/out", {"what": "over", "name": "Nobody Known"})
    assert "Nobody Known" in element(editor.open("/desk"), "desk-needs"), "who takes over has to be invited"
    assert all(b"Nobody Known" not in repr(event).encode() for event in desk.events()), "it is private"


def test_a_call_is_asked_for_and_seen_on_both_sides_until_it_is_answered(client: TestClient, desk: Desk) -> None:
    editor = signed_in(client, desk, "desk", name="Ann Ray")
    officer = signed_in(client, desk, "officer", name="Jane Smith")
    jane, ann = invitation_of(desk, "Jane Smith"), invitation_of(desk, "Ann Ray")
    editor.open(f"/desk/invitations?only={ann}")
    editor.send("/desk/people/phone", {"invitation": ann, "phone": "01634 000 111"})
    officer.open("/count/you")
    assert 'href="tel:01634000111"' in officer.page
    refused = officer.send("/count/call", {"phone": "call me"})
    assert refused.status_code == 422
    assert "3 to 15 digits" in refused.text
    before = officer.client.get("/count/state").json()
    officer.open("/count/you")
    for _ in range(2):
        assert officer.send("/count/call", {"phone": "07700 900 123"}).status_code == 303
    assert len([act for act in desk.acts() if isinstance(act, CallAsked)]) == 1
    assert len([act for act in desk.acts() if isinstance(act, PhoneGiven) and act.invited == jane]) == 1
    assert officer.client.get("/count/state").json() != before, "other phones of theirs follow"
    assert "You asked the desk to call at" in text(officer.open())
    assert "asks to be called" in element(editor.open("/desk"), "desk-needs")
    assert "Call 07700 900 123" in element(editor.page, "desk-needs")
    desk.invite("second officer", name="Omar Khan")
    other = invitation_of(desk, "Omar Khan")
    editor.open(f"/desk/invitations?only={other}")
    assert editor.send("/desk/people/phone", {"invitation": other, "phone": "+44 7700 900123"}).status_code == 303
    people = editor.open("/desk/people")
    assert 'href="tel:07700900123"' in people
    assert "the same number as Omar Khan: are they two people?" in people
    assert "the same number as Jane Smith" in editor.open(f"/desk/contests/{rochester.BALLOT}")
    editor.open("/desk/people")
    assert editor.send("/desk/people/answered", {"invitation": jane}).status_code == 303
    assert "You asked the desk to call" not in text(officer.open())
    editor.open("/desk/people")
    editor.send("/desk/people/call", {"invitation": jane})
    assert "Call the desk. Ann Ray asked at" in text(officer.open())
    assert "asked to call the desk at" in element(editor.open("/desk/people"), "desk-people")
    officer.send("/count/call/answered")
    assert "asked to call" not in element(editor.open("/desk/people"), "desk-people")
    assert len([act for act in desk.acts() if isinstance(act, CallAnswered)]) == 2
    public = client.get(f"/api/nights/{rochester.NIGHT}/record").text + client.get(f"/nights/{rochester.NIGHT}").text
    assert "07700" not in public
    assert "01634" not in public


def test_signed_in_and_there_now_are_two_things(client: TestClient, desk: Desk) -> None:
    editor = signed_in(client, desk, "desk", name="Ann Ray")
    officer = signed_in(client, desk, "officer", name="Jane Smith")
    officer.client.get("/count/state")
    jane = invitation_of(desk, "Jane Smith")
    assert editor.client.get("/desk/there").json()[jane] == "there now"
    assert "signed in there now" in element(editor.open("/desk/people"), "desk-people")
    at = now()
    assert there_told(at - timedelta(minutes=5), at).startswith("last heard from at ")
    assert there_told(None, at) == ""
    officer.open("/count/you")
    officer.send("/count/out", {"what": "here"})
    assert "there now" not in element(editor.open("/desk/people"), "desk-people")
    assert jane not in editor.client.get("/desk/there").json()


def test_one_person_for_many_contests_sees_which_differ_and_which_are_ready(client: TestClient, desk: Desk) -> None:
    desk.choose_entry("double")
    both = (rochester.BALLOT, rochester.OTHER)
    first = signed_in(client, desk, "officer", *both, name="Jane Smith")
    second = signed_in(client, desk, "second officer", rochester.BALLOT, name="Bob Lee")
    assert "differ" not in text(first.open())
    before = first.client.get("/count/state").json()
    first.open(f"/count?contest={rochester.BALLOT}")
    sent = {"issued": "40,113", "papers": "40,113"}
    first.send("/count/verification", sent)
    first.open(f"/count?contest={rochester.BALLOT}")
    first.send("/count/sheet", rochester.texts())
    assert "waits for the second officer" in text(first.open())
    wrong = rochester.texts()
    names = [name for name in wrong if name.startswith("votes.")]
    wrong[names[0]], wrong[names[1]] = wrong[names[1]], wrong[names[0]]
    asked = second.client.post(
        "/count/sheet", data=second.hidden(second.open(), "/count/sheet") | wrong, headers=second.origin
    )
    reasons = dict.fromkeys(re.findall(r'name="(reason\.[^"]+)"', asked.text), "read twice")
    second.send("/count/sheet", wrong | reasons)
    page = text(first.open())
    assert "1 differs" in page
    assert "the two sheets differ" in page
    assert first.client.get("/count/state").json() != before, "the list follows by itself"
    second.open()
    second.send("/count/sheet", rochester.texts())
    page = text(first.open())
    assert "1 ready" in page
    assert "ready to declare" in page
