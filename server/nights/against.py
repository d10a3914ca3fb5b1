"""A night counted from another baseline: which ones the shipped archive has for it, and the night with one of them put
in. No verdicts and no totals: those follow from the definition.

A baseline is every general election of the archive before the night, notional figures that one of them was counted
from, or the seats "as they were held when the poll was called": the last general election before it with the
by-elections since put over it. Who changed party without a by-election, and which seats stood empty, the archive does
not know. A seat is known by its GSS code, which is a new one once its boundaries change, so that an election on other
boundaries has no figures for it, and is not offered.
"""

from datetime import date
from functools import cache
from typing import Literal
from weakref import WeakValueDictionary

from msgspec import Struct
from msgspec.structs import replace

from server.election.contests import Contest, Definition, Previous
from server.election.once import is_known, once
from server.election.parties import Party
from server.nights import archive
from server.nights.baselines import of_night
from server.nights.written.lines import OTHERS, Summary

NOTIONAL = {"parl.2010-05-06": date(2005, 5, 5), "parl.2024-07-04": date(2019, 12, 12)}
"""The general elections whose own baseline is the one before as estimated on their new boundaries, and its date."""

_OPENED = "as it was opened"


class Poll(Struct, frozen=True):
    """The poll that the figures of a seat are from. ``night`` is the past night to link to, None where the archive has
    only its figures."""

    kind: Literal["general", "notional", "by-election"]
    title: str
    date: date
    night: str | None


class Choice(Struct, frozen=True):
    """A baseline that a night can be counted from. ``key`` is for an address, "" the night's own.

    ``kind`` and ``year`` say it in any language, ``name`` in English, as ``Definition.baseline`` does; "by-elections"
    is the general election of ``year`` and the by-elections since. Both are None where only the night itself knows its
    baseline. ``known`` is how many of the night's contests have figures there.
    """

    key: str
    name: str
    kind: Literal["general", "notional", "by-elections"] | None
    year: int | None
    known: int


class UnknownBaseline(LookupError):
    """A night cannot be counted from this; the message is a sentence."""

    def __init__(self, definition: Definition, key: str) -> None:
        super().__init__(f"There is no baseline called {key} for {definition.title}.")
        self.key = key


class _Offer(Struct, frozen=True):
    """A choice with its figures and their origin by GSS code, and the parties named in it by id."""

    choice: Choice
    previous: dict[str, Previous]
    polls: dict[str, Poll]
    parties: dict[str, Party]


def baselines(definition: Definition) -> tuple[Choice, ...]:
    """What a night can be counted from: its own first, then as held when it was called, then the newest first.

    ``definition`` is the night's own, here and below, not one that ``against`` returned.
    """
    return tuple(offer.choice for offer in _offers(definition))


def are_known(definition: Definition) -> bool:
    """Whether ``baselines`` and ``against`` have been asked about this night: the first time they take long."""
    return is_known(_offers, definition)


def against(definition: Definition, key: str) -> Definition:
    """The night counted from another baseline; UnknownBaseline where it is not among its ``baselines``.

    ``previous`` is None in a contest that the baseline does not know, and ``why`` is "": such a sentence explains a
    verdict against the night's own. Parties are the night's own, by its own names, and those of the baseline.
    """
    offer = _find(definition, key)
    if not key:
        return definition
    found = _told(definition).get(key)
    if found is None:
        found = _told(definition)[key] = _put_in(definition, offer)
        vars(found)[_OPENED] = definition
    return found


def opened(definition: Definition) -> Definition:
    """The night's own definition, of one that ``against`` returned; any other is that itself."""
    return vars(definition).get(_OPENED, definition)


def poll(definition: Definition, key: str, contest: Contest) -> Poll | None:
    """The poll from which a baseline has a contest's figures; None where it has none, or only the night knows.

    UnknownBaseline as ``against`` has it.
    """
    return _find(definition, key).polls.get(contest.gss)


def _find(definition: Definition, key: str) -> _Offer:
    for offer in _offers(definition):
        if offer.choice.key == key:
            return offer
    raise UnknownBaseline(definition, key)


@once
def _told(definition: Definition) -> WeakValueDictionary[str, Definition]:
    """The night against other baselines, as long as somebody has it so: each of them keeps the night itself."""
    return WeakValueDictionary()


