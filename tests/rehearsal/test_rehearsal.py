"""A small night practised with everything that can go wrong, at the real program; and that all of it says TEST."""

import re
from argparse import ArgumentTypeError, Namespace
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from msgspec import Struct
from msgspec.structs import replace

from server.commands.verify import verify
from server.count.visit.inviting import invite_person, link_of
from server.election.contests import practised
from server.election.counting.acts import Role, SheetKeyed
from server.election.events import AnyEvent, Corrected, Declared, NightHeld, StageReached, Withdrawn
from server.election.nights import Night, fold
from server.election.refusals import Refused
from server.html.languages import ENGLISH, languages
from server.nights import archive
from server.pages.picture.drawing import Text
from server.pages.picture.frame import frame
from server.rehearsal.accidents import KINDS, Paper, kinds_in
from server.rehearsal.logbook import Logbook
from server.rehearsal.report import Report, reported
from server.rehearsal.script import Script, script_of
from server.rehearsal.unreliable_line import Traffic
from server.stream.embedded import start
from server.stream.events import EventStream
from server.stream.opening import open_night
from server.stream.record import written
from server.stream.submit import Submitter
from tests.nights_by_hand import ballot
from tests.rehearsal.by_hand import NIGHT, REHEARSAL, past_night, past_wards, practise
from tests.running import Site, serving

MARK = '<b class="tag test" title="Figures of a rehearsal, not of a count.">Test</b>'


class Practised(Struct, frozen=True):
    """A night that was practised with all accidents, and the server that still shows it."""

    site: Site
    stream: EventStream
    report: Report
    events: list[AnyEvent]


@asynccontextmanager
async def server(folder: Path) -> AsyncGenerator[tuple[Site, EventStream]]:
    redis = start(folder / "redis")
    stream = EventStream(redis.url)
    await stream.open()
    async with serving(redis.url, folder) as site:
        yield site, stream
    await stream.close()
    redis.stop()


@pytest.fixture(scope="module")
async def night(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Practised]:
    async with server(tmp_path_factory.mktemp("rehearsal")) as (site, stream):
        report = await practise(stream, site.settings, "--minutes", "0.04", "--url", site.url)
        yield Practised(site, stream, report, await stream.read(REHEARSAL))


def script(seed: int = 0, seconds: float = 100, contests: int = 5) -> Script:
    past = past_night(contests)
    return script_of(past, practised(past.definition), seconds, 5, frozenset(KINDS), seed, programs=True)


async def test_whatever_goes_wrong_the_end_is_what_was_published(night: Practised) -> None:
    assert night.report.wrong == ()
    assert night.report.lines[-1] == "The final state is the published result."
    ended, published = fold(night.events), fold(past_night().events)
    for one in published.counts:
        there, here = published.counts[one].result, ended.counts[one].result
        assert there
        assert here
        assert [(line.candidate.id, line.votes) for line in here.lines] == [
            (line.candidate.id, line.votes) for line in there.lines
        ]


@pytest.mark.parametrize(("entry", "accidents"), [("double", "none"), ("single", "late,recount,dropped,doubled")])
async def test_wards_of_several_seats_are_counted_with_their_papers_and_lots(
    night: Practised, entry: str, accidents: str
) -> None:
    options = ("--as", f"wards.{entry}", "--minutes", "0.02", "--url", night.site.url)
    chosen = ("--entry", entry, "--accidents", accidents, "--officers", "9")
    report = await practise(night.stream, night.site.settings, *options, *chosen, past=past_wards())
    assert report.wrong == ()
    ended = fold(await night.stream.read(f"wards.{entry}"))
    await night.stream.erase(f"wards.{entry}")  # other tests count the rehearsals that are on air
    elected = {count.contest.name: [line.candidate.id for line in count.result.elected] for count in results(ended)}
    assert elected == {"abbey": ["1", "2", "4"], "brook": ["1", "2"], "dale": ["1"]}


def results(night: Night) -> list[Any]:
    return [count for count in night.counts.values() if count.result]


def test_a_contest_of_two_rounds_is_not_rehearsed_and_it_is_said_why() -> None:
    past = archive.load("mayor.london.2021-05-06")
    with pytest.raises(Refused, match="London is counted in two rounds, by supplementary vote"):
        script_of(past, practised(past.definition), 9, 1, frozenset(), 0, programs=False)


