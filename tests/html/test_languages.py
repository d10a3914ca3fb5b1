"""Languages: the catalogues against what the pages say, figures and dates in each, and whole pages without English."""

import re
import tomllib
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cache
from gettext import c2py
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple, cast

import httpx2
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po
from msgspec.structs import replace

from server.election.commands import AnyCommand, Correct, Declare, HoldNight, OpenNight, ReachStage, Withdraw
from server.election.contests import Definition
from server.election.methods.figures import Rejected
from server.html.languages import ENGLISH, FOLDER, language, languages, wanted
from server.nights import archive
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.nights_by_hand import START, ballot, correct, declare, definition, on_the_map
from tests.running import Page, Site, answered, serving

ROOT = FOLDER.parent.parent
OTHERS = ("cy", "de")
GENERAL = "parl.2019-12-12"
ROCHESTER = "parl.rochester-and-strood.by.2014-11-20"
NIGHT = "night"
SAME_IN_WELSH = {
    *("Aberconwy", "Arfon", "Blaenau Gwent", "Ceredigion", "Delyn", "Dwyfor Meirionnydd", "Islwyn", "Llanelli"),
    *("Pontypridd", "Rhondda", "Torfaen", "Ynys Môn"),
    *("Aberafan Maesteg", "Bangor Aberconwy", "Caerfyrddin", "Ceredigion Preseli"),
}
# Parties that held a seat, and are called the same after "from" as elsewhere.
OF_COUNCILS = {  # local parties that held seats of councils
    *("Ashfield Independents", "Lincolnshire Independents", "Mansfield Independents", "Mebyon Kernow"),
    *("Mexborough First", "South Holland Independents", "St Neots Independent Group", "Swale Independents"),
    *("Swanscombe and Greenhithe Residents' Association", "Whitnash Residents Association"),
}
SAME_AFTER_FROM = {
    "cy": {
        *("Alliance", "Respect Party", "Sinn Féin", "Sinn Fein", "Health Concern", "Reform UK"),
        "Independent Kidderminster Hospital and Health Concern",
        *OF_COUNCILS,
    },
    "de": {
        *("Labour", "Plaid Cymru", "Sinn Féin", "Sinn Fein", "Reform UK", "Blaenau Gwent People's Voice"),
        "Independent Kidderminster Hospital and Health Concern",
        *OF_COUNCILS,
    },
}
# English words that somebody may have written without a message, and no others have.
COMMON = "about above after also and any are been before but from has have how into its more most only other our out \
so than that their then there these they this those until very were what when where which while who with you your"


class Message(NamedTuple):
    """A message with its context: the English texts, one or with its plural, and the ``forms`` it is translated to."""

    context: str
    texts: tuple[str, ...]
    forms: tuple[str, ...] = ()


@cache
def catalogue(name: str) -> Catalog:
    with (FOLDER / f"{name}.po").open("rb") as lines:
        return read_po(lines, abort_invalid=True)


def messages(name: str) -> tuple[Message, ...]:
    return tuple(
        Message(item.context or "", _texts(item.id), _texts(item.string)) for item in catalogue(name) if item.id
    )


KEYWORDS = DEFAULT_KEYWORDS | {"say": None}
_ROOMS = (
    "server/html",
    "server/pages",
    "server/notices",
    "server/count",
    "server/election",
    "server/nights",
    "server/stream",
    "web/templates",
)


@cache
def said() -> frozenset[Message]:
    """Every message of the pages, as ``scripts/messages`` finds it: one without a plural goes with that of a plural."""
    mappings = cast(Any, tomllib.loads((ROOT / "pyproject.toml").read_text()))["tool"]["babel"]["mappings"]
    methods = [(rule["pattern"], rule["method"]) for rule in mappings]
    options = {rule["pattern"]: {k: v for k, v in rule.items() if k not in ("pattern", "method")} for rule in mappings}
    found = {
        Message(context or "", _texts(message))
        for room in _ROOMS
        for _, _, message, _, context in extract_from_dir(ROOT / room, methods, options, KEYWORDS)
    }
    plurals = {(item.context, *item.texts[:1]) for item in found if len(item.texts) > 1}
    return frozenset(item for item in found if len(item.texts) > 1 or (item.context, *item.texts) not in plurals)


def _texts(texts: object) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else tuple(cast(Iterable[str], texts))


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))


@cache
def nights() -> tuple[Definition, ...]:
    return tuple(archive.load(night.id).definition for night in archive.listed())


