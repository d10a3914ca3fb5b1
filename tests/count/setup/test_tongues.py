"""The pages of who runs the place in each language: nothing of the English page is left but names and data."""

import re
from collections.abc import Iterator

import pytest

from tests.count.desk.test_tongues import left_in
from tests.count.setup import clacton
from tests.count.setup.conftest import Admin
from tests.html.test_languages import OTHERS, words_in

DATA = re.compile(
    "Ann Admin|Clacton|“(?:Bath|contest),[^”]*”|surname,first names|http://[^ <]*|"
    "2024 general election|England|Scotland|Wales|Northern Ireland|(?<=</h2></summary>).*?</details>",
    re.DOTALL,
)
"""Names, what is typed as it is in every language, and the list of all past nights."""


@pytest.mark.parametrize("code", OTHERS)
def test_the_place_is_in_the_language_of_who_runs_it(admin: Admin, code: str) -> None:
    left: dict[str, set[str]] = {}

    def look(page: str) -> None:
        left[page] = _left([admin.open(page) for _ in _spoken(admin, code)], code)

    def refused(form: str, **texts: str) -> None:
        pages = [admin.send(form, texts).text for _ in _spoken(admin, code)]
        left[f"{form} {texts}"] = _left(pages, code)
        assert not any('<td><span lang="en">' in page for page in pages), "a fault is said in English only"

    admin.open("/admin/nights")
    for form, texts in (
        ("seat", {"draft.q": ""}),
        ("seat", {"draft.q": "Clacton", "draft.date": "x"}),
        ("seat", {"draft.q": "Clacton", "draft.date": clacton.DAY}),
        ("seat", {"draft.q": "zzqx", "draft.date": clacton.DAY}),
        ("file", {"draft.table": ""}),
        ("file", {"draft.table": "surname,first names\n"}),
        ("file", {"draft.table": "contest,surname,first names,party\nBath,Ray\n"}),
        ("file", {"draft.table": "contest,surname,first names,party,party\n"}),
        ("file", {"draft.table": "Bath,Ray\nBath,Lee\n"}),
    ):
        refused(f"/admin/nights/{form}", **texts)
    admin.begin("seat", q="Clacton", date=clacton.DAY, seat=clacton.GENERAL)
    look(admin.draft)
    admin.save("list", list="SMITH, Jane, Labour\nSMITH, Jane, Labour\nJONES, , Nobody’s Party\n, ,")
    admin.save(c_electorate="1.5", closes="x", c_expected="21:00", c_previous="Labour\nTotal, 9", date="x", title="")
    look(admin.draft)
    admin.save("list", list=clacton.LIST, title="Clacton by-election", date=clacton.DAY, closes="22:00")
    admin.save(c_electorate="78,245", c_expected="", c_previous="")
    for page in ("/admin", "/admin/nights", "/admin/people", admin.draft, f"{admin.draft}/preview"):
        look(page)
    refused(f"{admin.draft}/open", do="at", **{"draft.at": "x"})
    refused(f"{admin.draft}/drop")
    admin.open_draft()
    look(f"/admin?opened={clacton.NIGHT}")
    refused("/admin/run", **{"draft.night": "nowhere"})
    refused("/admin/people", name="")
    refused("/admin/people/dance", invitation="x")
    assert {page: texts for page, texts in left.items() if texts} == {}
    assert len(left) > 15


def _spoken(admin: Admin, code: str) -> Iterator[str]:
    """English and then the other language, which the browser has chosen meanwhile."""
    for spoken in ("en", code):
        admin.client.cookies.set("lang", spoken)
        yield spoken


def _left(pages: list[str], code: str) -> set[str]:
    seen = [re.sub("<main id.*</main>", "", page, flags=re.DOTALL) if "preview-bar" in page else page for page in pages]
    english, other = (DATA.sub("", page) for page in seen)
    listed = set(words_in(clacton.LIST))
    return {text for text in left_in(english, other, code) if not set(words_in(text)) <= listed}