async def test_everything_that_can_go_wrong_does(night: Practised) -> None:
    kinds = Counter(type(event) for event in night.events)
    assert kinds[Declared] + kinds[Corrected] == 5 + 4, "three wrong results and a tie are put right"
    slips = [event.slip for event in night.events if isinstance(event, Corrected)]
    assert {True, False} == set(slips)
    assert kinds[Withdrawn] == kinds[Declared] - 5 >= 1
    assert kinds[NightHeld] == 1
    assert any(isinstance(event, StageReached) and event.stage == "recount" for event in night.events)
    assert any(isinstance(event, Declared) and event.lot for event in night.events)
    assert night.report.traffic.dropped >= 1
    assert night.report.traffic.doubled >= 1
    assert "1 late (1 seen by the desk), held 1 time." in night.report.lines[0]


async def test_pages_and_data_say_that_it_is_a_test(night: Practised) -> None:
    async with httpx2.AsyncClient(base_url=night.site.url) as client:
        contest = f"/nights/{REHEARSAL}/contests/{ballot(0)}"
        for path in (f"/nights/{REHEARSAL}", contest, f"{contest}/notice", f"/nights/{REHEARSAL}/contests"):
            page = (await client.get(path)).text
            assert MARK in page or "<b>Test</b> Figures of a rehearsal, not of a count." in page, path
            assert "<title>TEST: " in page, path
        page = (await client.get(f"/nights/{REHEARSAL}")).text
        described = re.findall(
            r'<meta (?:name|property)="(?:description|og:title|og:description)" content="(.*?)"', page
        )
        assert len(described) == 3
        assert all(one.startswith("TEST: ") for one in described)
        for screen in ("overlay", "wall", "embed/score", "newsroom"):
            page = (await client.get(f"/nights/{REHEARSAL}/{screen}")).text
            assert MARK in page, screen
            assert "<title>TEST: " in page, screen
        assert f"A night</a> {MARK}" in (await client.get("/")).text
        assert "<title>PRAWF: " in (await client.get(f"/nights/{REHEARSAL}?lang=cy")).text or "cy" not in languages()
        of_all = (await client.get("/api/nights")).json()["nights"]
        assert [one["night"] for one in of_all if one["rehearsal"]] == [REHEARSAL]
        for path in (f"/api/nights/{REHEARSAL}", f"/api/nights/{REHEARSAL}/contests/{ballot(0)}"):
            assert (await client.get(path)).json()["rehearsal"] is True
        opened = (await client.get(f"/api/nights/{REHEARSAL}/events")).text.splitlines()[0]
        assert '"rehearsal":true' in opened
    words = [mark.words for mark in frame(fold(night.events), "", "", ENGLISH) if isinstance(mark, Text)]
    assert "TEST" in words


async def test_phones_and_the_desk_say_that_it_is_a_test(night: Practised) -> None:
    submitter = Submitter(night.stream)
    desk = ("/desk", f"/desk/contests/{ballot(0)}", "/desk/hold")
    everybody: tuple[tuple[Role, tuple[str, ...]], ...] = (("officer", ("/count",)), ("desk", desk))
    for role, places in everybody:
        ballots = (ballot(0),) if role == "officer" else ()
        invitation = await invite_person(submitter, REHEARSAL, "Jane Smith", role, ballots)
        link = urlsplit(link_of(night.site.settings, REHEARSAL, invitation, role)).path
        async with httpx2.AsyncClient(base_url=night.site.url, follow_redirects=True) as client:
            page = (await client.get(link)).text
            assert f"{MARK}</h1>" in page
            (csrf,) = re.findall(r'name="csrf" value="([^"]+)"', page)
            await client.post(link, data={"csrf": csrf, "pin": "2580"})
            for place in places:
                page = (await client.get(place)).text
                assert "<title>TEST: " in page, place
                assert f"{MARK}</h1>" in page or place == "/desk/hold"
                assert f'{MARK}<span class="' in page.partition("</header>")[0], place
            if role == "desk":
                await invite_person(submitter, REHEARSAL, "John Smith", "officer", (ballot(0),))
                assert f"<p>{MARK} A night</p>" in (await client.get("/desk/invitations")).text


