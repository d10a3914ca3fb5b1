"""Editions of a night: the same events in another language, or against another baseline, kept up with the night."""

import re
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from server.election.commands import OpenNight
from server.election.deciding.decide import decide
from server.election.nights import apply
from server.election.parties import Party
from server.live import moments as past
from server.live.channel import Channel
from server.nights import archive
from server.pages.render import PageRenderer
from tests.nights_by_hand import START, declare, definition

GENERAL_2015 = "parl.2015-05-07"


@pytest.fixture
def channel() -> Channel:
    """2015 until somewhere in its night."""
    night = Channel(PageRenderer())
    night.advance(archive.load(GENERAL_2015).events[:300])
    return night


def row(channel: Channel, seat: str) -> str:
    return re.sub(r"<[^>]+>", " ", channel.text(f"row-{seat}"))


def test_an_edition_is_made_once_and_the_nights_own_is_the_night_itself(channel: Channel) -> None:
    assert channel.in_edition("", "") is channel.in_edition("en", "") is channel.in_edition("xx", "") is channel
    german = channel.in_edition("de", "")
    assert german is channel.in_edition("de", "") is not channel.in_edition("de", "by-elections")
    assert [shown.edition for shown in (channel, german, channel.in_edition("cy", "by-elections"))] == [
        "",
        "de",
        "cy-by-elections",
    ]


@pytest.mark.parametrize(("language", "baseline"), [("de", ""), ("", "by-elections"), ("cy", "2005-notional")])
def test_an_edition_kept_up_with_its_night_is_one_made_anew(channel: Channel, language: str, baseline: str) -> None:
    events = archive.load(GENERAL_2015).events
    kept = channel.in_edition(language, baseline)
    for at in range(300, 360, 20):
        channel.advance(events[at : at + 20])
    anew = Channel(PageRenderer())
    anew.advance(events[:360])
    made = anew.in_edition(language, baseline)
    assert (kept.seq, kept.head) == (made.seq, made.head) == (360, channel.head)
    assert {name: kept.text(name) for name in _shown(kept)} == {name: made.text(name) for name in _shown(made)}
    assert kept.text("score") != channel.text("score")


def test_verdicts_and_totals_follow_the_baseline_and_a_moment_keeps_it(channel: Channel) -> None:
    channel.advance(archive.load(GENERAL_2015).events[300:])
    since = channel.in_edition("", "by-elections")
    assert "Con gain from UKIP" in row(since, "rochester-and-strood")
    assert "UKIP hold" in row(since, "clacton")
    assert "Con hold" in row(channel, "rochester-and-strood")
    assert "2010 general election and by-elections since" in since.text("score")
    first = since.events[1]
    then = past.at(since, first.at)
    assert then.edition == "by-elections"
    assert then.night is not None
    assert then.night.definition.baseline == "2010 general election and by-elections since"


def test_an_unknown_baseline_is_refused_in_a_sentence_and_leaves_nothing_behind(channel: Channel) -> None:
    for _ in range(2):
        with pytest.raises(LookupError, match="There is no baseline called 1832 for 2015 general election"):
            channel.in_edition("de", "1832")
    channel.advance(archive.load(GENERAL_2015).events[300:310])


def test_any_name_of_a_party_is_text_and_never_a_pattern_or_markup() -> None:
    odd = replace(definition(), parties=(Party("PP52", "Conservative", "Con"), Party("PP53", "100% <b>Lab", "Lab")))
    channel, night = Channel(PageRenderer()), None
    for command in (OpenNight(id="open", by="desk", night=odd), declare(0)):
        event = decide(night, command, START)
        night = apply(night, event)
        channel.advance([event])
    assert "from 100% &lt;b&gt;Lab" in channel.text("banner")
    assert "100% &lt;b&gt;Lab" in channel.in_edition("de", "").text("banner")


def test_who_watches_an_edition_counts_and_is_sent_away_with_the_night(channel: Channel) -> None:
    class Reader:
        deflate, paused = False, False

        def __init__(self) -> None:
            self.read: list[bytes] = []

        def write(self, frame: bytes) -> None:
            self.read.append(frame)

    german, english = Reader(), Reader()
    channel.in_edition("de", "").join(german, "night", channel.seq)
    channel.join(english, "night", channel.seq)
    assert channel.watching == 2
    channel.advance(archive.load(GENERAL_2015).events[300:301])
    assert len(german.read) == len(english.read) == 1
    assert german.read != english.read
    assert set(channel.close()) == {german, english}


def _shown(channel: Channel) -> Iterator[str]:
    return (name for name in channel.fragments if not name.startswith(("contest-", "view-")))