def _put_in(definition: Definition, offer: _Offer) -> Definition:
    named = {party for one in offer.previous.values() for party in (one.holder, *one.votes)}
    added = named - {party.id for party in definition.parties} - {OTHERS}
    return replace(
        definition,
        baseline=offer.choice.name,
        parties=(*definition.parties, *(offer.parties[party] for party in sorted(added))),
        contests=tuple(
            replace(contest, previous=offer.previous.get(contest.gss), why="") for contest in definition.contests
        ),
    )


@once
def _offers(definition: Definition) -> tuple[_Offer, ...]:
    if definition.bodies:  # the archive has nothing else that councils can be counted from
        return (_own(definition, sum(one.previous is not None for one in definition.contests), []),)
    generals = [summary for summary in archive.listed() if summary.seats and summary.date < definition.date]
    found = [_general(one) for one in generals]
    if generals:
        found.insert(0, _by_elections(generals[0], definition.date))
    found += [
        _notional(one.id) for one in archive.listed() if one.id in NOTIONAL and NOTIONAL[one.id] < definition.date
    ]
    others = [offer for one in found if _is_offered(offer := _of_its_seats(one, definition), definition)]
    own = {one.gss: one.previous for one in definition.contests if one.previous}
    same = [one for one in others if one.choice.name == definition.baseline or one.previous == own]
    return (_own(definition, len(own), same), *(one for one in others if one not in same))


def _own(definition: Definition, known: int, same: list[_Offer]) -> _Offer:
    """The night's own baseline, which may be one of the archive's."""
    choice = Choice("", definition.baseline, None, None, known)
    if not same:
        return _Offer(choice, {}, {}, {})
    return replace(same[0], choice=replace(choice, kind=same[0].choice.kind, year=same[0].choice.year))


def _is_offered(offer: _Offer, definition: Definition) -> bool:
    """Whether it has figures for most of a night's seats, and by-elections any that their general election has not."""
    if offer.choice.kind == "by-elections":
        return any(one.kind == "by-election" for one in offer.polls.values())
    # A seat that kept its code through new boundaries is no reason to compare a House with one of others.
    return 2 * offer.choice.known > len(definition.contests)


def _of_its_seats(offer: _Offer, definition: Definition) -> _Offer:
    codes = [contest.gss for contest in definition.contests if contest.gss in offer.previous]
    return replace(
        offer,
        choice=replace(offer.choice, known=len(codes)),
        previous={gss: offer.previous[gss] for gss in codes},
        polls={gss: offer.polls[gss] for gss in codes},
    )


@cache
def _general(one: Summary) -> _Offer:
    year = one.date.year
    return _polled(Choice(str(year), one.title, "general", year, 0), Poll("general", one.title, one.date, one.id))


def _polled(choice: Choice, where: Poll) -> _Offer:
    """A poll of the archive by itself."""
    assert where.night is not None
    found = of_night(archive.load(where.night))
    return _Offer(choice, found.previous, dict.fromkeys(found.previous, where), found.parties)


@cache
def _notional(night: str) -> _Offer:
    definition, day = archive.load(night).definition, NOTIONAL[night]
    previous = {one.gss: one.previous for one in definition.contests if one.previous}
    where = Poll("notional", definition.baseline, day, None)
    choice = Choice(f"{day.year}-notional", definition.baseline, "notional", day.year, 0)
    parties = {party.id: party for party in definition.parties}
    return _Offer(choice, previous, dict.fromkeys(previous, where), parties)


def _by_elections(general: Summary, until: date) -> _Offer:
    """The seats as a general election left them and the by-elections after it, before a day, the later over the
    earlier."""
    found = _general(general)
    year = general.date.year
    choice = Choice("by-elections", f"{general.title} and by-elections since", "by-elections", year, 0)
    for summary in reversed(archive.of_the_house()):
        if not summary.seats and general.date < summary.date < until:
            later = _polled(choice, Poll("by-election", summary.title, summary.date, summary.id))
            found = _Offer(
                choice,
                found.previous | later.previous,
                found.polls | later.polls,
                found.parties | later.parties,
            )
    return replace(found, choice=choice)
