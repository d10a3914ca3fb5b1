"""Putting on record what an invited person does, and letting it out: once, however often it is sent."""

import hashlib
import secrets

from starlette.requests import Request

from server.count.visit.rates import address
from server.count.visit.rules import visit
from server.election.counting.acts import Asked, PublicCommand, Stamp
from server.election.numbers import written
from server.html.process import process
from server.stream.clock import now
from server.stream.submit import Receipt

_SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux")
_BROWSERS = ("Firefox", "Edg", "SamsungBrowser", "Chrome", "CriOS", "Safari")


def stamp(request: Request, command_id: str) -> Stamp:
    """What an act of this request begins with."""
    one = visit(request)
    return Stamp(
        seq=0,
        at=now(),
        by=one.person.name,
        invitation=one.person.invitation,
        device=device(request),
        command_id=command_id,
    )


async def ask(request: Request, command: PublicCommand, reasons: dict[str, str] | None = None) -> Receipt | None:
    """Let something out; None while the night is held, and it waits. Refused as ``Submitter.ask`` has it."""
    submitter = process(request).submitter
    asked = Asked(**stamp(request, f"ask/{command.id}"), command=command, reasons=reasons or {})
    return await submitter.ask(visit(request).night, asked)


def device(request: Request) -> str:
    """What somebody uses, in words, where it is, and which of their phones: ``iPhone, Safari, 10.0.0.7, k3Jx9a``."""
    agent = request.headers.get("user-agent", "")
    words = [next((name for name in names if name in agent), "") for names in (_SYSTEMS, _BROWSERS)]
    said = [*words, address(request), visit(request).session[:6]]
    return ", ".join(one for one in said if one)


def round_in(sent: object) -> int:
    """The round of the count that a page was about; -1, which is none, where it does not say."""
    number = written(sent) if isinstance(sent, str) else None
    return -1 if number is None else number


def new_id() -> str:
    """An id that nobody can guess."""
    return secrets.token_urlsafe(9)


def id_of(*parts: object) -> str:
    """A command's id made of its content: the same content, the same id; what it is made of can't be read from it."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:32]
