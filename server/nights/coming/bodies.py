"""Councils and offices of a night to come: which a ballot is for, and what somebody typed of them."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec.structs import replace

from server.election.bodies import NO_OVERALL_CONTROL, Body
from server.election.contests import Contest
from server.election.parties import counted_as
from server.election.texts.said import _, say, say_all
from server.nights.coming import parties
from server.nights.coming.sheet import Sheet, TypedBody
from server.nights.coming.standings import PartyReader
from server.nights.sources.ballots import slug

SUPPLEMENTARY = "supplementary vote"
UNTIL = "2023-05-04"
"""The first polls by plurality for mayors and commissioners, after which the supplementary vote has to be said."""
_OFFICES = {"mayor": "Mayor of ", "pcc": "Police and Crime Commissioner for "}
_SMALL = ("and", "in", "le", "next", "of", "on", "the", "under", "upon", "with")
_COUNCIL = re.compile(
    r"^(?:The )?(?:(?:London|Royal) Borough of |City (?:and County )?of (?!London))"
    r"|(?: (?:City|Borough|District|County|Metropolitan|Combined)){0,3} (?:Council|Authority)$"
)
_NONE = ("noc", "none", "no overall control", "nobody")


def body_id(ballot: str) -> str:
    """The body that a ballot is for, by Democracy Club's id: ``local.kent.abbey.2025-05-01`` → ``local.kent``; "" for
    the House."""
    kind, _, rest = ballot.partition(".")
    return "" if kind == "parl" else f"{kind}.{rest.partition('.')[0]}"


def place_in(slug: str) -> str:
    """The name of a place as far as its part of an id has it: ``brighton-and-hove`` → Brighton and Hove, of a combined
    authority ``greater-manchester-ca`` → Greater Manchester."""
    first, *words = slug.removesuffix("-ca").split("-")
    return " ".join([first.capitalize(), *(word if word in _SMALL else word.capitalize() for word in words)])


def council_in(name: str) -> str:
    """The name of a council as people say it: ``City of Bradford Metropolitan District Council`` → Bradford."""
    return _COUNCIL.sub("", " ".join(name.split()))


def office_in(id: str, name: str) -> str:
    """What a body is called: an office by its whole title."""
    title = _OFFICES.get(id.partition(".")[0], "")
    return name if name.startswith(title.strip().partition(" ")[0] or "\0") else title + name


def id_of(text: str) -> str:
    """The id of a body that somebody named, or that a source gave."""
    text = " ".join(text.split())
    if re.fullmatch(r"(local|mayor|pcc)\.[a-z0-9-]+", text):
        return text
    for kind, title in _OFFICES.items():
        if text.casefold().startswith(title.casefold()):
            return f"{kind}.{slug(text[len(title) :])}"
    return f"local.{slug(re.sub(r' (City|Borough|District|County)? ?Council$', '', text))}" if text else ""


def with_bodies(sheet: Sheet) -> Sheet:
    """The sheet with a body for each that a contest names, each once."""
    known = {body.id: body for body in sheet.bodies}
    for contest in sheet.contests:
        if (id := id_of(contest.body)) and id not in known:
            known[id] = TypedBody(
                id, contest.body if contest.body != id else office_in(id, place_in(id.partition(".")[2]))
            )
    contests = tuple(replace(one, body=id_of(one.body)) if one.body else one for one in sheet.contests)
    return replace(sheet, contests=contests, bodies=tuple(known.values()))


def bodies_of(reader: PartyReader, typed: Sequence[TypedBody], contests: Iterable[Contest]) -> tuple[Body, ...]:
    """The bodies that these contests are for, with every fault noted at its field."""
    up: dict[str, int] = {}
    for contest in contests:
        up[contest.body or ""] = up.get(contest.body or "", 0) + contest.seats
    return tuple(_body(reader, f"body{place}.", one, up[one.id]) for place, one in enumerate(typed) if one.id in up)


def _body(reader: PartyReader, at: str, one: TypedBody, up: int) -> Body:
    name = reader.text(f"{at}name", one.name, say("Say what it is called, such as Kent."))
    kind: Literal["council", "office"] = "council" if one.id.startswith("local.") else "office"
    member, area = (reader.text(f"{at}{what}", getattr(one, what), "") for what in ("member", "area"))
    if kind == "office":
        return Body(one.id, name, kind, member=member, area=area)
    seats = reader.number(f"{at}seats", one.seats, 0) or 0
    not_up = reader.standing(f"{at}not_up", one.not_up, "", 0, "Labour, 12", "seats")
    away = sum(not_up.values())
    if seats and not up <= seats:
        sentence = say("%(seats)s seats are fewer than the %(up)s that are fought.", seats=seats, up=up)
        reader.wrong(f"{at}seats", sentence)
    elif seats and up < seats and not not_up:
        message = _(
            "Say which parties hold the %(number)s seats that are not fought, or leave the number of seats out."
        )
        reader.wrong(f"{at}not_up", say(message, number=seats - up))
    elif seats and up + away > seats:
        message = _("%(away)s seats and the %(up)s that are fought are more than %(seats)s.")
        reader.wrong(f"{at}not_up", say(message, away=away, up=up, seats=seats))
    elif not seats and not_up:
        reader.wrong(f"{at}seats", say("Say how many seats there are in all."))
    return Body(
        one.id, name, kind, seats, not_up, _control(reader, f"{at}control", one.control), member or "councillor", area
    )


def _control(reader: PartyReader, field: str, text: str) -> str | None:
    if not text.strip():
        return None
    if text.strip().casefold() in _NONE:
        return NO_OVERALL_CONTROL
    known = parties.party(text)
    if isinstance(known, str):
        reader.wrong(field, say_all(known, say("Say the party, or NOC for none.")))
        return None
    reader.know(known)
    return counted_as(known.id)
