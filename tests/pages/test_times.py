"""What a page says of times that nobody wrote down: how many are assumed and by which rule, whatever is declared."""

import re

import pytest
from msgspec.structs import replace

from server.election.contests import Definition
from server.html.languages import languages
from server.html.templates import environment
from server.live.channel import Channel
from server.nights import archive
from server.pages.render import PageRenderer

SEASON, CLACTON, GENERAL = "parl.by.2010-2015", "parl.clacton.by.2014-10-09", "parl.2019-12-12"
ROCHESTER = "parl.rochester-and-strood.by.2014-11-20"


def note(definition: Definition, language: str = "en") -> str:
    (spoken,) = (known for known in languages() if known.code == language)
    module = environment(spoken).get_template("fragments/times.html").module
    text = str(getattr(module, "assumed_times")(definition))  # noqa: B009 (a template's macro has no type)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def untimed(number: int) -> Definition:
    definition = archive.load(GENERAL).definition
    return replace(
        definition, times="assumed", assumed=tuple(contest.ballot for contest in definition.contests[:number])
    )


RULE = (
    "They are assumed: smaller electorates first, spread from 23:00 to 08:00 as in the general elections of 2010 to "
    "2019, half of them by 03:50."
)


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        (archive.load(GENERAL).definition, ""),
        (untimed(650), f"The times of the declarations are not on record. {RULE}"),
        (untimed(13), f"The times of 13 of the 650 declarations are not on record. {RULE}"),
        (untimed(1), f"The time of 1 of the 650 declarations is not on record. {RULE}"),
        (archive.load(CLACTON).definition, "The time of the declaration is not on record; 02:00 is assumed."),
        (
            archive.load(SEASON).definition,
            "The times of 20 of the 21 declarations are not on record. 02:00 is assumed for each.",
        ),
        (
            archive.load(ROCHESTER).definition,
            "Not every time of this night is on record; those that are not are assumed.",
        ),
        (replace(untimed(650), times="live"), ""),
    ],
)
def test_a_night_says_how_many_times_are_assumed_and_by_which_rule(definition: Definition, said: str) -> None:
    assert note(definition) == said


@pytest.mark.parametrize(("night", "marked"), [(CLACTON, True), (ROCHESTER, False)])
def test_a_contest_says_whether_its_own_time_is_assumed(night: str, marked: bool) -> None:
    channel = Channel(PageRenderer(), on_air=False)
    channel.advance(archive.load(night).events)
    (contest,) = archive.load(night).definition.contests
    page = channel.text(f"contest-{contest.slug}")
    assert ("(assumed)" in page, "(time assumed)" in page) == (marked, marked)
