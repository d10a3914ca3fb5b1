"""The pages about a night as a whole in their editions: each language, and counted from another baseline."""

import html
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from functools import cache

import httpx2
import pytest
from msgspec.structs import replace

from server.election.commands import OpenNight
from server.election.contests import Definition
from server.election.deciding.decide import decide
from server.election.events import NightOpened
from server.election.nights import Night, fold
from server.election.parties import Party
from server.election.results.swings import swings
from server.election.results.tally import add_up
from server.election.results.targets import battlegrounds
from server.election.shares import half_up
from server.html.languages import languages
from server.nights import archive
from server.nights.against import against
from server.pages.analysis.choices import choices
from server.pages.analysis.record_book import records_page
from server.pages.analysis.views import KINDS, asked
from server.pages.analysis.views import html as element
from server.stream.embedded import Embedded
from tests.nights_by_hand import START, declare, definition
from tests.pages.test_analysis import rows, text_of
from tests.running import Site, answered, serving

GENERAL = "parl.2019-12-12"
ROCHESTER = "parl.rochester-and-strood.by.2014-11-20"
CON, LAB, REFORM = "PP52", "PP53", "PP7931"
NIGHTS = [night.id for night in archive.listed() if night.baseline]  # without one, nothing has swung


@cache
def stood(name: str, part: float, baseline: str = "") -> Night:
    """A past night after so much of its events, against a baseline."""
    events = archive.load(name).events
    first = events[0]
    assert isinstance(first, NightOpened)
    opening = replace(first, night=against(first.night, baseline))
    return fold([opening, *events[1 : max(1, round(part * len(events)))]])


@pytest.mark.parametrize("part", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("name", NIGHTS)
def test_every_page_is_whole_in_every_language_and_its_figures_are_written_as_there(name: str, part: float) -> None:
    night = stood(name, part)
    known = choices(night.definition)
    english, *others = languages()
    for kind in KINDS:
        topic = asked(night, known, kind, {})
        first = text_of(element(night, topic, english))
        for language in others:
            shown = text_of(element(night, topic, language)).replace("Church of the Militant Elvis Party", "")
            assert shown != first, (kind, language.code)
            assert not re.search(r"\b(the|so far|declared|seats?|won|votes?)\b", shown), (kind, "left in English")
            if language.code == "de":
                assert not re.search(r"\d\.\d{1,2}(?!\d)", shown), "a decimal point"
                assert not re.search(r"\d,\d{3}", shown), "thousands by a comma"
        for language in languages():
            shown = text_of(element(night, topic, language))
            assert not re.search(r"(?<![\w–-])-\d", shown), "a hyphen is no minus"
            assert not re.search(r"\d/\d", shown), "a fraction as it is calculated with"


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("en", "Lowest Liberal Democrat share of the 21 by-elections of 2010–2015: 0.87%, 349 votes"),
        ("cy", "o’r 21 isetholiad yn 2010–2015: 0.87%, 349"),
        ("de", "unter den 21 Nachwahlen von 2010–2015: 0,87 %, 349 Stimmen"),
    ],
)
def test_rochesters_record_names_its_scope_in_every_language(code: str, sentence: str) -> None:
    (language,) = [known for known in languages() if known.code == code]
    assert sentence in text_of(element(stood(ROCHESTER, 1.0), "records", language)).replace("\xa0", " ")


@pytest.mark.parametrize("part", [0.1, 0.6, 1.0])
def test_every_page_follows_the_baseline_and_names_it(part: float) -> None:
    own, night = stood(GENERAL, part), stood(GENERAL, part, "2010")
    for topic in ("areas", f"swing/{LAB}/{CON}", f"battlegrounds/{LAB}", "records"):
        page = element(night, topic, baseline="2010")
        assert "2010 general election" in text_of(page), topic
        assert "2017 general election" not in text_of(page), topic
        if topic != "areas":
            assert f"/nights/{GENERAL}/contests/" in page
        assert not re.search(rf'/nights/{GENERAL}/contests/[^"?]*"', page), "a link that loses the baseline"
    total = {party.party: party for party in add_up(night).parties}[CON]
    assert total.change != {party.party: party for party in add_up(own).parties}[CON].change
    assert f"{total.seats} {total.net:+}" in rows(element(night, "areas"))[1]
    together = swings(night, LAB, CON).together
    assert together is not None and together != swings(own, LAB, CON).together
    assert f"{half_up(together * 100, 1)} points from Labour" in text_of(element(night, f"swing/{LAB}/{CON}"))
    found = len(battlegrounds(night, LAB).targets)
    assert found != len(battlegrounds(own, LAB).targets)
    assert f"{found} targets" in text_of(element(night, f"battlegrounds/{LAB}"))