@pytest.mark.parametrize("code", OTHERS)
def test_every_message_of_the_pages_is_translated_and_no_other(code: str) -> None:
    found = messages(code)
    assert {item._replace(forms=()) for item in found} == said(), (
        "scripts/messages brings the catalogues up to the pages"
    )
    assert not [item.texts for item in found if not all(item.forms)]
    assert not catalogue(code).obsolete
    assert not [item.id for item in catalogue(code) if item.fuzzy and item.id]


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_has_the_placeholders_the_marks_and_the_end_of_its_message(code: str) -> None:
    number = catalogue(code).num_plurals
    singular = c2py(catalogue(code).plural_expr)(1)
    for message in messages(code):
        original = message.texts[-1]
        needed = placeholders(original)
        plural = len(message.texts) > 1
        assert len(message.forms) == (number if plural else 1)
        for form, text in enumerate(message.forms):
            if plural and form == singular:
                assert placeholders(text) <= needed, text
            else:
                assert placeholders(text) == needed, text
            if "%" in original:
                assert text % dict.fromkeys(needed, "x"), "a percent sign alone is no text"
            for mark in "<>&{}|":
                assert text.count(mark) == original.count(mark), text
            assert text == text.strip(), text
            if original[-1] in ".:?":
                assert text[-1] == original[-1], text


@pytest.mark.parametrize("code", OTHERS)
def test_names_are_those_of_the_data_and_none_is_missing(code: str) -> None:
    named: dict[str, dict[str, str]] = {}
    for message in messages(f"{code}.names"):
        assert message.forms not in (("",), message.texts), "what is the same needs no entry"
        named.setdefault(message.context, {})[message.texts[0]] = message.forms[0]
    contests = [contest for night in nights() for contest in night.contests]
    parties = {night.id: {party.id: party for party in night.parties} for night in nights()}
    every = [party for night in parties.values() for party in night.values()]
    held = {
        parties[night.id][seat.previous.holder].name for night in nights() for seat in night.contests if seat.previous
    }
    assert named["party"].keys() <= {party.name for party in every}
    assert named["party, short"].keys() <= {party.short for party in every}
    assert named["from"].keys() <= {party.name for party in every}
    assert held <= named["from"].keys() | SAME_AFTER_FROM[code]
    places = {contest.region for contest in contests} | {contest.nation for contest in contests}
    assert named["place"].keys() <= places
    assert named["why"].keys() == {contest.why for contest in contests if contest.why}
    if code == "cy":
        assert named["place"].keys() == places
        in_wales = {contest.name for contest in contests if contest.nation == "Wales"}
        assert named["seat"].keys() | SAME_IN_WELSH == in_wales
        assert not named["seat"].keys() & SAME_IN_WELSH
        assert len(in_wales) == 40 + 16, "of the 32 since 2024, 16 have the name that one had before"


@pytest.mark.parametrize(
    ("code", "figures", "dates"),
    [
        ("en", "16,867 +1,066 −42 0 42.1 0.87 50.7% +28.3 −0.4 0.0 5.1", "20 November 2014|28 May"),
        ("cy", "16,867 +1,066 −42 0 42.1 0.87 50.7% +28.3 −0.4 0.0 5.1", "20 Tachwedd 2014|28 Mai"),
        ("de", "16.867 +1.066 −42 0 42,1 0,87 50,7\u00a0% +28,3 −0,4 0,0 5,1", "20. November 2014|28. Mai"),
    ],
)
def test_figures_and_dates_are_written_as_in_the_language(code: str, figures: str, dates: str) -> None:
    spoken = language(code)
    written = [
        *(spoken.number(16867), spoken.signed(1066), spoken.signed(-42), spoken.signed(0)),
        *(
            spoken.share(Fraction(421, 1000)),
            spoken.share(Fraction(349, 40065)),
            spoken.percent(Fraction(40113, 79163)),
        ),
        *(spoken.points(Fraction(283, 1000)), spoken.points(Fraction(-4, 1000)), spoken.points(Fraction(0))),
        spoken.size(Fraction(-51, 1000)).removeprefix("-"),
    ]
    assert " ".join(written) == figures
    assert f"{spoken.day(date(2014, 11, 20))}|{spoken.day_of_year(date(2010, 5, 28))}" == dates
    assert spoken.clock(datetime(2015, 5, 8, 3, 15, tzinfo=UTC)) == "04:15"


