"""What a person, or a program, is told when something cannot be done. Never a stack trace."""

from http import HTTPStatus

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.html.address import in_language, language_of
from server.html.languages import ENGLISH
from server.html.templates import rendered

log = structlog.get_logger()

_DATA = ("/api/", "/healthz", "/readyz", "/metrics", "/openapi.json")


async def on_http_error(request: Request, error: Exception) -> Response:
    """A refusal with its sentence: as a page, or under /api as problem+json (RFC 9457)."""
    assert isinstance(error, HTTPException)
    return _answer(request, error.status_code, error.detail, dict(error.headers or {}))


async def on_unavailable(request: Request, error: Exception) -> Response:
    """Redis did not confirm: nothing is lost by sending the same again."""
    sentence = "The store of results did not confirm in time. Please send the same again: it will count only once."
    return _answer(request, 503, sentence, {"Retry-After": "2"})


async def on_gone(request: Request, error: Exception) -> Response:
    """Whoever sent this hung up before all of it was here: there is nobody to answer, and nothing went wrong."""
    return Response(status_code=400)


async def on_too_deep(request: Request, error: Exception) -> Response:
    """What was sent is nested so deep that to read it takes more of the stack than there is."""
    log.warning("a request was nested too deep", path=request.url.path)
    return _answer(request, 400, "What was sent is nested too deep.", {})


async def on_crash(request: Request, error: Exception) -> Response:
    """A fault of ours; the log has the details (uvicorn writes the traceback)."""
    return _answer(request, 500, "Something went wrong on our side. It has been logged.", {})


def problem(status: int, sentence: str, headers: dict[str, str] | None = None, **more: object) -> JSONResponse:
    """An RFC 9457 answer: ``title`` is the status in words, ``detail`` the sentence."""
    content = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": sentence}
    return JSONResponse({**content, **more}, status, headers, media_type="application/problem+json")


def _answer(request: Request, status: int, sentence: str, headers: dict[str, str]) -> Response:
    title = HTTPStatus(status).phrase
    if sentence == title:
        sentence = "There is nothing at this address." if status == 404 else f"{title}."
    if request.scope["type"] == "websocket":  # no browser shows what it is denied with
        return Response(sentence, status, headers, "text/plain")
    if request.url.path.startswith(_DATA):
        return problem(status, sentence, headers)
    area, *below = request.url.path.split("/")[1:]
    night = below[0] if area == "nights" and len(below) > 1 else ""
    ours = area in ("count", "desk")  # whose pages are in English
    language = ENGLISH if ours else language_of(request)
    page = rendered("error.html", language, title=title, sentence=sentence, area=area, night=night)
    answer = Response(page, status, headers, "text/html; charset=utf-8")
    return answer if ours else in_language(request, answer)
