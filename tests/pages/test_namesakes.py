"""Wards of several councils that have one name, and a mayor and a commissioner of one place: told apart wherever they
are told."""

from datetime import date

import pytest
from msgspec import json
from msgspec.structs import replace

from server.count.board.board import board_of
from server.count.board.render import DeskRenderer
from server.count.people.guests import guests_of
from server.election.bodies import Body
from server.election.contests import slug_of
from server.election.counting.desk import fold_acts
from server.election.nights import Night
from server.html.languages import language
from server.html.telling.words import told
from server.html.templates import called
from server.notices.words import notice
from server.pages.newsroom import screens
from server.pages.picture.contest_picture import contest_picture
from server.pages.picture.drawing import Text
from tests.election.wards import CON, GREEN, LAB, declared, kent, mayor, opened, ward
from tests.pages.test_several import shown, words

KENT = replace(ward(CON, LAB, seats=1, before={CON: 1}), name="Abbey")
ESSEX = replace(KENT, ballot="local.essex.abbey.2025-05-01", body="local.essex")
MAYOR = replace(mayor(LAB, CON, GREEN), ballot="mayor.west-midlands.2021-05-06", name="West Midlands", body="mayor.wm")
POLICE = replace(MAYOR, ballot="pcc.west-midlands.2021-05-06", body="pcc.wm")
BODIES = (
    kent(KENT),
    Body("local.essex", "Essex", "council", 1),
    Body("mayor.wm", "Mayor of West Midlands", "office"),
    Body("pcc.wm", "Police and Crime Commissioner for West Midlands", "office"),
)
NAMES = (
    "Abbey (Kent)", "Abbey (Essex)", "Mayor of West Midlands", "Police and Crime Commissioner for West Midlands",
)  # fmt: skip


def night() -> Night:
    return opened(KENT, ESSEX, MAYOR, POLICE, bodies=BODIES, live=False)


def test_each_is_told_apart_in_every_piece_and_every_text() -> None:
    one = night()
    for contest, name in zip((KENT, ESSEX, MAYOR, POLICE), NAMES, strict=True):
        votes = (100, 500) if len(contest.candidates) == 2 else (600, 100, 20)
        one = _after(one, contest.ballot, *votes)
        for piece in ("banner", "latest", f"row-{contest.slug}"):
            assert name in words(shown(one, piece)), piece
        count, event = one.counts[contest.ballot], one.counts[contest.ballot].history[-1]
        arrived = [text for target, _, text in screens.parts(one, event.seq - 1, language("en")) if target == "arrived"]
        said = json.decode(notice(one, count, event, language("en"), ""))  # type: ignore[arg-type]
        drawn = [mark.words for mark in contest_picture(one, count, language("en")) if isinstance(mark, Text)]
        texts = (words(arrived[0]), told(one, count, language("en")), said["title"], " ".join(drawn))
        assert all(name in text for text in texts), texts
    assert [name for name in NAMES if words(shown(one, "latest")).count(name) == 1] == list(NAMES)


def test_the_desk_and_the_page_of_each_tell_them_apart_too() -> None:
    one = night()
    desk = words(DeskRenderer().message(one, fold_acts([]), None))
    assert all(desk.count(f"{name} Not begun") == 1 for name in NAMES), desk
    lines = "\n".join(f"Jane Smith, officer, {name}" for name in NAMES)
    invited = guests_of(board_of(one, fold_acts([]), one.at), lines, lambda guest: False)
    assert [guest.ballots for guest in invited] == [(one.ballot,) for one in (KENT, ESSEX, MAYOR, POLICE)]
    for contest, name in zip((MAYOR, POLICE), NAMES[2:], strict=True):
        one = _after(one, contest.ballot, 600, 100, 20)
        assert f"LAB WIN {name}" in words(shown(one, f"contest-{contest.slug}")), "as in a frame of another site"
        assert called(language("en"), one.definition, contest) == name
    assert called(language("en"), one.definition, KENT) == "Abbey", "its page has its council above"


def _after(one: Night, ballot: str, *votes: int) -> Night:
    """``declared`` finds a contest by its name, which does not tell these apart."""
    name = ballot.partition(".")[2]
    known = replace(
        one.definition,
        contests=tuple(replace(c, name=name) if c.ballot == ballot else c for c in one.definition.contests),
    )
    return replace(declared(replace(one, definition=known), name, *votes), definition=one.definition)


def test_a_mayor_and_a_commissioner_of_one_place_have_a_row_each() -> None:
    assert (MAYOR.slug, POLICE.slug, slug_of("mayor.2021-05-06")) == ("mayor-west-midlands", "pcc-west-midlands", "")
    one = _after(night(), POLICE.ballot, 600, 100, 20)
    assert "awaiting" in words(shown(one, f"row-{MAYOR.slug}"))
    assert "Lab" in words(shown(one, f"row-{POLICE.slug}"))


@pytest.mark.parametrize(
    ("title", "contests", "bodies", "name"),
    [
        ("Abbey by-election", (KENT,), BODIES[:1], "Abbey (Kent)"),
        ("Kent by-election in Abbey", (KENT,), BODIES[:1], "Abbey"),
        ("2027 local elections", (KENT, replace(KENT, ballot="local.kent.b.2025-05-01")), BODIES[:1], "Abbey"),
        ("By-elections", (KENT, ESSEX), BODIES[:2], "Abbey (Kent)"),
    ],
)
def test_a_council_is_told_where_nothing_else_says_it(
    title: str, contests: tuple[object, ...], bodies: tuple[Body, ...], name: str
) -> None:
    known = replace(night().definition, title=title, date=date(2025, 5, 1), contests=contests, bodies=bodies)
    assert language("en").seat_in(known, KENT) == name