@pytest.mark.parametrize(
    ("code", "ordinals"),
    [
        ("en", "first second third 4th 11th 12th 13th 21st 22nd 103rd 111th"),
        ("cy", "1af 2il 3edd 4edd 11eg 12fed 13eg 21ain 22ain 103fed 111fed"),
        ("de", "1. 2. 3. 4. 11. 12. 13. 21. 22. 103. 111."),
    ],
)
def test_ordinals_are_those_of_the_language(code: str, ordinals: str) -> None:
    assert " ".join(map(language(code).ordinal, (1, 2, 3, 4, 11, 12, 13, 21, 22, 103, 111))) == ordinals


@pytest.mark.parametrize(
    ("one", "many", "forms"),
    [
        (
            "%(number)s council",
            "%(number)s councils",
            "cyngor cyngor gyngor chyngor cyngor cyngor chyngor cyngor cyngor",
        ),
        (
            "last seat by %(number)s vote",
            "last seat by %(number)s votes",
            "pleidlais bleidlais bleidlais pleidlais pleidlais pleidlais phleidlais pleidlais pleidlais",
        ),
        ("%(all)s more party", "%(all)s more parties", "plaid blaid blaid plaid plaid plaid phlaid plaid plaid"),
        ("%(number)s seat open", "%(number)s seats open", "sedd " * 9),
    ],
)
def test_a_noun_after_a_number_is_singular_in_welsh_and_mutates_as_after_the_numeral(
    one: str, many: str, forms: str
) -> None:
    for number, noun in zip((0, 1, 2, 3, 4, 5, 6, 10, 84), forms.split(), strict=True):
        assert f")s {noun}" in language("cy").ngettext(one, many, number), number


def test_names_and_titles_are_translated_and_what_is_not_known_stays() -> None:
    welsh, german = language("cy"), language("de")
    contest = next(
        contest for contest in archive.load(GENERAL).definition.contests if contest.name == "Cardiff Central"
    )
    assert [spoken.seat(contest) for spoken in languages()] == ["Cardiff Central", "Canol Caerdydd", "Cardiff Central"]
    assert welsh.title("2017 general election") == "Etholiad Cyffredinol 2017"
    assert welsh.title("Cardiff South and Penarth by-election") == "Isetholiad De Caerdydd a Phenarth"
    assert german.title("2005 general election, notional") == "Unterhauswahl 2005, umgerechnet"
    assert german.title("2010 general election and by-elections since") == "Unterhauswahl 2010 und Nachwahlen seither"
    assert german.title("A night of our own") == "A night of our own"
    assert (german.place("Scotland"), german.place("Region")) == ("Schottland", "Region")
    assert language("xx") is ENGLISH


@pytest.mark.parametrize(
    ("asked", "accepted", "code"),
    [
        ((None, None), "", "en"),
        ((None, None), "de-AT,de;q=0.9,en;q=0.8", "de"),
        ((None, None), "fr;q=0.9, en;q=0.4, cy;q=0.7", "cy"),
        ((None, None), "cy;q=0, de;q=0, *;q=0.5", "en"),
        ((None, None), "fr, es;q=0.9", "en"),
        ((None, None), ";q=,,q=;;de;q=x,=, cy ;q=0.1", "cy"),
        ((None, None), "DE", "de"),
        ((None, "cy"), "de", "cy"),
        (("de", "cy"), "en", "de"),
        (("xx", "cy"), "de", "cy"),
        (("", "nonsense"), "de", "de"),
    ],
)
def test_the_language_is_the_one_asked_for_then_the_one_remembered_then_the_one_liked_best(
    asked: tuple[str | None, str | None], accepted: str, code: str
) -> None:
    assert wanted(asked, accepted).code == code


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """Past nights, and one on air with a map of forty seats."""
    night = on_the_map(definition(NIGHT, contests=40, seats=40))
    contests = tuple(replace(contest, name=contest.name.replace("Seat", "Ort")) for contest in night.contests)
    opening = OpenNight(id="open", by="desk", night=replace(night, title="2019 general election", contests=contests))
    await Submitter(stream).submit(NIGHT, opening, START)
    await stream.announce(NIGHT)
    async with serving(redis.url, tmp_path) as site:
        yield site


@pytest.fixture
async def client(site: Site) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=site.url, timeout=60) as client:
        await answered(client, f"/nights/{NIGHT}")
        yield client


