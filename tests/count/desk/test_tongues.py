"""The desk's pages in each language: nothing of the English page is left but names and data, also in what is pushed."""

import re

import pytest
from starlette.testclient import TestClient

from server.count.board.render import DeskRenderer
from server.election.counting.desk import fold_acts
from server.election.nights import fold
from tests.count import rochester
from tests.count.conftest import Desk, signed_in
from tests.count.desk.conftest import CONTEST, OTHER, alert
from tests.count.test_tongues import REASON, english_in
from tests.html.test_languages import OTHERS, Texts, words_in

PAGES = (
    *("/desk", "/desk?q=Jane", "/desk/people", "/desk/invitations", "/desk/hold", "/desk/record", "/desk/close"),
    *("/desk/discard", "/desk/night", "/desk/hooks", "/desk/practice", OTHER),
    *(CONTEST, f"{CONTEST}/paper", f"{CONTEST}/boxes", f"{CONTEST}/tables", f"{CONTEST}/statement"),
)
NAMES = {"Ann Ray", "Jane Smith", "Bob Mills", "Rochester and Strood", "Elsewhere", "Cymraeg", "Deutsch", "testclient"}
SAME = {"cy": {"1 person", "https://"}, "de": {"Name", "Region", "Webhooks", "https://"}}
"""Words that are the same in the other language."""


def left_in(english: str, page: str, code: str) -> set[str]:
    """The texts of the English page that the other one has too, but for names and numbers; and what is English there
    besides."""
    named = re.compile(rf"\b(?:{'|'.join(map(re.escape, NAMES | _on_papers()))})\b")

    def texts(one: str) -> set[str]:
        said = Texts(re.sub(r"<(datalist|textarea)\b.*?</\1>", "", one, flags=re.DOTALL)).found
        found = {" ".join(named.sub("", " ".join(text.split())).split()) for text in said}
        return {text for text in found if words_in(text)}

    common = texts(english.replace('lang="en-GB"', 'lang="xx"')) & texts(page)
    return common - SAME[code] - {REASON} | set(english_in(page.replace(rochester.NIGHT, ""), code))


def _on_papers() -> set[str]:
    night = rochester.night()
    named = {party.name for party in night.parties} | {party.short for party in night.parties}
    return named | {one.name for contest in night.contests for one in contest.candidates}


class Both:
    """The desk in English and in another language, in two browsers of one person."""

    def __init__(self, client: TestClient, desk: Desk, code: str) -> None:
        self.english = signed_in(client, desk, "desk", name="Ann Ray")
        self.other = signed_in(client, desk, "desk", name="Ann Ray")
        self.other.client.cookies.set("lang", code)
        self._code = code

    def look(self, *pages: str) -> None:
        """Open pages in both languages."""
        left = {page: left_in(self.english.open(page), self.other.open(page), self._code) for page in pages}
        assert {page: texts for page, texts in left.items() if texts} == {}

    def refused(self, page: str, form: str, **texts: str) -> None:
        """Send a form that is refused, in both languages."""
        answers = list[str]()
        for one in (self.english, self.other):
            one.open(page)
            answer = one.send(form, texts)
            assert answer.status_code in (409, 422), (form, answer.status_code)
            answers.append(answer.text)
        assert not left_in(answers[0], answers[1], self._code), form
        assert '<a href="/desk?&amp;lang=' in answers[1], "another language is chosen on a page that a form led to"


