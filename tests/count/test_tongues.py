"""The officer's phone in each language: the way of a result without English, and the script before it is spoken."""

import re
from functools import cache

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from server.election.counting.desk import fold_acts
from server.election.limits import LONGEST_TEXT
from server.html.languages import language
from server.html.telling.spoken import spoken
from tests.count import rochester
from tests.count.conftest import HALL, Desk, Phone, another, signed_in
from tests.html.test_languages import COMMON, OTHERS, Texts, messages, words_in

# Names of the night's contest and parties, which are the same in each language here.
NAMES = re.compile("Rochester and Strood|People Before Profit")
REASON = "Rheswm: Grund"


def english_in(page: str, code: str) -> list[str]:
    """What a page says in English: whole messages, and words that are none of the other language."""
    assert f'<html lang="{code}">' in page
    heard = NAMES.sub("", " ".join(Texts(page).found))
    words, whole = in_english(code)
    return [*(words & set(words_in(heard))), *(text for text in whole if text in heard)]


@cache
def in_english(code: str) -> tuple[set[str], list[str]]:
    """The common English words that are none in the other language, and the longer messages."""
    spoken_here = {word for item in messages(code) for form in item.forms for word in words_in(form)}
    texts = [item.texts[0] for item in messages(code)]
    long = [text for text in texts if len(text.split()) > 3 and not {"%", "<"} & set(text)]
    return {str(word) for word in COMMON.split()} - spoken_here, long


@pytest.mark.parametrize("code", OTHERS)
def test_the_whole_way_of_a_result_is_in_the_officers_language(client: TestClient, desk: Desk, code: str) -> None:
    seen = set[str]()

    def look(page: str) -> str:
        assert not english_in(page, code)
        assert '<a href="' in page.partition('class="languages"')[2], "another language can be chosen"
        seen.add(page)
        return page

    link = desk.invite()
    assert "Choose a PIN" in client.get(link).text
    phone = Phone(client, client.get(f"{link}?lang={code}", headers={"Referer": f"{HALL}/"}).text)
    look(phone.page)
    look(client.get("/count/invitation?over=1").text)
    look(phone.client.post(link, data=phone.hidden(phone.page) | {"pin": "1111"}, headers=phone.origin).text)
    phone.sign_in(link)
    look(phone.page)
    for papers in (
        {"issued": "1.5", "papers": ""},
        {"issued": "40,113", "papers": "99,999"},
        {"issued": "40,000", "papers": "40,113"},
    ):
        look(phone.send("/count/verification", papers).text)
    phone.verify(**{"reason.papers-differ-from-issued": REASON})
    look(phone.open())
    assert phone.send("/count/stage", {"stage": "recount"}).status_code in (200, 303)
    wrong = rochester.texts() | {"votes.1": "", "votes.2": "1.5", "votes.11": "16876"}
    look(phone.send("/count/sheet", wrong).text)
    look(phone.send("/count/sheet", rochester.texts(rochester.VOTES | {"11": 16876})).text)
    swapped = rochester.VOTES | {"8": rochester.VOTES["13"], "13": rochester.VOTES["8"]}
    look(phone.send("/count/sheet", rochester.texts(swapped)).text)
    assert phone.send("/count/sheet", rochester.texts()).status_code == 303
    look(phone.open())
    look(phone.send("/count/again", rochester.texts() | {"votes.8": "", "votes.11": "1.5"}).text)
    assert phone.send("/count/again", rochester.texts(rochester.VOTES | {"11": 16876})).status_code == 303
    look(phone.open("/count?change=1"))
    officer = signed_in(client, desk, "returning officer", name="Rita Hall")
    officer.client.cookies.set("lang", code)
    look(officer.open())
    look(phone.open())
    look(phone.look_again())
    look(phone.open("/count/agents"))
    long = "x" * (LONGEST_TEXT + 1)
    look(phone.send("/count/agents/rejected", {"note.identifiable": long}).text)
    for form in ("/count/agents", "/count/agents/recount"):
        look(phone.send(form, {"who": long, "asker": REASON, "why": long}).text)
        look(phone.send(form).text)
        assert phone.send(form, {"who": REASON, "asker": REASON, "why": REASON}).status_code == 303
        look(phone.open("/count/agents"))
    look(phone.open("/count/provisional"))
    look(phone.open("/count/script"))
    phone.open()
    assert phone.send("/count/declare").status_code == 303
    look(phone.open("/count/receipt"))
    look(phone.send("/count/photo").text)
    look(phone.send("/count/correction", {"reason": ""}).text)
    assert phone.send("/count/correction", {"reason": REASON}).status_code == 303
    look(phone.open())
    assert not english_in(phone.open("/count/nowhere"), code)
    assert client.get("/count").text.count(f'lang="{code}"'), "the choice is kept on this phone"
    assert len(seen) > 12, "these are different pages"


@pytest.mark.parametrize("code", OTHERS)
def test_two_officers_wait_for_each_other_in_their_language(client: TestClient, desk: Desk, code: str) -> None:
    desk.choose_entry("double")
    phones = [
        signed_in(client, desk, role, name=name)
        for role, name in (("officer", "Jane Smith"), ("second officer", "Bob Mills"))
    ]
    for phone in phones:
        phone.client.cookies.set("lang", code)
    jane, bob = phones
    assert not english_in(bob.open(), code)
    assert not english_in(jane.key(), code)
    bob.open()
    bob.send("/count/sheet", rochester.texts(rochester.VOTES | {"1": 22, "2": 54}))
    assert not english_in(bob.open(), code)
    bob.send("/count/sheet", rochester.texts())
    assert not english_in(bob.open(), code)


