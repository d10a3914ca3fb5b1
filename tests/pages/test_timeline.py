"""A past night on one line: where its moments stand, what is drawn and which of them matter."""

import json
from datetime import timedelta

from msgspec.structs import replace

from server.election.commands import AnyCommand, Withdraw
from server.election.deciding.decide import decide
from server.election.events import AnyEvent, NightOpened
from server.election.nights import fold
from server.html.templates import environment
from server.live.channel import Channel
from server.nights import archive
from server.pages.player.timeline import Timeline, timeline
from server.pages.render import PageRenderer
from tests.nights_by_hand import START, ballot, correct, declare, definition

ROCHESTER = "parl.rochester-and-strood.by.2014-11-20"


def whole(night: str) -> Channel:
    channel = Channel(PageRenderer(), on_air=False)
    channel.advance(archive.load(night).events)
    return channel


def of(*commands: tuple[int, AnyCommand]) -> Timeline:
    """The line of a night of three seats: commands with their minute."""
    night = definition(seats=3)
    events: list[AnyEvent] = [NightOpened(seq=1, at=START, by="desk", command_id="open", night=night)]
    for minute, command in commands:
        events.append(decide(fold(events), command, START + timedelta(minutes=minute)))
    channel = Channel(PageRenderer(), on_air=False)
    channel.advance(events)
    return timeline(channel)


def words(line: Timeline, channel: Channel) -> list[str]:
    told = environment().from_string("{% from 'player.html' import told %}{{ told(night, key) }}")
    return [" ".join(told.render(night=channel.night, key=key).split()) for key in line.keys]


def test_a_silence_of_more_than_two_hours_takes_twenty_minutes() -> None:
    line = of((120, declare(0)), (241, declare(1)), (250, declare(2)))
    minutes = [stop.x / 60 for stop in line.stops]
    assert minutes == [0, 120, 140, 149]
    assert line.cuts == ((7200, 8400),)
    assert [(label.x / 60, label.at) for label in line.labels][-1] == (140, START + timedelta(minutes=241))


def test_three_weeks_of_silence_leave_the_night_readable_and_name_the_day_after() -> None:
    line = timeline(whole("parl.2010-05-06"))
    assert line.length < 20 * 3600
    assert line.days
    assert [label.day for label in line.labels] == [False] * (len(line.labels) - 1) + [True]


def test_gains_are_drawn_in_their_partys_colour_below_the_holds() -> None:
    line = of((1, declare(0)), (1, declare(1, 4, 5)), (60, declare(2)))
    assert [bar.party for bar in line.bars] == ["PP52", ""]
    gains, holds = line.bars
    assert gains.path == "M1 100V50h1V100M71 100V29.3h1V100"  # one of the two of the first minute, and one alone
    assert holds.path == "M1 50V0h1V50"


def test_what_is_corrected_or_withdrawn_is_a_moment_and_is_counted_as_it_stood_then() -> None:
    withdraw = Withdraw(id="withdraw", by="desk", ballot=ballot(0), reason="The wrong sheet was read.")
    line = of((1, declare(0)), (2, correct(0, 1)), (3, withdraw), (9, declare(0, command="again")))
    assert [stop.declared for stop in line.stops] == [0, 1, 1, 0, 1]
    assert [key.kind for key in line.keys] == ["polls", "first", "corrected", "withdrawn", "last"]
    assert [key.place for key in line.keys] == [0, 1, 2, 3, 4]


def test_a_tie_that_was_decided_by_lot_is_a_key_moment() -> None:
    line = of((1, declare(0)), (2, replace(declare(1, 5, 5), lot="1")))
    assert [key.kind for key in line.keys if key.place == 2] == ["lot", "majority", "last"]


def test_a_general_election_has_its_moments_in_words() -> None:
    channel = whole("parl.2019-12-12")
    line = timeline(channel)
    assert [(line.local(key.place)[-5:], text) for key, text in zip(line.keys, words(line, channel), strict=True)] == [
        ("22:00", "Polls close"),
        ("23:27", "First result: Newcastle upon Tyne Central, Lab hold"),
        ("05:05", "<b>Conservative overall majority</b>"),
        ("14:52", "Last result: St Ives, Con hold"),
    ]
    assert [key.kind for key in timeline(whole("parl.2010-05-06")).keys] == ["polls", "first", "hung", "last"]


def test_control_of_a_council_is_a_key_moment_in_the_colour_of_who_has_it() -> None:
    channel = whole("local.rushmoor.2024-05-02")
    line = timeline(channel)
    (control,) = (key for key in line.keys if key.kind == "control")
    assert (line.local(control.place)[11:16], control.party) == ("04:33", "PP53")
    assert "<b>Rushmoor: Lab gain from Con</b>" in words(line, channel)


def test_a_night_of_one_contest_goes_from_stage_to_note_to_declaration() -> None:
    channel = whole(ROCHESTER)
    line = timeline(channel)
    assert all(stop.news for stop in line.stops)
    assert [key.kind for key in line.keys].count("note") == 12
    told = words(line, channel)
    for text in ("Ballot boxes are in", "40,113 ballot papers verified", "<b>Declared: UKIP gain from Con</b>"):
        assert text in told


def test_back_and_on_pass_over_what_is_no_news_and_end_at_the_ends() -> None:
    line = timeline(whole("parl.2019-12-12"))
    silent = replace(line, stops=tuple(replace(stop, news=place in (3, 7)) for place, stop in enumerate(line.stops)))
    assert (silent.before(7), silent.before(3), silent.before(0)) == (3, 0, None)
    assert (silent.after(0), silent.after(3), silent.after(7)) == (3, 7, None)


def test_the_script_has_every_moment_as_the_server_has_it() -> None:
    line = timeline(whole("parl.2017-06-08"))
    at, seq, declared, x = line.stops[0].moment.at, 0, 0, 0.0
    for stop, (seconds, events, more, news, *length) in zip(line.stops, json.loads(line.data), strict=True):
        at, seq, declared, x = at + timedelta(seconds=seconds), seq + events, declared + more, x + [*length, seconds][0]
        assert (at, seq, declared, x, news) == (stop.moment.at, stop.moment.seq, stop.declared, stop.x, stop.news)


def test_a_season_is_labelled_by_its_years() -> None:
    labels = timeline(whole("parl.by.2010-2015")).labels
    assert [label.at.year for label in labels] == [2011, 2012, 2013, 2014]
    assert all(label.year for label in labels)
