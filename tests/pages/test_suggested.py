"""What a question leads to: a seat, a candidate, a party, whatever slips it has; and what is said of a postcode."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.nights import archive, postcodes
from server.nights.postcodes import is_postcode, is_whole, read, table
from server.pages.find.search import searchable
from server.pages.find.spelling import distance, meanings, vocabulary
from server.pages.find.suggest import Found, suggested
from server.stream.embedded import Embedded
from tests.running import serving

GENERAL = "parl.2019-12-12"
NIGHT = f"/nights/{GENERAL}"
UXBRIDGE = f"{NIGHT}/contests/parl.uxbridge-and-south-ruislip.2019-12-12"
BOTH = "pcds,pcon24cd\nUB8 1AA,E14001007\nUB8 3PH,E14001007\nSW1A 1AA,E14001172\n"
words = st.text("abcd", min_size=1, max_size=6)


def led_to(question: str) -> Found:
    definition = archive.load(GENERAL).definition
    return suggested(definition, searchable(definition), question)


def names(found: Found) -> list[str]:
    return [
        one.candidate.name
        if one.candidate
        else one.contest.name
        if one.contest
        else one.party.name
        if one.party
        else ""
        for one in found.suggestions
    ]


def slips(asked: str, known: str) -> int:
    """The definition, slowly: slips between two words, a swap of neighbours counted once."""
    if not asked or not known:
        return len(asked) + len(known)
    most = [slips(asked[:-1], known) + 1, slips(asked, known[:-1]) + 1]
    most.append(slips(asked[:-1], known[:-1]) + (asked[-1] != known[-1]))
    if asked[-2:] == known[-2:][::-1] and len(asked) > 1 < len(known):
        most.append(slips(asked[:-2], known[:-2]) + 1)
    return min(most)


@given(words, words, st.integers(0, 3))
def test_the_distance_to_the_beginning_of_a_word_is_what_its_definition_says(asked: str, known: str, most: int) -> None:
    least = min(slips(asked, known[:end]) for end in range(len(known) + 1))
    assert min(distance(asked, known, most), most + 1) == min(least, most + 1)


def test_a_short_word_is_taken_as_it_is_and_a_long_one_may_have_two_slips() -> None:
    known = vocabulary(["johnson jon birmingham theresa"])
    assert meanings(known, ["jhn", "jonson", "birmingam", "brmingam"]) == [
        {"jhn": 0},
        {"jonson": 0, "johnson": 2},
        {"birmingam": 0, "birmingham": 2},
        {"brmingam": 0, "birmingham": 4},
    ]
    assert meanings(known, ["kohnson", "zheresa"]) == [{"kohnson": 0, "johnson": 3}, {"zheresa": 0, "theresa": 3}]
    many = meanings(known, ["jonson"] * 2 + ["theresaa", "birmingam", "johnsonn", "therezaa"])
    assert [len(meant) for meant in many] == [1, 1, 2, 2, 2, 2], "four words are compared, the longest"


@pytest.mark.parametrize(
    ("question", "first", "address"),
    [
        ("boris jonson", "Boris Johnson", UXBRIDGE),
        ("uksbridge", "Uxbridge and South Ruislip", UXBRIDGE),
        ("jermy corbin", "Jeremy Corbyn", f"{NIGHT}/contests/parl.islington-north.2019-12-12"),
        ("birmingam edgebaston", "Birmingham, Edgbaston", f"{NIGHT}/contests/parl.birmingham-edgbaston.2019-12-12"),
        ("Labour", "Labour", f"{NIGHT}/battlegrounds?party=PP53"),
        ("llafur", "Labour", f"{NIGHT}/battlegrounds?party=PP53"),
        ("consevative", "Conservative", f"{NIGHT}/battlegrounds?party=PP52"),
        ("labour uxbridge", "Uxbridge and South Ruislip", UXBRIDGE),
        ("birmingham", "Birmingham, Edgbaston", None),
        ("aberdeen", "Aberdeen North", None),
        ("smiht", None, None),
        ("atlantis", None, None),
    ],
)
def test_a_slip_is_forgiven_and_a_party_leads_to_its_battlegrounds(
    question: str, first: str | None, address: str | None
) -> None:
    found = led_to(question)
    assert (found.only and found.only.address()) == address
    if first:
        assert names(found)[0] == first
    assert len(found.suggestions) <= 8
    assert (question == "smiht") == (found.misspelt and "Smith" in " ".join(names(found)))


def test_a_postcode_is_known_by_its_form() -> None:
    for text in ("SW1A 1AA", "me24xx", " b1 1bb ", "EC1A1BB"):
        assert is_postcode(text) and is_whole(text)
    for text in ("SW1A", "me2"):
        assert is_postcode(text) and not is_whole(text)
    for text in ("", "York", "2019", "ME", "SW1A 1A", "Ashfield 1"):
        assert not is_postcode(text)


@pytest.mark.parametrize(
    "head", ["pcds,pcon24cd", "postcode,gss", "PCD , oa11,pcon", "\ufeffpcd7,x,PCON", "Postcode,Constituency code"]
)
def test_a_table_of_the_ons_or_of_anybody_says_where_a_postcode_is(head: str, tmp_path: Path) -> None:
    row = "UB8 1AA,,E14001007" if head.count(",") == 2 else "UB8 1AA,E14001007"
    (tmp_path / postcodes.FILE).write_text(f"{head}\n{row}\nnonsense,x\nUB8 1AB,\n", encoding="utf-8")
    known = table(tmp_path)
    assert known and known.seat("ub8 1aa") == known.seat("UB81AA") == "E14001007"
    assert known.seat("UB8 1AB") is known.seat("UB9 1AA") is known.seat("UB8") is known.seat("") is None


def test_a_file_that_is_no_table_is_as_none_and_the_log_says_why(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert table(tmp_path / "empty") is None and not caplog.records
    with caplog.at_level(logging.WARNING):
        (tmp_path / postcodes.FILE).write_text("a,b\n1,2\n")
        assert table(tmp_path) is None
    assert "must name a column postcode and a column gss" in caplog.text
    with pytest.raises(ValueError, match="no line of it"):
        read(["postcode,gss", "x,y"])


@pytest.fixture
async def client(redis: Embedded, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    (tmp_path / postcodes.FILE).write_text(BOTH)
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as one:
        yield one


async def test_every_search_answers_a_slip_a_party_and_a_postcode(client: httpx2.AsyncClient) -> None:
    for asked, place in (
        ("boris+jonson", UXBRIDGE),
        ("ub8+1aa", UXBRIDGE),
        ("labour&baseline=2015", f"{NIGHT}/battlegrounds?baseline=2015&party=PP53"),
        ("SW1A+1AA", f"{NIGHT}/contests?q=SW1A+1AA"),
        ("smiht", f"{NIGHT}/contests?q=smiht"),
    ):
        answer = await client.get(f"{NIGHT}/find?q={asked}")
        assert (answer.status_code, answer.headers["location"]) == (303, place)
        assert (await client.get(place)).status_code == 200
    for asked, said in (
        ("SW1A+1AA", "SW1A 1AA is in a constituency that is not among these contests."),
        ("UB8", "UB8 is a part of a postcode and can be in several constituencies."),
        ("UB8+9ZZ", "UB8 9ZZ is not in the table of postcodes here."),
        ("atlantis", "No seat, candidate or party here is called “atlantis”."),
        ("smiht", "Nothing is called “smiht”. Did you mean:"),
    ):
        page = (await client.get(f"{NIGHT}/contests?q={asked}")).text
        listed = (await client.get(f"{NIGHT}/find/suggested?q={asked}")).text
        assert said in page and said in listed, asked
        assert "role=" not in page.partition('id="meant"')[2].partition("</div>")[0]
    suggestion = await client.get(f"{NIGHT}/find/suggested?q=uxbri&baseline=2015&lang=cy")
    assert f'href="{UXBRIDGE}?baseline=2015"' in suggestion.text and "1 awgrym" in suggestion.text
    assert suggestion.headers["cache-control"] == "private, max-age=300"
    everywhere = await client.get("/find?q=ub8+3ph")
    assert everywhere.headers["location"] == "/nights/parl.uxbridge-and-south-ruislip.by.2023-07-20" + (
        "/contests/parl.uxbridge-and-south-ruislip.by.2023-07-20"
    )
    for asked in ("UB8", "atlantis", "birmingham", "smiht"):
        assert (await client.get(f"/find?q={asked}")).status_code == 200
    assert "<script>" not in (await client.get("/find/suggested", params={"q": "<script>alert(1)</script>"})).text


async def test_a_place_without_a_table_says_so_in_words(redis: Embedded, tmp_path: Path) -> None:
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        for address in ("/find?q=SW1A+1AA", "/find/suggested?q=SW1A+1AA", f"{NIGHT}/find/suggested?q=SW1A"):
            said = (await client.get(address)).text
            assert "Declared does not know where postcodes are. Type the name of your constituency" in said
