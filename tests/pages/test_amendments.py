"""A ballot paper put right on air: every page, edition, baseline and moment shows it, and none keeps the old one."""

import re
from datetime import timedelta

import pytest
from msgspec.structs import replace

from server.election.commands import AmendBallotPaper, AmendNight, AnyCommand
from server.election.contests import Definition, Previous
from server.election.deciding.decide import decide
from server.election.events import AnyEvent
from server.election.parties import Party
from server.live import moments
from server.live.channel import Channel
from server.nights import archive
from server.nights.against import against
from server.pages.fragments import fragments_of
from server.pages.render import PageRenderer

GENERAL = "parl.2015-05-07"
SEAT = "parl.clacton.2015-05-07"
UNITY = Party("own-party:unity", "Unity of the Coast", "Unity")
EDITIONS = [("", ""), ("de", ""), ("cy", ""), ("", "by-elections"), ("de", "2005-notional")]


class Reader:
    """Somebody whose page is open."""

    deflate, paused = False, False

    def __init__(self) -> None:
        self.read: list[bytes] = []

    def write(self, frame: bytes) -> None:
        self.read.append(frame)

    def resume(self) -> None: ...


def night_of(channel: Channel) -> Definition:
    assert channel.night is not None
    return channel.night.definition


def give(channel: Channel, command: AnyCommand) -> AnyEvent:
    assert channel.night is not None
    event = decide(channel.history.night, command, channel.events[-1].at + timedelta(minutes=1))
    channel.advance([event])
    return event


def amendment(channel: Channel, **changes: object) -> AmendBallotPaper:
    contest = next(one for one in night_of(channel).contests if one.ballot == SEAT)
    first, *others = contest.candidates
    named = replace(first, name="Zebedee Quill", party=UNITY.id)
    return AmendBallotPaper(
        id=f"amend-{channel.seq}",
        by="Dora",
        ballot=SEAT,
        contest=replace(contest, candidates=(named, *others), electorate=80_001, **changes),
        parties=(UNITY,),
        reason="Misread on the paper.",
    )


@pytest.fixture(scope="module")
def channel() -> Channel:
    """2015 when all is declared, with some of its editions followed, and one ballot paper put right then."""
    night = Channel(PageRenderer())
    night.advance(archive.load(GENERAL).events)
    for edition in EDITIONS:
        shown = night.in_edition(*edition)
        shown.join(Reader(), "night", shown.seq)
        shown.join(Reader(), SEAT, shown.seq)
        moments.at(shown, shown.events[100].at)
        for fragment in ("contest-clacton", "score", "row-clacton", "seat-clacton"):
            shown.text(fragment)
    give(night, amendment(night))
    return night


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_edition_that_is_followed_is_the_one_that_is_made_anew(
    channel: Channel, edition: tuple[str, str]
) -> None:
    anew = Channel(PageRenderer())
    anew.advance(channel.events)
    kept, made = channel.in_edition(*edition), anew.in_edition(*edition)
    assert "Zebedee Quill" in kept.text("contest-clacton") and "Zebedee Quill" in kept.text("latest")
    for fragment in fragments_of(kept.night) if kept.night and edition == EDITIONS[3] else ("contest-clacton", "score"):
        assert kept.text(fragment) == made.text(fragment), fragment
    assert kept.night and made.night and kept.night.counts == made.night.counts
    assert night_of(kept) == night_of(made) == against(night_of(channel), edition[1])


def test_another_baselines_figures_stay_where_the_nights_own_previous_result_is_put_right(channel: Channel) -> None:
    fresh = Channel(PageRenderer())
    fresh.advance(archive.load(GENERAL).events)
    since = fresh.in_edition("", "by-elections")
    before = since.text("row-clacton")
    give(fresh, amendment(fresh, previous=Previous("PP53", {"PP53": 9})))
    assert "Unity gain from Lab" in re.sub("<[^>]+>", " ", fresh.text("row-clacton"))
    assert "UKIP hold" in re.sub("<[^>]+>", " ", before)
    assert "Unity gain from UKIP" in re.sub("<[^>]+>", " ", since.text("row-clacton"))