@pytest.mark.parametrize("code", OTHERS)
def test_the_desk_is_in_the_language_of_who_sits_there(client: TestClient, desk: Desk, code: str) -> None:
    both = Both(client, desk, code)
    officer = signed_in(client, desk, "officer", name="Jane Smith")
    both.look(*PAGES)
    _refuse(both)
    desk.choose_entry("double")
    second = signed_in(client, desk, "second officer", name="Bob Mills")
    officer.key()
    second.open()
    second.send("/count/sheet", rochester.texts(rochester.VOTES | {"1": 22, "2": 54}))
    both.look("/desk", CONTEST, "/desk/record")
    second.open()
    second.send("/count/sheet", rochester.texts())
    officer.open()
    editor = both.english
    editor.open("/desk")
    editor.send("/desk/hold")
    officer.send("/count/declare")
    both.look("/desk", "/desk/hold", "/desk/close", CONTEST, "/desk/record")
    editor.open("/desk/hold")
    editor.send("/desk/release")
    for form, texts in (
        ("note", {"text": REASON}),
        ("revision", {"reason": REASON, "round": "0"}),
        ("expected", {"expected": "02:30"}),
        ("paper", {"paper.name": "Rochester", "reason": REASON, "made-from": "0"}),
    ):
        editor.open(CONTEST)
        editor.send(f"/desk/{form}", texts)
    (invitation,) = [one.invitation for one in fold_acts(desk.acts()).people.values() if one.name == "Jane Smith"]
    editor.open("/desk/people")
    editor.send("/desk/people/call", {"invitation": invitation})
    both.look(*PAGES)
    pushed = DeskRenderer().message(fold(desk.events()), fold_acts(desk.acts()), None, code)
    assert left_in("", f'<html lang="{code}">{pushed}</html>', code) == set()
    polled = both.other.open(f"/desk/live?contest={rochester.BALLOT}&lang={code}")
    assert not left_in("", f'<html lang="{code}">{polled}</html>', code)


def _refuse(both: Both) -> None:
    """Every form of the desk that can be refused is, and says so in both languages."""
    both.refused("/desk", "/desk/entry", entry="x")
    both.refused("/desk", "/desk/note", text="")
    both.refused("/desk", "/desk/replay", state="x")
    both.refused("/desk/night", "/desk/night", **{"paper.closes": "x", "paper.title": "", "made-from": "0"})
    both.refused("/desk/people", "/desk/invitations", lines="Jane Smith, officer, Nowhere\n, desk, Elsewhere\nJoe")
    both.refused("/desk/people", "/desk/invitations", name="", role="officer", contests="")
    both.refused("/desk/people", "/desk/people/dance", invitation="x")
    both.refused(CONTEST, "/desk/expected", expected="x")
    both.refused(CONTEST, "/desk/no-poll", state="x")
    both.refused(CONTEST, "/desk/revision", reason="", round="0")
    both.refused(CONTEST, "/desk/revision/drop")
    both.refused(CONTEST, "/desk/withdrawal", reason="", round="0")
    both.refused(CONTEST, "/desk/stage/back", reason="")
    empty = {"paper.candidate.1.id": "1", "paper.candidate.1.party": "Nobody’s", "paper.previous.1.party": "Labour"}
    both.refused(f"{CONTEST}/paper", "/desk/paper", **empty, **{"paper.electorate": "1.5", "made-from": "0"})
    both.refused("/desk/close", "/desk/close", against="x")


def test_a_choice_is_kept_and_roles_are_read_in_each_language(client: TestClient, desk: Desk) -> None:
    editor = signed_in(client, desk, "desk", name="Ann Ray")
    page = editor.client.get("/desk?lang=de", headers={"Referer": "http://testserver/desk"} | editor.origin).text
    assert '<html lang="de">' in page
    assert 'hx-ws:connect="/desk/live?lang=de"' in page
    for line in ("Jane Smith, zweite Erfassung, Elsewhere", "Olu Hay, swyddog canlyniadau, Elsewhere"):
        editor.open("/desk/people")
        answer = editor.send("/desk/invitations", {"lines": line})
        assert answer.status_code == 303, alert(answer.text)
    roles = {one.name: one.role for one in fold_acts(desk.acts()).people.values()}
    assert roles == {"Ann Ray": "desk", "Jane Smith": "second officer", "Olu Hay": "returning officer"}