async def test_a_page_in_a_language_says_so_and_the_choice_is_remembered(client: httpx2.AsyncClient) -> None:
    path = f"/nights/{NIGHT}"
    english = await client.get(path, headers={"Accept-Language": "fr"})
    assert '<html lang="en-GB">' in english.text
    chosen = {"If-None-Match": english.headers["etag"], "Referer": str(client.base_url.join(path))}
    german = await client.get(path, params={"lang": "de"}, headers=chosen)
    assert german.status_code == 200, "what is known in English is not known in German"
    assert '<html lang="de">' in german.text
    assert german.headers["content-language"] == "de"
    assert {"Accept-Language", "Cookie"} <= set(german.headers["vary"].split(", "))
    assert german.headers["etag"] != english.headers["etag"]
    again = await client.get(path, headers={"Accept-Language": "cy", "If-None-Match": german.headers["etag"]})
    assert again.status_code == 304, "the cookie goes before what the browser likes"
    client.cookies.clear()
    welsh = await client.get(path, params={"lang": "xx"}, headers={"Accept-Language": "cy"})
    assert '<html lang="cy">' in welsh.text
    assert "set-cookie" not in welsh.headers


@pytest.mark.parametrize(
    ("sent", "chosen"),
    [
        ({}, False),
        ({"Referer": "https://elsewhere.example/"}, False),
        ({"Referer": "{site}/"}, True),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Referer": "{site}/"}, False),
        ({"Sec-Fetch-Site": "same-origin", "Referer": "{site}/?lang=cy"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Referer": "{site}/", "Sec-Fetch-Dest": "iframe"}, False),
        ({"Sec-Fetch-Site": "same-origin"}, False),  # the player changed its address, and it is reloaded
        ({"Sec-Fetch-Site": "same-origin", "Referer": "{site}/?at=2019-12-13T03:30&lang=de"}, False),
        ({"Referer": "{site}/?lang=de"}, False),  # reloaded by a script
    ],
)
async def test_a_link_from_elsewhere_is_in_its_language_and_changes_no_other_page(
    client: httpx2.AsyncClient, sent: dict[str, str], chosen: bool
) -> None:
    site = str(client.base_url).rstrip("/")
    headers = {name: value.replace("{site}", site) for name, value in sent.items()}
    german = await client.get("/", params={"lang": "de"}, headers=headers)
    assert '<html lang="de">' in german.text
    assert ("set-cookie" in german.headers) is chosen


@pytest.mark.parametrize(
    ("code", "headline"),
    [
        ("en", "UKIP GAIN Rochester and Strood from Conservative"),
        ("cy", "UKIP YN CIPIO Rochester and Strood oddi ar y Ceidwadwyr"),
        ("de", "UKIP GEWINNT Rochester and Strood von den Konservativen"),
    ],
)
async def test_the_headline_of_rochester(client: httpx2.AsyncClient, code: str, headline: str) -> None:
    page = (await client.get(f"/nights/{ROCHESTER}", params={"lang": code})).text
    found = re.findall(r'<p class="headline[^"]*">(.*?)</p>', page, re.DOTALL)
    assert [" ".join(re.sub("<[^>]*>", " ", heading).split()) for heading in found] == [headline]


async def test_a_german_page_kept_up_by_the_push_is_the_page_made_anew(
    site: Site, stream: EventStream, client: httpx2.AsyncClient
) -> None:
    acts: tuple[AnyCommand, ...] = (
        *(
            declare(0),
            declare(1, con=9, lab=1),
            replace(correct(0, 1), votes={"1": 7, "2": 1}, rejected=Rejected(1)),
            declare(2),
        ),
        Withdraw(id="withdraw", by="desk", ballot=ballot(2), reason="Misread."),
        ReachStage(id="verified", by="officer", ballot=ballot(3), stage="verified", papers=9),
        ReachStage(id="recount", by="officer", ballot=ballot(3), stage="recount"),
        *(declare(seat) for seat in range(4, 27)),
        HoldNight(id="hold", by="desk"),
    )
    submitter = Submitter(stream)
    whole, seat = Page(site, NIGHT, "&lang=de"), Page(site, NIGHT, f"{ballot(0)}&lang=de")
    for act in acts:
        receipt = await submitter.submit(NIGHT, act, START)
        await whole.watch(receipt.seq)
        if isinstance(act, Declare | Correct) and act.ballot == ballot(0):
            await seat.watch(receipt.seq)
    asked = {"contest": ballot(0), "lang": "de", "after": seat.after}
    seat.apply((await client.get(f"/nights/{NIGHT}/live", params=asked)).text)
    for viewer, path in ((whole, ""), (seat, f"/contests/{ballot(0)}")):
        page = (await client.get(f"/nights/{NIGHT}{path}?lang=de")).text
        assert viewer.fragments
        assert not [name for name, text in viewer.fragments.items() if text.strip() not in page]
        assert not {word: place for word, place in words_at(page) if word in english_words("de")}
    assert "GEWINNT" in whole.feed
    assert "von Labour" in whole.feed


@pytest.mark.parametrize("code", OTHERS)
async def test_no_english_is_left_on_the_pages_of_another_language(client: httpx2.AsyncClient, code: str) -> None:
    contest = "/contests/parl.cardiff-central.2019-12-12"
    general = [
        *("", "?at=2019-12-13T02:00", "/areas", "/swing", "/battlegrounds", "/records"),
        *("/battlegrounds?party=PP53&all=1", "/swing?at=2019-12-12T22:00", "/records?at=2019-12-13T02:00", "/contests"),
        *("/contests?q=zzqx", contest, f"{contest}?at=2019-12-12T23:00", f"{contest}/notice"),
        *("/newsroom", "/wall", "/overlay", "/embed/score", "/embed/map", f"{contest}/embed"),
    ]
    alone = ["", "?at=2014-11-20T23:00", "/swing", "/battlegrounds", "/records"]
    paths = [
        "/",
        "/nights/parl.2015-05-07?baseline=by-elections",
        *(f"/nights/{GENERAL}{view}" for view in general),
        *(f"/nights/{ROCHESTER}{view}" for view in alone),
    ]
    english = english_words(code)
    assert {"majority", "declared", "turnout", "votes", "seats", "swing" if code == "cy" else "latest"} <= english
    left: dict[str, dict[str, str]] = {}
    for path in paths:
        page = await client.get(f"{path}{'&' if '?' in path else '?'}lang={code}")
        assert page.status_code == 200, path
        assert f'<html lang="{code}"' in page.text, path
        left[path] = {word: place for word, place in words_at(page.text) if word in english}
    assert not {path: words for path, words in left.items() if words}


class Texts(HTMLParser):
    """What somebody reads or hears of a page, but for what is marked as English and names of this program."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[bool] = []  # of each element, whether what is in it counts
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        counts = (not self._open or self._open[-1]) and not (
            tag in ("script", "style", "code", "pre")
            or (given.get("lang") or "").startswith("en")
            or given.get("class") == "brand"
        )
        if counts:
            spoken = ["title", "aria-label", "placeholder", "alt", "data-words"]
            name = given.get("name") or given.get("property") or ""
            spoken += ["content"] if name.endswith(("title", "description", "alt")) else []
            self.found += [_without_brand(value) for name in spoken if (value := given.get(name))]
        if tag not in ("meta", "link", "input", "br", "img", "hr"):
            self._open.append(counts)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("meta", "link", "input", "br", "img", "hr"):
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1]:
            self.found.append(_without_brand(data))


def _without_brand(text: str) -> str:
    return re.sub("^Declared: | · Declared$", "", text)


def words_at(page: str) -> Iterator[tuple[str, str]]:
    """Each word of a page, small, with the text it stands in."""
    return ((word, " ".join(text.split())) for text in Texts(page).found for word in words_in(text))


@cache
def english_words(code: str) -> frozenset[str]:
    """The words of all messages, and common ones, that are neither words of the other language nor of names."""
    spoken = language(code)
    english = {word for message in said() for text in message.texts for word in words_in(text)}
    other = {
        word
        for name in (code, f"{code}.names")
        for message in messages(name)
        for text in message.forms
        for word in words_in(text)
    }
    names = ["Ann Abel Ben Bond OBS API Open Innovations"]
    for night in nights():
        if night.bodies:
            continue  # a party of 2025 is called Majority; none of these pages names it
        names += [text for party in night.parties for text in (party.name, party.short)]
        for contest in night.contests:
            names += [contest.name, spoken.place(contest.region), *(person.name for person in contest.candidates)]
    called = {word for name in names for word in words_in(name)}
    return frozenset((english | set(COMMON.split())) - other - called) | {"declared"}


def words_in(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]{3,}", re.sub(r"%\(\w+\)s", " ", text).lower())