@pytest.mark.parametrize(("name", "baseline"), [(GENERAL, "2010"), (ROCHESTER, "2005-notional")])
def test_swings_from_another_baseline_are_not_held_against_those_of_other_nights(name: str, baseline: str) -> None:
    shown = text_of(element(stood(name, 1.0, baseline), "records", baseline=baseline))
    assert shown.count("Largest swing") == (1 if name == GENERAL else 0)
    assert "Without swings, as the others are not counted from this baseline." in shown
    assert text_of(element(stood(name, 1.0), "records")).count("Largest swing") == (2 if name == GENERAL else 1)


def opened(night: Definition, *seats: int) -> Night:
    """A night by hand with these seats declared."""
    shown = fold([decide(None, OpenNight(id="open", by="desk", night=night), START)])
    for seat in seats:
        shown = fold([decide(shown, declare(seat), START)], shown)
    return shown


@pytest.mark.parametrize("missing", [(0,), (0, 1, 2)])
def test_a_seat_that_the_baseline_does_not_know_breaks_no_page(missing: tuple[int, ...]) -> None:
    whole = definition(seats=3)
    contests = tuple(
        replace(contest, previous=None if seat in missing else contest.previous)
        for seat, contest in enumerate(whole.contests)
    )
    night = opened(replace(whole, contests=contests), 0, 1)
    for language in languages():
        for topic in ("areas", f"swing/{CON}/{LAB}", f"battlegrounds/{CON}", "records"):
            element(night, topic, language)
    shown = text_of(element(night, f"battlegrounds/{CON}"))
    assert f"{3 - len(missing)} target" in shown
    seats = "1 seat is" if len(missing) == 1 else "3 seats are"
    assert f"{seats} neither target nor defence" in shown
    assert "neither target nor defence" not in text_of(element(opened(whole), f"battlegrounds/{CON}"))


def test_a_party_is_called_by_its_newest_name_and_those_it_had_are_told() -> None:
    parties = (Party(CON, "Conservative", "Con"), Party(LAB, "Labour", "Lab"), Party(REFORM, "Reform UK", "RUK"))
    night = opened(replace(definition(seats=3), date=date(2027, 5, 6), parties=parties), 0)
    page = records_page(night)
    assert page.archive is not None
    assert page.archive.book.names[REFORM].name == "Reform UK"
    (row,) = [one for one in rows(element(night, "records")) if one[0].startswith("RUK")]
    assert row[0] == "RUK in 884; also as The Brexit Party"
    assert (
        "Of the 3,250 contests of the general elections of 2010, 2015, 2017, 2019 and 2024 and the 1 of 3 of 2027"
        in (text_of(element(night, "records")))
    )


@pytest.mark.parametrize("name", ["parl.2015-05-07", "parl.2017-06-08"])
def test_a_night_knows_nothing_of_general_elections_that_came_later(name: str) -> None:
    year = int(name[5:9])
    for part in (0.0, 0.5, 1.0):
        shown = text_of(element(stood(name, part), "records"))
        assert not re.search("|".join(str(one) for one in range(year + 1, 2025)), shown)
        assert "2010" in shown
    assert "earlier general elections" not in text_of(element(stood("parl.2010-05-06", 1.0), "records"))


@pytest.fixture(scope="module")
async def site(shared_redis: Embedded, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """The past nights, which these tests only read."""
    async with serving(shared_redis.url, tmp_path_factory.mktemp("data")) as site:
        yield site


@pytest.fixture
async def client(site: Site) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=site.url) as client:
        await answered(client, "/readyz")
        yield client


async def test_the_choices_of_a_page_keep_its_baseline_and_its_moment(client: httpx2.AsyncClient) -> None:
    query = "baseline=2010&at=2019-12-13T02:30:00%2B00:00"
    for path in (f"swing?from={CON}&to={LAB}&", f"battlegrounds?party={LAB}&"):
        page = (await client.get(f"/nights/{GENERAL}/{path}{query}")).text
        assert '<input type="hidden" name="baseline" value="2010">' in page
        moment = datetime(2019, 12, 13, 2, 30, tzinfo=UTC)
        assert f'<input type="hidden" name="at" value="{moment.isoformat()}">' in page


async def test_what_makes_no_sense_is_said_in_the_readers_language(client: httpx2.AsyncClient) -> None:
    for path in (
        f"swing?from={LAB}&to={LAB}",
        f"swing?from={LAB}&to=none",
        "swing?from=PP102&to=PP70",
        "battlegrounds?party=none",
    ):
        said = {
            language.code: html.unescape((await client.get(f"/nights/{GENERAL}/{path}&lang={language.code}")).text)
            for language in languages()
        }
        assert "swing" in said["en"] or "party of this night" in said["en"]
        for code in ("cy", "de"):
            assert "choose two" not in said[code] and "of this night" not in said[code]
            assert "so there is no swing" not in said[code]
