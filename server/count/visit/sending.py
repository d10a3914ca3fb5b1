"""Recording what an invited person does, and sending it out: once, however often the request is repeated."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import cast, get_args

from starlette.requests import Request

from server.count.visit.rules import visit
from server.election.commands import TakeBackStage
from server.election.counting.acts import Asked, ChangeConfirmed, PublicCommand, Stamp
from server.election.events import Stage
from server.election.numbers import written
from server.html.process import process
from server.html.rates import address
from server.stream.clock import now
from server.stream.submit import Receipt

_SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux")
_BROWSERS = ("Firefox", "Edg", "SamsungBrowser", "Chrome", "CriOS", "Safari")


def stamp(request: Request, command_id: str) -> Stamp:
    """The first fields of every act of this request: who, when, from which device; the seq comes when it is stored."""
    visitor = visit(request)
    return Stamp(
        seq=0,
        at=now(),
        by=visitor.person.name,
        invitation=visitor.person.invitation,
        device=device(request),
        command_id=command_id,
    )


async def ask(
    request: Request, command: PublicCommand, reasons: dict[str, str] | None = None, *, settles: bool = True
) -> Receipt | None:
    """Record a command and send it out; None if it waits because the night is held. ``settles``, and Refused, as by
    ``Submitter.ask``."""
    submitter = process(request).submitter
    asked = Asked(**stamp(request, f"ask/{command.id}"), command=command, reasons=reasons or {})
    return await submitter.ask(visit(request).night, asked, settles=settles)


def change_confirmed(request: Request, ballot: str, command: str) -> ChangeConfirmed:
    """The act with which the visitor confirms that this correction changes who is elected."""
    person = visit(request).person
    said = stamp(request, f"change/{id_of(person.invitation, ballot, command)}")
    return ChangeConfirmed(**said, ballot=ballot, role=person.role, command=command)


def taken_back(ballot: str, sent: Mapping[str, str], by: str) -> TakeBackStage:
    """The command of a form that takes back a stage; what was not on a page of ours takes back nothing."""
    stage, papers = sent.get("stage", ""), written(sent.get("papers", ""))
    step, reason = round_in(sent.get("step")), sent.get("reason", "").strip()
    return TakeBackStage(
        id=id_of(ballot, "taken back", step, stage, papers),
        by=by,
        ballot=ballot,
        stage=cast(Stage, stage) if stage in get_args(Stage) else "boxes in",
        papers=papers,
        reason=reason,
        step=step,
    )


def device(request: Request) -> str:
    """The visitor's device in words: system, browser, IP address and the session's first six characters, such as
    ``iPhone, Safari, 10.0.0.7, k3Jx9a``. What is not known is left out."""
    agent = request.headers.get("user-agent", "")
    words = [next((name for name in names if name in agent), "") for names in (_SYSTEMS, _BROWSERS)]
    parts = [*words, address(request), visit(request).session[:6]]
    return ", ".join(part for part in parts if part)


def device_told(device: str) -> str:
    """A device of the record as people are told of it: without the first characters of its session."""
    *told, last = device.split(", ")
    return ", ".join(told) if told and re.fullmatch(r"[\w-]{6}", last) and last not in _SYSTEMS + _BROWSERS else device


def round_in(sent: object) -> int:
    """The round of the count that a form was about; -1, which no round has, if the form does not say."""
    number = written(sent) if isinstance(sent, str) else None
    return -1 if number is None else number


def new_id() -> str:
    """A random id of 72 bits, which nobody can guess."""
    return secrets.token_urlsafe(9)


def id_of(*parts: object) -> str:
    """A command's id, hashed from its content: the same content gives the same id, and the id does not reveal it."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:32]