async def test_a_printed_record_says_that_it_is_a_test(
    night: Practised, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, acts = tmp_path / "record", tmp_path / "acts"
    file.write_bytes(b"".join(written(night.events)))
    acts.write_bytes(b"".join(written(await night.stream.read_acts(REHEARSAL))))
    assert verify(Namespace(record=str(file), head="", photo=None, acts=acts), night.site.settings) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("TEST: figures of a rehearsal, not of a count.\nA night: ")
    assert "at the count bear it out" in printed


async def test_with_two_people_both_key_every_sheet_and_a_rehearsal_begins_anew(tmp_path: Path) -> None:
    async with server(tmp_path) as (site, stream):
        options = ("--minutes", "0.015", "--url", site.url, "--as", "two")
        await practise(stream, site.settings, *options, "--accidents", "none", contests=2)
        options = (*options, "--entry", "double", "--accidents", "wrong,doubled")
        report = await practise(stream, site.settings, *options, contests=2)
        assert report.wrong == ()
        roles = Counter(act.role for act in await stream.read_acts("two") if isinstance(act, SheetKeyed))
        assert roles["officer"] == roles["second officer"] == 4, "each was wrong once"
        await open_night(stream, replace(past_night().definition, id="counted"), "open")
        with pytest.raises(Refused, match="counted is on air, and is no rehearsal"):
            await practise(stream, site.settings, *options, "--as", "counted")


def test_the_order_is_that_of_the_night_without_its_empty_hours_and_the_same_for_a_seed() -> None:
    one = script()
    assert one == script()
    assert one != script(seed=1)
    due = {case.ballot: case.due for case in one.cases if not case.late}
    assert list(due) == sorted(due, key=lambda one: due[one]) == [one for one in map(ballot, range(5)) if one in due]
    night = {place: 14 + 72 * minutes / 45 for place, minutes in enumerate((0, 10, 20, 30, 45))}
    assert all(due[one] == pytest.approx(night[place]) for place, one in enumerate(map(ballot, range(5))) if one in due)
    assert all(case.begins <= case.due < case.cured for case in one.cases)


def test_wrong_figures_are_other_figures_for_as_many_papers() -> None:
    for seed in range(40):
        for case in script(seed, contests=12).cases:
            assert case.first.papers == case.right.papers
            assert (case.first == case.right) is (case.cure is None)


def test_a_report_says_what_does_not_hold() -> None:
    past, logbook = past_night(), Logbook()
    events = [replace(past.events[0], night=practised(past.definition)), *past.events[1:]]
    for event in past.events:
        if isinstance(event, Declared) and event.rejected:
            logbook.acknowledged(event.ballot, Paper(event.votes, event.rejected.total), event.seq)

    def wrong() -> tuple[str, ...]:
        return reported(script(), events, logbook, Traffic(), 1).wrong

    assert wrong() == ()
    logbook.acknowledged(ballot(1), logbook.figures[ballot(1)][0], 0)
    (twice,) = wrong()
    assert twice.startswith(f"{ballot(1)}: acknowledged was [Paper(")
    logbook.receipts[ballot(2)].add(77)
    assert wrong()[1:] == (f"{ballot(2)}: a receipt was given for what is none of its declarations.",)
    events.pop()
    assert wrong()[-1].startswith(f"{ballot(4)}: the end is (None,), and published was ")
    events[0] = past.events[0]
    assert wrong()[0] == f"{NIGHT} is not marked as a rehearsal."


def test_the_records_of_other_nights_keep_their_heads() -> None:
    plain, test = past_night().definition, practised(past_night().definition)
    lines = [next(written([replace(past_night().events[0], night=one)])) for one in (plain, test)]
    assert [b"rehearsal" in line for line in lines] == [False, True]
    assert (test.id, test.replay_of) == (REHEARSAL, None)


def test_accidents_are_named_or_refused() -> None:
    assert kinds_in("all") == frozenset(KINDS)
    assert kinds_in("none") == frozenset()
    assert kinds_in("late,held") == {"late", "held"}
    with pytest.raises(ArgumentTypeError, match="with commas between them"):
        kinds_in("late,fire")
