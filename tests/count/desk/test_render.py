"""What the desk's push says: after each news the pieces that it changed, and no other contest's."""

import re
from datetime import UTC, datetime

from msgspec.structs import replace

from server.count.board.render import DeskRenderer
from server.election.commands import HoldNight, ReachStage
from server.election.counting.acts import AnyAct, Asked, Dropped, EntryChosen, Invited, SignedIn
from server.election.counting.desk import fold_acts
from server.election.deciding.decide import decide
from server.election.events import AnyEvent, NightOpened
from server.election.nights import Night, fold
from server.live.private import News
from tests.count import rochester
from tests.count.conftest import stamp

NOW = datetime(2014, 11, 20, 23, tzinfo=UTC)
HERE = {"desk-row-rochester-and-strood", "desk-contest-rochester-and-strood"}
ALWAYS = {"desk-status", "desk-needs"}


def opened() -> Night:
    definition = rochester.night()
    return fold((NightOpened(seq=1, at=NOW, by="desk", command_id="open", night=definition),))


def changed(night: Night, acts: list[AnyAct], news: list[News] | None) -> set[str]:
    """The ids of what a message brings, which must be the ids of the elements in it."""
    numbered = [replace(act, seq=seq) for seq, act in enumerate(acts, 1)]
    text = DeskRenderer().message(night, fold_acts(numbered), news)
    found = re.findall(r'<hx-partial hx-target="#([^"]+)" hx-swap="outerMorph"><\w+ id="([^"]+)"', text)
    assert all(target == id for target, id in found)
    assert len(found) == text.count("<hx-partial")
    return {target for target, _ in found}


def invitation(role: str = "officer") -> Invited:
    ballots = (rochester.BALLOT,) if role != "desk" else ()
    return Invited(**stamp("i"), invited="jane", name="Jane", role="officer" if ballots else "desk", ballots=ballots)


def test_everything_is_every_row_and_no_contests_page() -> None:
    rows = {"desk-row-rochester-and-strood", "desk-row-elsewhere"}
    assert changed(opened(), [], None) == ALWAYS | rows


def test_news_of_one_contest_is_its_row_and_its_page() -> None:
    night = opened()
    command = ReachStage(id="s", by="RO", ballot=rochester.BALLOT, stage="boxes in")
    event: AnyEvent = decide(night, command, NOW)
    asked = Asked(**stamp("a"), command=command, reasons={})
    assert changed(fold((event,), night), [], [event]) == ALWAYS | HERE
    assert changed(night, [asked], [asked]) == ALWAYS | HERE
    dropped = Dropped(**stamp("d"), asked="s", why="It cannot be.")
    assert changed(night, [asked, dropped], [dropped]) == ALWAYS | HERE


def test_news_of_a_person_is_their_line_and_their_contests() -> None:
    invited = invitation()
    session = SignedIn(**stamp("s", "jane"), session="one")
    assert changed(opened(), [invited, session], [session]) == ALWAYS | HERE | {"desk-person-jane"}
    assert changed(opened(), [invited], [invited]) == ALWAYS | HERE | {"desk-people"}
    desk = invitation("desk")
    assert changed(opened(), [desk], [desk]) == ALWAYS | {"desk-people"}


def test_what_is_about_the_night_changes_every_row() -> None:
    night = opened()
    held = decide(night, HoldNight(id="h", by="desk"), NOW)
    everything = ALWAYS | {"desk-row-rochester-and-strood", "desk-row-elsewhere"}
    assert changed(fold((held,), night), [], [held]) == everything
    chosen = EntryChosen(**stamp("e"), entry="double")
    assert changed(night, [chosen], [chosen]) == everything
