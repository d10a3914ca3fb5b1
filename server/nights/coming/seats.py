"""The seats of the House as the newest general election of the archive had them, and what a by-election in one begins
with: its code, region, electorate and last result."""

import difflib
import re
import unicodedata
from datetime import date
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from server.election.contests import Contest, Previous
from server.nights import archive, polls
from server.nights.baselines import Baseline, of_night
from server.nights.coming.parties import written
from server.nights.coming.sheet import Sheet, TypedContest
from server.nights.written.lines import OTHERS, Summary

_MOST_FOUND = 12
_FROM = "Contains Parliamentary information licensed under the Open Parliament Licence v3.0"


class Seat(Struct, frozen=True):
    """One seat, and the polls that a by-election in it can be compared with: night id → title, the newest first."""

    contest: Contest
    polls: dict[str, str]


def seats() -> dict[str, Contest]:
    """Every seat by its code, as the newest general election of the archive had it."""
    return {contest.gss: contest for contest in archive.load(newest_general().id).definition.contests}


def found(text: str) -> tuple[Seat, ...]:
    """The seats that a text may mean, at most twelve: by code, name or part of a name, else by a name like it."""
    words = _words(text)
    if not words:
        return ()
    by_name = {" ".join(_words(contest.name)): contest for contest in seats().values()}
    exact = [one for one in seats().values() if text.strip() in (one.gss, one.slug)]
    named = [one for name, one in by_name.items() if name == " ".join(words)]
    part = [one for name, one in by_name.items() if all(f" {word}" in f" {name}" for word in words)]
    near = [by_name[name] for name in difflib.get_close_matches(" ".join(words), by_name, n=_MOST_FOUND, cutoff=0.7)]
    chosen = exact or named or part or near
    return tuple(Seat(one, _polls(one.gss)) for one in chosen[:_MOST_FOUND])


def the_seat(text: str) -> Contest | None:
    """The one seat with this code, slug or whole name; None if it is not certain which."""
    return _known_as().get(text.strip()) or _known_as().get(" ".join(_words(text)))


def nearest(text: str) -> str:
    """The name of the seat that is spelt most like this; "" where none is."""
    by_name = {" ".join(_words(contest.name)): contest.name for contest in seats().values()}
    near = difflib.get_close_matches(" ".join(_words(text)), by_name, n=1, cutoff=0.7)
    return by_name[near[0]] if near else ""


def by_election(seat: Contest, day: str, night: str = "") -> Sheet:
    """The sheet of a by-election in a seat on a day, as typed: only the candidates are missing.

    ``night`` is the poll that it is compared with, "" for the general election, which holds and gains go by.
    """
    sheet = Sheet(title=f"{seat.name} by-election", date=day, contests=(TypedContest(seat=seat.name),))
    return filled(sheet, night)


def filled(sheet: Sheet, night: str = "") -> Sheet:
    """The sheet with what the archive knows of each seat that has no code yet, where nothing is typed.

    A seat with a code has been filled, or was typed whole, and is left as it is. ``night`` is as for ``by_election``.
    """
    contests, baseline, attribution = list(sheet.contests), sheet.baseline, sheet.attribution
    for place, typed in enumerate(contests):
        one = None if typed.gss or typed.body else the_seat(typed.seat)
        if one is None:
            continue
        before, name = _baseline(night or newest_general().id)
        last = before.previous.get(one.gss)
        takes = last is not None and baseline in ("", name) and not typed.previous
        if takes:
            baseline = name
        contests[place] = replace(
            typed,
            seat=one.name,
            gss=one.gss,
            region=typed.region or one.region,
            nation=typed.nation or one.nation,
            electorate=typed.electorate or f"{(last.electorate if last else None) or one.electorate:,}",
            previous=_lines(last, before, one.nation) if last and takes else typed.previous,
        )
        if _FROM not in attribution:
            attribution = "; ".join(filter(None, (attribution, _FROM)))
    return replace(sheet, contests=tuple(contests), baseline=baseline, attribution=attribution)


def newest_general() -> Summary:
    """The newest general election of the archive, whose boundaries are those of today."""
    return next(one for one in archive.listed() if one.seats)


@cache
def _known_as() -> dict[str, Contest]:
    """Every seat by its code, its slug and the words of its name."""
    return {key: one for one in seats().values() for key in (" ".join(_words(one.name)), one.slug, one.gss) if key}


def _polls(gss: str) -> dict[str, str]:
    """Of a seat on its present boundaries: the by-elections since the general election, then that."""
    since = newest_general().date
    held = [one.poll for one in polls.polls_before(gss, date.max) if one.poll.night and one.poll.date >= since]
    return {one.night: _baseline(one.night)[1] for one in reversed(held) if one.night}


def _lines(last: Previous, before: Baseline, nation: str) -> str:
    """The votes of a poll as lines, the holder's first: ``Labour, 20,000``."""
    ranked = sorted(last.votes.items(), key=lambda one: (one[0] != last.holder, -one[1]))
    return "\n".join(
        f"{'Others' if party == OTHERS else written(before.parties[party], nation)}, {votes:,}"
        for party, votes in ranked
    )


@cache
def _baseline(night: str) -> tuple[Baseline, str]:
    """A past night as a baseline, and its name: a by-election's has its date, for the seat may have another."""
    one = archive.load(night)
    day = one.definition.date
    name = one.definition.title if one.definition.seats else f"{one.definition.title} of {day.day} {day:%B %Y}"
    return of_night(one), name


def _words(text: str) -> list[str]:
    plain = "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    return re.findall(r"[^\W_]+", plain.replace("'", "").replace("’", "").replace("&", " and "))
