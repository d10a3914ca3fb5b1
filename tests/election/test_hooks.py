"""Webhooks as the desk's acts: which there are after them, what each is sent, and what is refused."""

from datetime import UTC, datetime
from typing import Any

import pytest

from server.election.commands import OpenNight
from server.election.counting.acts.hook_acts import HookDropped, HookMade, HookSwitched
from server.election.counting.desk import Desk, fold_acts, for_another_round
from server.election.counting.hooks import KINDS, kind_of, must_hook, wants
from server.election.deciding.decide import decide
from server.election.events import AnyEvent, BallotPaperAmended, NightHeld, NotePosted, Withdrawn
from server.election.limits import MOST_HOOKS
from server.election.nights import fold
from server.election.refusals import Refused
from tests.nights_by_hand import START, ballot, definition

_NIGHT = fold([decide(None, OpenNight(id="open", by="desk", night=definition()), START)])


def _stamp(seq: int) -> Any:
    return {"seq": seq, "at": datetime.now(UTC), "by": "Ann", "invitation": "", "device": "", "command_id": f"{seq}"}


def _made(seq: int = 1, hook: str = "hook", **more: Any) -> HookMade:
    told: dict[str, Any] = {"url": "https://cms.example/", "kinds": ("results",), "ballots": (), "after": 7} | more
    return HookMade(**_stamp(seq), hook=hook, **told)


def _event(kind: type[AnyEvent], **more: Any) -> AnyEvent:
    return kind(seq=2, at=START, by="desk", command_id="x", **more)


def test_acts_are_folded_into_the_webhooks_that_there_are() -> None:
    off = HookSwitched(**_stamp(2), hook="hook", on=False, why="503")
    desk = fold_acts([_made(), off])
    assert (desk.hooks["hook"].on, desk.hooks["hook"].why, desk.hooks["hook"].since) == (False, "503", 1)
    desk = fold_acts([HookSwitched(**_stamp(3), hook="hook", on=True)], desk)
    assert (desk.hooks["hook"].on, desk.hooks["hook"].why, desk.hooks["hook"].since) == (True, "", 3)
    assert fold_acts([HookDropped(**_stamp(4), hook="hook")], desk).hooks == {}


def test_when_the_night_is_played_again_webhooks_stay_and_begin_at_its_first_event() -> None:
    (act,) = for_another_round(fold_acts([_made()]))
    assert isinstance(act, HookMade)
    assert act.after == 0


def test_a_webhook_of_one_contest_is_told_of_it_and_of_the_night_if_it_asked_for_that() -> None:
    hooks = fold_acts([_made(kinds=("results", "notes", "night"), ballots=(ballot(1),))]).hooks
    here, there = (_event(Withdrawn, ballot=ballot(number), reason="why") for number in (1, 2))
    of_the_night = _event(NotePosted, text="For everybody", ballot=None)
    told = [wants(hooks["hook"], event) for event in (here, there, of_the_night, _event(NightHeld))]
    assert told == [True, False, False, True]
    assert kind_of(here) == "results"


def test_who_is_told_of_results_is_told_of_a_paper_put_right_once_there_are_figures() -> None:
    results, papers, notes = (
        fold_acts([_made(kinds=(kind,), ballots=(ballot(1),))]).hooks["hook"] for kind in ("results", "papers", "notes")
    )
    contest = definition().contests[1]
    before, after, elsewhere = (
        _event(BallotPaperAmended, ballot=of, contest=contest, parties=(), reason=reason)
        for of, reason in ((ballot(1), ""), (ballot(1), "A defection."), (ballot(2), "A defection."))
    )
    told = [[wants(hook, event) for event in (before, after, elsewhere)] for hook in (results, papers, notes)]
    assert told == [[False, True, False], [True, True, False], [False, False, False]]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"kinds": ()}, "hook-kinds"),
        ({"url": "ftp://cms.example/"}, "hook-address"),
        ({"url": "https://cms.example/" + "x" * 500}, "hook-address"),
        ({"ballots": ("nowhere",)}, "ballot-unknown"),
    ],
)
def test_a_webhook_that_cannot_be_is_refused(more: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        must_hook(_NIGHT, {}, _made(**more))
    assert refused.value.code == code


def test_a_night_has_so_many_webhooks_and_no_more() -> None:
    desk = Desk()
    for number in range(MOST_HOOKS):
        desk = fold_acts([_made(number + 1, f"hook-{number}", kinds=KINDS)], desk)
    with pytest.raises(Refused, match="at most 20"):
        must_hook(_NIGHT, desk.hooks, _made())


def test_what_is_gone_or_off_is_not_switched_off() -> None:
    off = HookSwitched(**_stamp(2), hook="hook", on=False)
    with pytest.raises(Refused, match="no such webhook"):
        must_hook(_NIGHT, {}, off)
    with pytest.raises(Refused, match="already"):
        must_hook(_NIGHT, fold_acts([_made(), off]).hooks, off)
