"""A night from the browser: begun in each way, put right at its rows, seen, opened once, run."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from server.count.setup.beginning import MOST_UPLOADED
from server.count.setup.opening import open_due
from server.election.counting.acts import PLACE, EntryChosen, Invited, PinChosen, Revoked, SignedIn
from server.election.events import DeclarationExpected, NightOpened
from server.nights.coming.files import template
from server.nights.kept import Kept
from server.stream.drafts import Drafts
from server.stream.embedded import Embedded, socket_path
from server.stream.events import EventStream
from server.stream.watching.watcher import ask
from tests.count import rochester
from tests.count.conftest import Desk, another, stamp
from tests.count.setup import clacton
from tests.count.setup.conftest import Admin, signed_in
from tests.stream.conftest import until

LATER = datetime(2100, 12, 10, 21, 31, tzinfo=UTC)


def begun(admin: Admin, names: str = clacton.LIST) -> None:
    """The by-election in Clacton with these names, saved."""
    admin.begin("seat", q="clacton", date=clacton.DAY, seat=clacton.GENERAL)
    admin.save("list", list=names)


def opened(stored: Desk) -> NightOpened:
    """The first event of the night."""
    event = stored.do(lambda stream: stream.read(clacton.NIGHT))[0]
    assert isinstance(event, NightOpened)
    return event


async def due(stream: EventStream) -> None:
    """What each web process does every second."""
    drafts = Drafts(stream)
    await open_due(stream, drafts, Kept(Path("nowhere")), set())


def test_a_seat_and_a_pasted_list_are_a_night_that_viewers_see_once_it_is_opened(
    admin: Admin, place: TestClient, stored: Desk
) -> None:
    assert "No night is being prepared" in admin.open("/admin")
    assert "Compared with which election?" in admin.begin("seat", q="clacton", date=clacton.DAY).text
    begun(admin, "")
    assert admin.form()["draft.0.electorate"] == "78,245"
    assert admin.faults() == ["candidates: There is no candidate yet."]
    assert admin.send(f"{admin.draft}/preview").status_code == 405
    assert admin.client.get(f"{admin.draft}/preview", follow_redirects=False).status_code == 303
    admin.save("list", list=clacton.LIST)
    assert admin.faults() == []
    assert "10 December 2026 · 34 candidates" in admin.open("/admin")
    answer = admin.client.get(f"{admin.draft}/preview")
    assert "Preview: " in answer.text
    assert "Ann Abbott" in answer.text
    assert "script-src 'none'" in answer.headers["content-security-policy"]
    inside = re.findall(r'href="(/[^"#?]*)', answer.text)
    assert not [one for one in inside if one.startswith(f"/nights/{clacton.NIGHT}")], "its links stay in the preview"
    assert "Ann Abbott" in admin.client.get(f"{admin.draft}/preview/{clacton.NIGHT}").text
    assert another(place).get(f"/nights/{clacton.NIGHT}").status_code == 404, "nobody else sees it"
    admin.open_draft()
    assert opened(stored).night.contests[0].candidates[0].name == "Ann Abbott"
    told = admin.open(f"/admin?opened={clacton.NIGHT}")
    assert re.search(rf"It is on air at <a[^>]*>http://[^/<]+/nights/{re.escape(clacton.NIGHT)}</a>", told)


def test_each_way_begins_a_draft(admin: Admin) -> None:
    admin.begin("file", table=clacton.DEMOCRACY_CLUB)
    assert (admin.form()["draft.0.3.surname"], admin.faults()) == ("Smith", [])
    assert admin.page.count('data-party="PP53"') == 2, "Labour and Co-operative is in Labour's colour"
    admin.begin("file", table=template() + "Clacton,Smith,Jane,Labour,,,,,,,,10/12/2026,,,,,\n")
    assert admin.form()["draft.0.seat"] == "Clacton"
    admin.begin("names")
    assert admin.form()["draft.0.12.surname"] == ""
    assert "draft.0.13.surname" not in admin.form(), "thirteen rows"
    admin.save("more")
    assert admin.form()["draft.0.22.surname"] == ""
    admin.save(title="Bath by-election", date=clacton.DAY, c_seat="bath", surname_0="Ray", party_0="Green Party")
    assert admin.faults() == [], "the seat is known by its name, and what is known of it comes along"
    assert admin.form()["draft.0.seat"] == "Bath"
    admin.save(description_0="Bath’s own Greens", sitting_0="yes")
    assert admin.form()["draft.0.0.sitting"] == "yes"
    assert "Bath’s own Greens" in admin.open(f"{admin.draft}/preview")
    admin.open(admin.draft)
    admin.save(sitting_0="", description_0="x" * 200)
    assert admin.faults() == ["row 1, description: 200 characters are too many: say it in 120."]
    assert admin.form()["draft.0.0.sitting"] == ""


def test_a_file_that_is_uploaded_may_be_larger_than_another_form(admin: Admin) -> None:
    admin.open("/admin/nights")
    hidden = admin.hidden(admin.page, "/admin/nights/file")
    rows = "".join(
        f"{number},A B,local.x,local.x.y.2026-12-10,2026-12-10,True,L,PP53,Y,False,1\n" for number in range(9)
    )
    for size, status in ((300_000, 303), (MOST_UPLOADED + 1000, 413)):
        data = (clacton.DEMOCRACY_CLUB + rows * (size // len(rows))).encode()
        files = {"draft.file": ("export.csv", data, "text/csv")}
        answer = admin.client.post(
            "/admin/nights/file", data=hidden, files=files, headers=admin.origin, follow_redirects=False
        )
        assert answer.status_code == status
    assert admin.send("/admin/nights/names", {"draft.x": "y" * 300_000}).status_code == 413


def test_what_is_wrong_in_a_file_in_utf_16_stands_with_its_line_and_the_table_comes_again(admin: Admin) -> None:
    admin.open("/admin/nights")
    hidden = admin.hidden(admin.page, "/admin/nights/file")
    table = "contest,surname,first names,party,new party\nClacton,Smi\u2028th,Zoë,Labour,perhaps\n,Lee,Bob,Ind,maybe\n"
    answer = admin.client.post(
        "/admin/nights/file",
        data=hidden,
        files={"draft.file": ("night.csv", table.encode("utf-16"), "text/csv")},
        headers=admin.origin,
        follow_redirects=False,
    )
    assert answer.status_code == 422
    assert "“,Lee,Bob,Ind,maybe”" in answer.text
    assert "th,Zoë,Labour,perhaps\n,Lee" in answer.text, "the table is in the form"


@pytest.mark.parametrize("name", ["a\0b.csv", "a" * 3000 + ".csv", "../../etc/passwd", "\r\n"])
def test_whatever_a_file_is_called_it_is_read_or_refused_with_a_sentence(admin: Admin, name: str) -> None:
    admin.open("/admin/nights")
    hidden = admin.hidden(admin.page, "/admin/nights/file")
    for content, status in ((clacton.DEMOCRACY_CLUB, 303), ("nothing", 422)):
        files = {"draft.file": (name, content.encode(), "text/csv")}
        answer = admin.client.post(
            "/admin/nights/file", data=hidden, files=files, headers=admin.origin, follow_redirects=False
        )
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("way", "typed", "said"),
    [
        ("seat", {"q": "", "date": clacton.DAY}, "Say which seat."),
        ("seat", {"q": "xyzzy", "date": clacton.DAY}, "There is no seat like “xyzzy”"),
        ("seat", {"q": "clacton", "date": ""}, "Say on which day the poll is."),
        ("seat", {"q": "clacton", "date": "tomorrow"}, "“tomorrow” is no date"),
        ("file", {"table": ""}, "Choose a file, or paste a table."),
        ("file", {"table": "contest,surname,first names,party\nBath,Ray\n"}, "There are 2 cells, but 4 columns."),
        ("file", {"table": clacton.DEMOCRACY_CLUB, "date": "2027-01-01"}, "no ballot for the House of Commons of 2027"),
    ],
)
def test_what_begins_nothing_comes_again_as_it_was_typed(
    admin: Admin, way: str, typed: dict[str, str], said: str
) -> None:
    answer = admin.begin(way, **typed)
    assert answer.status_code == 422
    assert said in answer.text
    for text in typed.values():
        assert text.strip().splitlines()[:1] == [] or text.strip().splitlines()[0] in answer.text
    assert "No night is being prepared" in admin.open("/admin")


def test_a_fault_stands_at_its_row_and_what_was_typed_is_kept_on_the_server(admin: Admin) -> None:
    begun(admin, "SMITH, Jane, Labuor\nLEE, Bob, The Newest Party\nRAY, Ann")
    assert admin.faults() == [
        "row 1, party: Labuor is not in the register of parties. Is it Labour? line 1 of what was sent",
        "row 2, party: The Newest Party is not in the register of parties. line 2 of what was sent",
        "row 3, party: Say the party, or Independent. line 3 of what was sent",
    ]
    again = Admin(admin.client, draft=admin.draft)
    assert "Labuor" in again.open(admin.draft), "after a reload, and on another machine"
    assert 'id="0-0-party-wrong"' in again.page
    again.save(party_0="Labour", new_1="1", party_2="Green Party", first_names_2="", surname_2="Ray")
    assert again.faults() == []
    again.save(electorate="", c_electorate="seventy", closes="late")
    assert [fault.split(":")[0] for fault in again.faults()] == ["polls close", "electorate"]
    assert again.form()["draft.0.electorate"] == "seventy"


def test_an_export_with_votes_makes_a_draft_that_says_that_they_are_left_out(admin: Admin) -> None:
    admin.open("/admin/nights")
    header, *rows = clacton.DEMOCRACY_CLUB.splitlines()
    table = "\n".join([f"{header},votes_cast", f"{rows[0]},1234", *(f"{row}," for row in rows[1:])])
    for text, told in ((table, True), (clacton.DEMOCRACY_CLUB, False)):
        answer = admin.send("/admin/nights/file", {"draft.table": text})
        assert answer.status_code == 303
        draft = admin.open(answer.headers["location"])
        assert ("the votes of 1 candidate. This is a night still to come, so they are left out" in draft) is told


def test_a_draft_of_a_newer_version_is_named_and_the_others_are_listed(admin: Admin, stored: Desk) -> None:
    begun(admin)
    stored.do(lambda stream: Drafts(stream).call("HSET", "{drafts}", "newer", '{"version":"2"}'))
    listed = admin.open("/admin")
    assert "newer <p" in listed and "Run the newest version." in listed and admin.draft in listed
    stored.do(lambda stream: Drafts(stream).drop("newer"))


def test_a_form_that_is_sent_twice_makes_one_draft_and_one_version(admin: Admin) -> None:
    admin.open("/admin/nights")
    typed = {"draft.q": "bath", "draft.date": clacton.DAY}
    first, second = (admin.send("/admin/nights/seat", typed) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    admin.draft = first.headers["location"]
    admin.open(admin.draft)
    form = admin.form() | {"draft.title": "Another title", "do": "save"}
    assert [admin.send(admin.draft, form).status_code for _ in range(2)] == [303, 303]
    admin.open(admin.draft)
    assert admin.form()["version"] == "2"


def test_who_saves_second_sees_what_the_first_changed_and_keeps_what_was_typed(
    place: TestClient, stored: Desk, admin: Admin
) -> None:
    begun(admin, "SMITH, Jane, Labour\nLEE, Bob, Green Party")
    other = signed_in(place, stored, "Bea Other")
    other.draft = admin.draft
    other.open(admin.draft)
    assert admin.save(c_electorate="79,001", surname_2="Ray", party_2="Independent").status_code == 303
    answer = other.save(title="The Clacton by-election", first_names_1="Robert", surname_2="Kay", party_2="Con")
    assert answer.status_code == 409
    assert "Ann Admin has saved this draft since you opened this page" in answer.text
    changes = re.search(r'<section class="both-of".*?</section>', answer.text, re.DOTALL)
    assert changes is not None
    assert "<del>78,245</del>" in changes[0]
    assert "<ins>79,001</ins>" in changes[0]
    form = other.form()
    assert (form["draft.title"], form["draft.0.electorate"]) == ("The Clacton by-election", "79,001")
    assert [form[f"draft.0.{row}.surname"] for row in range(4)] == ["Smith", "Lee", "Ray", "Kay"]
    admin.open(admin.draft)
    assert admin.form()["draft.title"] == "Clacton by-election", "nothing was saved yet"
    assert other.save().status_code == 303
    admin.open(admin.draft)
    assert [admin.form()[f"draft.0.{row}.first_names"] for row in range(2)] == ["Jane", "Robert"]
    assert admin.form()["draft.0.3.surname"] == "Kay"


def test_what_somebody_changed_meanwhile_is_not_opened(place: TestClient, stored: Desk, admin: Admin) -> None:
    begun(admin)
    other = signed_in(place, stored, "Bea Other")
    other.draft = admin.draft
    admin.open(f"{admin.draft}/preview")
    other.open(admin.draft)
    other.save(title="Something else")
    answer = admin.send(f"{admin.draft}/open", {"do": "now"})
    assert answer.status_code == 422
    assert "Somebody has changed this draft since you saw it. Nothing was opened" in answer.text
    assert stored.do(lambda stream: stream.nights()) == []


def test_a_night_that_is_opened_twice_is_opened_once(admin: Admin, stored: Desk) -> None:
    begun(admin)
    admin.save(entry="double", c_expected="03:30")
    admin.open(f"{admin.draft}/preview")
    answers = [admin.send(f"{admin.draft}/open", {"do": "now"}) for _ in range(2)]
    assert [(answer.status_code, answer.headers["location"]) for answer in answers] == [
        (303, f"/admin?opened={clacton.NIGHT}")
    ] * 2
    events = stored.do(lambda stream: stream.read(clacton.NIGHT))
    assert [type(event) for event in events] == [NightOpened, DeclarationExpected]
    acts = stored.do(lambda stream: stream.read_acts(clacton.NIGHT))
    assert [act.entry for act in acts if isinstance(act, EntryChosen)] == ["double"]
    assert admin.client.get(admin.draft, follow_redirects=False).headers["location"].endswith(clacton.NIGHT)
    begun(admin)
    assert "is already on air" in admin.open_draft().text, "another draft of the same by-election"


def test_a_past_night_is_not_opened_again(admin: Admin) -> None:
    admin.begin("seat", q="clacton", date="2026-08-13", seat=clacton.GENERAL)
    admin.save("list", list=clacton.LIST)
    assert "is a past night already" in admin.open_draft().text


def test_a_night_is_opened_at_its_time_by_whichever_process_is_there_and_once(
    admin: Admin, stored: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(admin)
    assert "is over: open it now, or at a later time" in admin.open_draft("at", at="2020-12-10T21:30").text
    assert "Say when it is to be opened" in admin.open_draft("at", at="").text
    assert admin.open_draft("at", at="2100-12-10T21:30").status_code == 303
    assert "Opens 10 December 2100, 21:30" in admin.open("/admin")
    stored.do(due)
    assert stored.do(lambda stream: stream.nights()) == [], "not before"
    admin.open_draft("never")
    assert "Opens " not in admin.open("/admin")
    admin.open_draft("at", at="2100-12-10T21:30")
    monkeypatch.setattr(
        "server.count.setup.opening.now",
        lambda: LATER,
    )
    for _ in range(2):
        stored.do(due)
    assert len(stored.do(lambda stream: stream.read(clacton.NIGHT))) == 1
    assert opened(stored).night.id == clacton.NIGHT


def test_a_draft_that_cannot_be_opened_at_its_time_says_why(
    admin: Admin, stored: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(admin)
    admin.open_draft("at", at="2100-12-10T21:30")
    admin.open(admin.draft)
    admin.save(surname_0="")
    monkeypatch.setattr(
        "server.count.setup.opening.now",
        lambda: LATER,
    )
    stored.do(due)
    page = admin.open("/admin")
    assert "It was not opened at 21:30." in page
    assert "Say the candidate’s surname." in page
    assert stored.do(lambda stream: stream.nights()) == []


def test_a_draft_is_thrown_away_only_when_the_box_is_ticked(admin: Admin) -> None:
    begun(admin)
    assert admin.send(f"{admin.draft}/drop").status_code == 422
    assert admin.send(f"{admin.draft}/drop", {"sure": "1"}).status_code == 303
    assert admin.client.get(admin.draft).status_code == 404


def test_who_runs_the_place_runs_every_night_and_it_is_on_record(admin: Admin, stored: Desk) -> None:
    begun(admin)
    admin.open_draft()
    admin.open(f"/admin?opened={clacton.NIGHT}")
    for _ in range(2):
        assert admin.send("/admin/run", {"night": clacton.NIGHT}).headers["location"] == "/desk"
    assert "Clacton by-election" in admin.client.get("/desk").text
    acts = stored.do(lambda stream: stream.read_acts(clacton.NIGHT))
    assert [type(act) for act in acts] == [Invited, PinChosen, SignedIn]
    assert {act.by for act in acts} == {"Ann Admin"}
    assert admin.client.get("/admin").status_code == 200, "and still runs the place in the same browser"
    assert "is not on air" in admin.send("/admin/run", {"night": "parl.never.2026-12-10"}).text


@pytest.mark.parametrize("what", ["end", "clear", "revoke"])
def test_who_is_out_of_the_place_is_out_of_its_desks(place: TestClient, stored: Desk, admin: Admin, what: str) -> None:
    begun(admin)
    admin.open_draft()
    admin.open("/admin/people")
    to = admin.send("/admin/people", {"name": "Bea Other"}).headers["location"]
    other = Admin(another(place))
    other.sign_in(admin.open(to).split('id="link">')[1].split("<")[0].removeprefix("http://testserver"))
    other.open("/admin")
    other.send("/admin/run", {"night": clacton.NIGHT})
    assert other.client.get("/desk", follow_redirects=False).status_code == 200
    admin.open("/admin/people")
    sent = admin.hidden(admin.page, f"/admin/people/{what}") | {"invitation": to.rpartition("=")[2]}
    admin.client.post(f"/admin/people/{what}", data=sent, headers=admin.origin)
    assert other.client.get("/desk", follow_redirects=False).headers["location"] == "/desk/invitation?ended=1"


def test_who_is_revoked_by_a_process_that_dies_before_it_reaches_the_desks_is_out_of_them_all_the_same(
    place: TestClient, stored: Desk, admin: Admin
) -> None:
    begun(admin)
    admin.open_draft()
    admin.open("/admin/people")
    to = admin.send("/admin/people", {"name": "Bea Other"}).headers["location"]
    other = Admin(another(place))
    other.sign_in(admin.open(to).split('id="link">')[1].split("<")[0].removeprefix("http://testserver"))
    other.open("/admin")
    other.send("/admin/run", {"night": clacton.NIGHT})
    assert other.client.get("/desk", follow_redirects=False).status_code == 200
    stored.record(Revoked(**stamp("revoke"), invited=to.rpartition("=")[2]), PLACE)
    assert other.client.get("/desk", follow_redirects=False).headers["location"] == "/desk/invitation?ended=1"


def test_several_contests_are_typed_one_at_a_time(admin: Admin) -> None:
    table = (
        "contest,surname,first names,party,date,title\nBath,Ray,Ann,Labour,10/12/2026,Two\nClacton,Lee,Bob,Labuor,,\n"
    )
    admin.begin("file", table=table)
    assert [fault.split(":")[0] for fault in admin.faults()] == ["Clacton, row 1, party"]
    assert "draft.1.0.party" not in admin.form()
    admin.open(f"{admin.draft}?contest=2")
    answer = admin.send(f"{admin.draft}?contest=2", admin.form() | {"draft.1.0.party": "Labour", "do": "save"})
    assert answer.headers["location"].endswith("?contest=2")
    admin.open(answer.headers["location"])
    assert admin.faults() == []
    assert admin.client.get(f"{admin.draft}?contest=3").status_code == 404


def test_a_past_night_is_practised_with_and_the_copy_discarded_from_the_list_of_all_nights(
    admin: Admin, stored: Desk
) -> None:
    past, copy = "parl.clacton.by.2026-08-13", "parl.clacton.by.2026-08-13.rehearsal"
    admin.open("/admin")
    for _ in range(2):  # a second tap
        assert admin.send("/admin/copy", {"night": past}).headers["location"] == f"/admin?opened={copy}"
    assert stored.do(lambda stream: stream.nights()) == [copy]
    assert admin.send("/admin/copy", {"night": "parl.nowhere"}).status_code == 422
    assert "Discard" in admin.open("/admin")
    assert admin.send("/admin/run", {"night": copy, "do": "discard"}).headers["location"] == "/desk/discard"
    assert 'href="/admin"' in admin.open("/desk/discard"), "the way back to all nights"
    assert admin.send("/desk/discard").headers["location"] == "/admin"
    assert stored.do(lambda stream: stream.nights()) == []


def test_a_desk_without_an_officer_leads_to_inviting_them(admin: Admin) -> None:
    begun(admin)
    admin.open_draft()
    admin.open(f"/admin?opened={clacton.NIGHT}")
    admin.send("/admin/run", {"night": clacton.NIGHT})
    assert '<a href="/desk/people">Invite the officers</a>' in admin.open("/desk")
    admin.open("/desk/people")
    admin.send("/desk/invitations", {"lines": "Jane Smith, officer, Clacton"})
    assert "Invite the officers" not in admin.open("/desk")


def test_a_night_that_this_process_cannot_show_is_listed_with_the_reason(
    shared_redis: Embedded, admin: Admin, stored: Desk
) -> None:
    stored.open_night()
    spoilt = b"XADD {%b}:events 2-0 event '%b'" % (rochester.NIGHT.encode(), b'{"kind":"declared.9"}')
    assert ask(socket_path(shared_redis.folder), spoilt).startswith(b"$")
    until(lambda: "is off in this process" in admin.client.get("/readyz").text)
    page = admin.open("/admin")
    assert 'id="off"' in page and f"<li><div>{rochester.NIGHT} " in page
    assert "It holds an event that" in page
    stored.open_night()
    until(lambda: 'id="off"' not in admin.open("/admin"))
