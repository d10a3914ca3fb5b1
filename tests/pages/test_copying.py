"""What people copy of a result: the words and figures of its page, in forms that other programs read."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from server.app import build_app
from server.nights import archive
from server.pages.copying.tables import Words, as_html, as_markdown, as_wikitext
from server.pages.copying.texts import FORMS, MOST
from server.settings import Settings
from server.stream.embedded import Embedded

ROCHESTER = "parl.rochester-and-strood.by.2014-11-20"
GENERAL = "parl.2019-12-12"
SITE = "https://declared.example"
CONTEST = f"/nights/{ROCHESTER}/contests/{ROCHESTER}"


@pytest.fixture(scope="module")
def client(shared_redis: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(redis_url=shared_redis.url, data_dir=tmp_path_factory.mktemp("copied"), public_url=SITE)
    app: Starlette = build_app(settings)
    with TestClient(app, base_url=SITE) as client:
        yield client


def text(client: TestClient, form: str, page: str = CONTEST, query: str = "") -> str:
    answer = client.get(f"{page}/copy/{form}.txt{query}")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    return answer.text


def test_a_post_says_the_result_and_where_it_is(client: TestClient) -> None:
    post = text(client, "post")
    assert post.startswith(
        "UKIP GAIN Rochester and Strood from Conservative · Mark Reckless elected · majority 2,920 · "
    )
    assert post.endswith(f"Turnout, ballot papers: 50.7%\n{SITE}{CONTEST}\n")
    early = text(client, "post", query="?at=2014-11-21T01:20")
    assert early.startswith("Rochester and Strood: ") and "Reckless" not in early and "at=2014-11-21T01" in early


@pytest.mark.parametrize("language", ["en", "cy", "de"])
def test_no_post_of_any_shipped_contest_is_too_long(client: TestClient, language: str) -> None:
    for contest in archive.load("parl.2024-07-04").definition.contests[::13]:
        page = f"/nights/parl.2024-07-04/contests/{contest.ballot}"
        post = text(client, "post", page, f"?lang={language}").removesuffix("\n")
        assert len(post) <= MOST and post.count("\n") == 1 and "…" not in post


def test_numbers_are_as_on_the_page_in_each_language(client: TestClient) -> None:
    english, german = text(client, "wire"), text(client, "wire", query="?lang=de")
    assert "Mark Reckless (UK Independence Party): 16,867; 42.1%\n" in english
    assert "Mark Reckless (UKIP): 16.867; 42,1\u00a0%\n" in german and "Kandidat/in (Partei): Stimmen; " in german
    assert english.rstrip().endswith(f"{SITE}{CONTEST}")


class _Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []

    def handle_data(self, data: str) -> None:
        self.cells.append(data)


def test_each_form_has_every_party_of_the_score(client: TestClient) -> None:
    page = f"/nights/{GENERAL}"
    parser = _Cells()
    parser.feed(text(client, "html", page))
    at = parser.cells.index("Conservative")
    assert parser.cells[at : at + 3] == ["Conservative", "365", "+48"]
    assert "| Conservative | 365 | +48 | 13,966,454 | 43.6% |" in text(client, "markdown", page)
    assert '! scope="row" | Conservative\n| 365\n| +48\n' in text(client, "wikitext", page)


def test_what_somebody_is_called_is_no_mark_up() -> None:
    words = Words("A|B", ("Who", "Votes"), (("<b>Mad|*Cap* [[X]]", "1"),), ("a & b",), "https://x.example")
    assert "&lt;b&gt;Mad|*Cap* [[X]]" in as_html(words, "en") and "a &amp; b" in as_html(words, "en")
    assert r"\<b\>Mad\|\*Cap\* \[\[X\]\]" in as_markdown(words)
    assert "<nowiki>&lt;b&gt;Mad|*Cap* [[X]]</nowiki>" in as_wikitext(words)


def test_a_page_has_every_text_without_a_script(client: TestClient) -> None:
    found = client.get(f"{CONTEST}/copy").text
    assert len(re.findall("<textarea readonly", found)) == len(FORMS) == 5
    assert f'href="{CONTEST}/copy/post.txt' in found and f'href="{CONTEST}/copy' in client.get(CONTEST).text
    assert client.get(f"{CONTEST}/copy/rtf.txt").status_code == 404


def test_every_table_of_a_night_is_copied_as_its_page_has_it(client: TestClient) -> None:
    contests = text(client, "markdown", f"/nights/{GENERAL}", "?of=contests")
    assert "| Aberavon | Wales | Lab hold | Stephen Kinnock | 10,490 | 62.4 | 8.6 Lab to Con | 02:30 |\n" in contests
    assert contests.count("\n| ") == 651 and contests.rstrip().endswith(f"<{SITE}/nights/{GENERAL}/contests>")
    german = text(client, "wire", f"/nights/{GENERAL}", "?of=contests&lang=de")
    assert "; Stephen Kinnock; 10.490; 62,4; 8,6 von Lab zu Kons; 02:30\n" in german
    areas = text(client, "wikitext", f"/nights/{GENERAL}", "?of=areas")
    assert '! scope="row" | All 650 of 650\n| 365 +48\n' in areas and areas.count("{|") == 15
    parser = _Cells()
    parser.feed(text(client, "html", f"/nights/{GENERAL}", "?of=battlegrounds&party=PP53"))
    at = parser.cells.index("Southampton, Itchen")
    assert parser.cells[at - 1 : at + 4] == ["1", "Southampton, Itchen", "Con", "0.03", "missed Con, by 4,498"]
    assert "Kent: RUK gain from Con; RUK 57" in text(client, "wire", "/nights/local.2025-05-01", "?of=councils")
    kent = text(client, "markdown", "/nights/local.2025-05-01", "?of=council&body=local.kent")
    assert "Kent: RUK gain from Con" in kent and "| Reform UK | 57 | 57 | +46 | 36.2 |" in kent
    assert "| Ashford Central, Kent |" in kent and kent.rstrip().endswith(
        "/nights/local.2025-05-01/councils/local.kent>"
    )
    assert "Buckinghamshire" not in kent
    for code, said in (
        ("en", "Kent: RUK gain from Con · RUK 57, LD 12, Con 5, Green 5, Lab 2 · 72 of 72 declared · as at "),
        ("cy", "Kent: RUK yn cipio oddi ar Ceid · "),
        ("de", "Kent: RUK gewinnt von Kons · "),
    ):
        about = f"?of=council&body=local.kent&lang={code}"
        post = text(client, "post", "/nights/local.2025-05-01", about).removesuffix("\n")
        assert post.startswith(said) and len(post) <= MOST and "/councils/local.kent" in post.rpartition("\n")[2]
    early = text(client, "post", "/nights/local.2025-05-01", "?of=council&body=local.kent&at=2025-05-01T22:00")
    assert early.startswith("Kent: Nothing declared yet · 0 of 72 declared · ")
    assert client.get("/nights/local.2025-05-01/copy/post.txt?of=councils").status_code == 404
    page = client.get("/nights/local.2025-05-01/councils/local.kent").text
    assert "of=council&amp;body=local.kent" in page
    for kind in ('name="description"', 'property="og:description"'):
        assert f'<meta {kind} content="Kent: RUK gain from Con · RUK 57, ' in page, "what is shared of it is its own"
    assert client.get("/nights/local.2025-05-01/copy/wire.txt?of=council&body=local.nowhere").status_code == 404
    records = text(client, "markdown", f"/nights/{GENERAL}", "?of=records&at=2019-12-13T02:00")
    assert "| Smallest majority |" in records and "at=2019-12-13T0" in records
    early = client.get(f"/nights/{GENERAL}/copy/wire.txt?of=areas&at=2019-12-12T22:00")
    assert early.status_code == 404 and "There is no table here yet." in early.text
    assert "There is no table here yet." in client.get(f"/nights/{GENERAL}/copy?of=areas&at=2019-12-12T22:00").text
    for query in ("of=councils", "of=seats", "of=battlegrounds&party=PP0"):
        assert client.get(f"/nights/{GENERAL}/copy/wire.txt?{query}").status_code == 404, query
    assert client.get(f"/nights/{GENERAL}/copy/post.txt?of=areas").status_code == 404
    page = client.get(f"/nights/{GENERAL}/swing?from=PP53&to=PP52&lang=de").text
    (copied,) = re.findall(r'<a href="([^"]+/copy\?[^"]+of=swing)"', page)
    found = client.get(copied.replace("&amp;", "&")).text
    assert found.count("<textarea readonly") == 4 and "from=PP53" in copied


def test_shares_that_are_told_anywhere_are_parts_of_one_whole(client: TestClient) -> None:
    """Of two seats each party has as many candidates: with a share for each they came to more than 100%."""
    night, ballot = "local.2025-05-01", "local.buckinghamshire.abbey.2025-05-01"
    state = client.get(f"/api/nights/{night}/contests/{ballot}").json()
    told = [one["share"] for one in state["candidates"] if one["share"] is not None]
    assert 99.9 < sum(told) < 100.1 and len(told) < len(state["candidates"]) and state["majority_share"] is None
    rows = [line.split(",") for line in client.get(f"/api/nights/{night}/contests/{ballot}.csv").text.splitlines()]
    shares = [row[rows[0].index("share_percent")] for row in rows[1:]]
    chart = client.get(f"/api/nights/{night}/chart.csv?contest={ballot}").text.splitlines()[1:]
    entry = client.get(f"/api/nights/{night}/feed.atom?contest={ballot}").text
    lines = text(client, "wire", f"/nights/{night}/contests/{ballot}").splitlines()
    of_chart = [line.split(",")[-2] for line in chart]
    assert len([one for one in shares if one]) == len([one for one in of_chart if one]) == len(told)
    assert (
        len(re.findall(r"\(\d+\.\d%\)", entry)) == len([one for one in lines if "%" in one and ";" in one]) == len(told)
    )
    assert any(line.startswith("Votes, and the share of each party’s best candidate: of the ") for line in lines)


def test_a_winner_who_came_second_in_the_first_round_is_explained(client: TestClient) -> None:
    night = "mayor.london.2021-05-06"
    said = "second round: Sadiq Aman Khan 1,206,034, Shaun Bailey 977,601"
    wire = text(client, "wire", f"/nights/{night}/contests/{night}")
    assert said in wire and "(Party): First preferences; " in wire
    early = text(client, "wire", f"/nights/{night}/contests/{night}", "?at=2021-05-07T02:55")
    assert "\nSadiq Aman Khan (Labour): 1,013,721; 40.0%\nShaun Bailey (" in early and said not in early
    entry = client.get(f"/api/nights/{night}/feed.atom").text
    assert said in entry and "First preferences:\nSadiq Aman Khan (Lab): 1,013,721" in entry