@pytest.mark.parametrize("code", OTHERS)
def test_who_calls_hands_over_and_signs_out_reads_it_in_their_language(
    client: TestClient, desk: Desk, code: str
) -> None:
    editor, phone = signed_in(client, desk, "desk", name="Ann Ray"), Phone(another(client))
    link = desk.invite("officer", rochester.BALLOT, rochester.OTHER)
    phone.client.cookies.set("lang", code)
    phone.sign_in(link)
    assert not english_in(phone.open(), code)
    you = "/count/you"
    assert not english_in(phone.open(you), code)
    assert not english_in(phone.send("/count/call", {"phone": "x"}).text, code)
    assert phone.send("/count/call", {"phone": "020 7946 0000"}).status_code == 303
    assert not english_in(phone.open(you), code)
    assert phone.send("/count/call/answered").status_code == 303
    editor.open("/desk/people")
    (officer,) = [one.invitation for one in fold_acts(desk.acts()).people.values() if one.role == "officer"]
    assert editor.send("/desk/people/call", {"invitation": officer}).status_code == 303
    assert "Ann Ray" in phone.open()
    assert not english_in(phone.page, code)
    phone.open(you)
    assert not english_in(phone.send("/count/out", {"what": "over", "name": ""}).text, code)
    out = phone.send("/count/out", {"what": "over", "name": "Bob Mills"}).headers["location"]
    assert not english_in(phone.open(out), code)
    assert not english_in(phone.open(out.replace("over", "everywhere")), code)
    editor.open("/desk/people")
    assert editor.send("/desk/people/clear", {"invitation": officer}).status_code == 303
    assert not english_in(phone.open(link), code)
    shown = editor.open(f"/desk/invitations?only={officer}&lang={code}")
    assert not english_in(shown.replace("data-now=", "data-then="), code)


@pytest.mark.parametrize("code", OTHERS)
def test_the_cards_that_officers_are_given_are_in_the_language_of_the_desk(
    client: TestClient, desk: Desk, code: str
) -> None:
    editor = signed_in(client, desk, "desk", name="Jane Smith")
    desk.invite("second officer", name="Bob Mills")
    page = editor.open(f"/desk/invitations?lang={code}")
    assert "Bob Mills" in page
    assert not english_in(page.replace("data-now=", "data-then="), code)


def test_in_wales_the_script_is_in_both_languages_and_nothing_goes_out(client: TestClient, desk: Desk) -> None:
    night = rochester.night()
    first, other = night.contests
    names = tuple([replace(one, full_name="Mark John Reckless") if one.id == "11" else one for one in first.candidates])
    first = replace(first, nation="Wales", region="Wales", candidates=names)
    desk.open_night(replace(night, contests=(first, other)))
    phone = Phone(client)
    phone.sign_in(desk.invite())
    assert client.get("/count/script").url.path == "/count", "without a confirmed sheet there is nothing to say"
    desk.invite("returning officer", name="Rhian Parry")
    assert "/count/script" in phone.key()
    welsh, english = re.findall(
        r'<article class="paper script" lang="(cy|en-GB)">(.*?)</article>', phone.open("/count/script"), re.DOTALL
    )
    assert (welsh[0], english[0]) == ("cy", "en-GB")
    assert "Yr wyf i, Rhian Parry, Swyddog Canlyniadau Gweithredol ar gyfer Rochester and Strood" in welsh[1]
    assert "I, Rhian Parry, Acting Returning Officer for Rochester and Strood, declare" in english[1]
    assert "Mark John Reckless, commonly known as Mark Reckless <small>UK Independence Party" in english[1]
    assert "un deg chwe mil, wyth cant chwe deg saith" in welsh[1]
    assert "<b>16,867</b> <span>sixteen thousand, eight hundred and sixty-seven</span>" in english[1]
    assert "<b>Mark Reckless</b> is elected as the Member of Parliament for Rochester and Strood." in english[1]
    assert not desk.declared()


SPOKEN = """
0: nought; dim; null
101: one hundred and one; cant ac un; einhunderteins
1003: one thousand and three; mil a thri; eintausenddrei
22021: twenty-two thousand and twenty-one; dau ddeg dwy fil, dau ddeg un; zweiundzwanzigtausendeinundzwanzig
200100: two hundred thousand, one hundred; dau gan mil, cant; zweihunderttausendeinhundert
1000021: one million and twenty-one; miliwn, dau ddeg un; eine Million einundzwanzig
16867: sixteen thousand, eight hundred and sixty-seven; un deg chwe mil, wyth cant chwe deg saith; \
sechzehntausendachthundertsiebenundsechzig
"""


@pytest.mark.parametrize("line", SPOKEN.strip().replace("\\\n", "").splitlines())
def test_numbers_are_spoken_in_words(line: str) -> None:
    number, _, words = line.partition(": ")
    assert "; ".join(spoken(language(code), int(number)) for code in ("en", "cy", "de")) == words