def test_a_moment_before_is_as_it_was_and_one_after_is_put_right(channel: Channel) -> None:
    for edition in (("", ""), ("", "by-elections")):
        shown = channel.in_edition(*edition)
        before, after = moments.at(shown, channel.events[-2].at), moments.at(shown, channel.events[-1].at)
        assert "Zebedee Quill" not in before.text("contest-clacton")
        assert "Zebedee Quill" in after.text("contest-clacton")
        assert after.night and shown.night and after.night.counts[SEAT].result == shown.night.counts[SEAT].result
        assert night_of(before).baseline == night_of(after).baseline == night_of(shown).baseline
        early = moments.at(shown, channel.events[40].at)
        assert early.night and early.night.seq <= 41 and early.night.amended == 0


def test_an_open_page_is_sent_what_changed_and_its_title() -> None:
    channel = Channel(PageRenderer())
    channel.advance(archive.load(GENERAL).events)
    night, seat, table, records, swing = (Reader() for _ in range(5))
    topics = ("night", SEAT, "contests", "records", "swing/PP53/PP52")
    for reader, topic in zip((night, seat, table, records, swing), topics, strict=True):
        channel.join(reader, topic, channel.seq)
    give(channel, replace(amendment(channel), contest=replace(amendment(channel).contest, name="Clacton-on-Sea")))
    told = [b"".join(reader.read).decode(errors="replace") for reader in (night, seat, table)]
    assert all("Clacton-on-Sea" in message for message in told)
    assert 'hx-target="#seat-title"' in told[1] and "Zebedee Quill" in told[1]
    assert 'hx-target="#latest"' in told[0] and "Misread on the paper." in told[0]
    close = night_of(channel).polls_close
    give(channel, AmendNight(id="n", by="Dora", title="The night", polls_close=close, baseline="B", reason="Better."))
    for reader, message in zip((night, seat), told[:2], strict=True):
        news = b"".join(reader.read).decode(errors="replace").removeprefix(message)
        assert '<hx-partial hx-target="#night-title" hx-swap="innerHTML">The night</hx-partial>' in news
    title = '<hx-partial hx-target="title" hx-swap="innerHTML">'
    for reader, heading in ((table, "All contests"), (records, "Records"), (swing, "Swing")):
        assert f"{title}{heading}: The night · Declared<" in b"".join(reader.read).decode(errors="replace")


def test_the_page_of_the_only_contest_keeps_its_own_title_when_a_paper_is_put_right_or_a_moment_is_shown() -> None:
    by_election = archive.load("parl.rochester-and-strood.by.2014-11-20")
    channel = Channel(PageRenderer())
    channel.advance(by_election.events)
    (contest,) = night_of(channel).contests
    night, seat = Reader(), Reader()
    channel.join(night, "night", channel.seq)
    channel.join(seat, contest.ballot, channel.seq)
    put_right = replace(contest, name="Rochester & Strood")
    give(channel, AmendBallotPaper(id="a", by="Dora", ballot=contest.ballot, contest=put_right, reason="Misread."))
    title = '<hx-partial hx-target="title" hx-swap="innerHTML">'
    for message in (
        b"".join(seat.read).decode(errors="replace"),
        moments.frame(channel, contest.ballot, 1, channel.seq),
    ):
        told = message.partition(title)[2].partition("<")[0]
        verdict, of = "Rochester &amp; Strood: UKIP gain from Con", "Rochester and Strood by-election, 20 November 2014"
        assert told == f"{verdict} · {of} · Declared"
    for message in (b"".join(night.read).decode(errors="replace"), moments.frame(channel, "night", 1, channel.seq)):
        told = message.partition(title)[2].partition("<")[0]
        assert told == "UKIP gain from Con: Rochester and Strood by-election, 20 November 2014 · Declared"


def test_an_edition_whose_baseline_an_amendment_made_the_nights_own_goes_on() -> None:
    channel = Channel(PageRenderer())
    channel.advance(archive.load(GENERAL).events[:50])
    edition = channel.in_edition("", "2005-notional")
    edition.join(Reader(), "night", edition.seq)
    name, close = night_of(edition).baseline, night_of(channel).polls_close
    give(channel, AmendNight(id="n", by="Dora", title="2015", polls_close=close, baseline=name, reason="So it is."))
    assert edition.night is channel.night
    give(channel, amendment(channel))
    assert "Zebedee Quill" in edition.text("contest-clacton")
    with pytest.raises(LookupError):
        Channel(PageRenderer(), history=channel.history).in_edition("", "1832")
