"""What a person, or a program, is told when something cannot be done. Never a stack trace."""

from http import HTTPStatus

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.election.texts.said import say, say_all
from server.html.address import in_language, language_of
from server.html.answers import for_any_site
from server.html.templates import rendered
from server.measures import REFUSALS
from server.stream.servers.failures import LostByRedis, StreamUnfit

log = structlog.get_logger(__name__)

_DATA = ("/api/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/asyncapi.json")


class Titled(HTTPException):
    """A refusal whose page has this ``title`` for people, and not the status in words."""

    def __init__(self, status: int, title: str, sentence: str) -> None:
        super().__init__(status, sentence)
        self.title = title


class Full(HTTPException):
    """503 because others were first, counted as a refusal of this ``kind``: nothing has failed, as where Redis is away.

    Who asks again after so many ``seconds`` may be served.
    """

    def __init__(self, kind: str, sentence: str, seconds: int) -> None:
        super().__init__(503, sentence, {"Retry-After": str(seconds)})
        REFUSALS.labels("503", kind).inc()


async def on_http_error(request: Request, error: Exception) -> Response:
    """A refusal with its sentence: a page for people, problem+json (RFC 9457) under the addresses of data."""
    assert isinstance(error, HTTPException)
    if isinstance(error, Full):
        request.state.is_full = True
    title = error.title if isinstance(error, Titled) else ""
    return _answer(request, error.status_code, error.detail, dict(error.headers or {}), title)


async def on_unavailable(request: Request, error: Exception) -> Response:
    """503 when Redis did not confirm in time, or refused; the error says which. Sending the same again is safe."""
    sentence = say("The store of results did not confirm in time. Please send the same again: it will count only once.")
    if request.scope["type"] == "websocket":
        log.warning("redis did not do it", why=str(error), path=request.url.path)
    else:
        request.state.why = str(error)  # the line of the request says it
    sentence = say_all(sentence, str(error)) if isinstance(error, StreamUnfit | LostByRedis) else sentence
    return _answer(request, 503, sentence, {"Retry-After": "2"})


async def on_unreadable(request: Request, error: Exception) -> Response:
    """503 for a night that this version of the program cannot read; all others go on."""
    sentence = f"This night is off in this process. {error} Nothing was sent. Other nights go on."
    return _answer(request, 503, sentence, {"Retry-After": "60"}, "This night cannot be read here")


async def on_gone(request: Request, error: Exception) -> Response:
    """The client hung up before its whole request had arrived. Nobody reads this answer, and it is not a fault."""
    return Response(status_code=400)


async def on_too_deep(request: Request, error: Exception) -> Response:
    """400 for JSON that is nested more deeply than the parser can follow."""
    return _answer(request, 400, "What was sent is nested too deep.", {})


async def on_crash(request: Request, error: Exception) -> Response:
    """500 for a fault of ours. The traceback is in the log: uvicorn writes it."""
    return _answer(request, 500, say("Something went wrong on our side. It has been logged."), {})


def problem(status: int, sentence: str, headers: dict[str, str] | None = None, **more: object) -> Response:
    """An RFC 9457 answer: ``title`` is the status in words, ``detail`` the sentence, ``more`` further members.

    Scripts of any site may read it: they must know whether a night is not there or they ask too often."""
    content = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": sentence}
    return for_any_site(JSONResponse({**content, **more}, status, headers, media_type="application/problem+json"))


def _answer(request: Request, status: int, sentence: str, headers: dict[str, str], title: str = "") -> Response:
    phrase = HTTPStatus(status).phrase
    if sentence == phrase:
        sentence = say("There is nothing at this address.") if status == 404 else f"{phrase}."
    if request.scope["type"] == "websocket":  # no browser shows the body of a refused websocket
        return Response(sentence, status, headers, "text/plain")
    if request.url.path.startswith(_DATA):
        return problem(status, sentence, headers)
    area, *below = request.url.path.split("/")[1:]
    night = below[0] if area == "nights" and len(below) > 1 else ""
    page = rendered(
        "error.html", language_of(request), title=title or phrase, sentence=sentence, area=area, night=night
    )
    return in_language(request, Response(page, status, headers, "text/html; charset=utf-8"))
