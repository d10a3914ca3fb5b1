"""/openapi.json: every public address described (OpenAPI 3.1), with the schemas of the shapes themselves."""

import hashlib
from functools import cache
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from server.access import allows, everyone
from server.election.events import AnyEvent
from server.feeds import declaration
from server.feeds.addresses import NOTHING_NEW, components, named, page_paths, parameter
from server.feeds.exports import export_paths
from server.feeds.pushed import pushed_paths
from server.feeds.states import shapes
from server.feeds.states.contest_shapes import ContestState
from server.html import sent
from server.html.answers import JSON, SHARED, answer, for_any_site
from server.html.root import rooted
from server.live.memory.bodies import Body, body

_REF = "#/components/schemas/{name}"
_SHAPES = (
    shapes.Nights,
    shapes.NightState,
    shapes.CouncilInFull,
    ContestState,
    declaration.DeclarationBody,
    declaration.DeclarationReceipt,
    declaration.BoxAccounts,
    declaration.BoxesTaken,
    declaration.Problem,
    shapes.Readiness,
    sent.ClockMove,
    sent.ClockBegun,
    sent.ClockStands,
    sent.DirectorShows,
    sent.DirectorBegun,
    sent.DirectorShowing,
    sent.NoticesWanted,
    sent.NoticesEnded,
    AnyEvent,
)


@allows(everyone)
async def openapi(request: Request) -> Response:
    """``/openapi.json``."""
    content, tag = _document()
    return for_any_site(answer(request, content, JSON, tag, SHARED))


@cache
def _document() -> tuple[Body, str]:
    content = msgspec.json.encode(document())
    return body(content), f'"{hashlib.sha256(content).hexdigest()[:16]}"'


def document() -> dict[str, Any]:
    """The OpenAPI document as plain data."""
    _, schemas = msgspec.json.schema_components(_SHAPES, ref_template=_REF)
    (event, *_), _ = msgspec.json.schema_components([AnyEvent], ref_template=_REF)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Declared",
            "version": "1",
            "description": "UK election nights as data. The ETag of a night is the seq of its newest event, with more "
            "after it where that seq may have been shown with other events, as of a replay that plays again: ask with "
            "If-None-Match, and 304 says that nothing is new. What is pushed is described at /asyncapi.json.",
            "license": {"name": "Open Parliament Licence v3.0 (shipped nights)"},
        },
        **({"servers": [{"url": rooted("")}]} if rooted("") else {}),
        "paths": _paths(),
        "components": {
            "schemas": {**schemas, "Event": event},
            "responses": {
                "Problem": _content("What went wrong, in a sentence.", "Problem", "application/problem+json"),
                "NothingNew": {"description": "Nothing is new since the ETag in If-None-Match."},
            },
            "parameters": components(),
            "securitySchemes": {
                "invitation": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of an invitation to declare one contest.",
                }
            },
        },
    }


def _paths() -> dict[str, Any]:
    night, ballot = named("night"), named("ballot")
    kept = [named("baseline"), named("at")]
    return {
        **export_paths(),
        **pushed_paths(page_paths()),
        "/api/nights": {"get": _get("nights", "All nights, on air first.", "Nights", missing=False)},
        "/api/nights/{night}": {
            "parameters": [night, *kept],
            "get": _get("night", "Totals by party, and every contest.", "NightState"),
        },
        "/api/nights/{night}/contests/{ballot}": {
            "parameters": [night, ballot, *kept],
            "get": _get("contest", "All about one contest.", "ContestState"),
        },
        "/api/nights/{night}/councils/{body}": {
            "parameters": [night, named("body"), *kept],
            "get": _get("council", "All about one council, with its contests.", "CouncilInFull"),
        },
        "/api/nights/{night}/events": {"parameters": [night], "get": _events()},
        "/api/nights/{night}/record": {"parameters": [night], "get": _record()},
        "/api/nights/{night}/contests/{ballot}/declaration": {
            "parameters": [night, ballot],
            "post": _declaration(),
        },
        "/api/nights/{night}/contests/{ballot}/boxes": {"parameters": [night, ballot], "post": _boxes()},
        "/healthz": {"get": _text("healthz", "The process is alive.")},
        "/readyz": {
            "get": {
                "operationId": "readyz",
                "summary": "Whether this process may be sent visitors.",
                "responses": {
                    "200": _content("It may.", "Readiness"),
                    "503": _content("It may not, and why.", "Readiness"),
                },
            }
        },
        "/metrics": {"get": _text("metrics", "Figures of this process, for Prometheus.")},
        "/openapi.json": {"get": _description("openapi", "This description (OpenAPI 3.1).")},
        "/asyncapi.json": {"get": _description("asyncapi", "What is pushed (AsyncAPI 3.0).")},
    }


def _get(name: str, summary: str, schema: str, missing: bool = True) -> dict[str, Any]:
    responses = {"200": _content(summary, schema), **NOTHING_NEW}
    return {
        "operationId": name,
        "summary": summary,
        "responses": responses | (_problems(400, 404) if missing else {}),
    }


def _description(name: str, summary: str) -> dict[str, Any]:
    content = {"description": summary, "content": {JSON: {"schema": {"type": "object"}}}}
    return {"operationId": name, "summary": summary, "responses": {"200": content, **NOTHING_NEW}}


def _events() -> dict[str, Any]:
    event = {"$ref": _REF.format(name="Event")}
    return {
        "operationId": "events",
        "summary": "What has happened, oldest first; as text/event-stream also what happens next.",
        "parameters": [
            named("after"),
            parameter("Last-Event-ID", "header", "The last seq a reader has; goes before `after`.", False),
        ],
        "responses": {
            "200": {
                "description": "One event a line. In an event stream, id is seq and data is the event.",
                "content": {
                    # OpenAPI has itemSchema only from version 3.2 on.
                    "application/x-ndjson": {"schema": {"type": "string"}, "x-itemSchema": event},
                    "text/event-stream": {"schema": {"type": "string"}},
                },
            },
            "204": {"description": "A past night's stream has nothing more: do not connect again."},
            **NOTHING_NEW,
            **_problems(400, 404),
        },
    }


def _record() -> dict[str, Any]:
    return {
        "operationId": "record",
        "summary": "Every event with the head after it, to keep and to check with `python -m server verify`.",
        "responses": {
            "200": {
                "description": "A line an event, with its head: the SHA-256 of the head before and of the event.",
                "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
            },
            **NOTHING_NEW,
            **_problems(404),
        },
    }


def _declaration() -> dict[str, Any]:
    key = parameter("Idempotency-Key", "header", "1 to 128 visible characters, the same when sent again.")
    key["schema"] |= {"minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"}
    return {
        "operationId": "declare",
        "summary": "Declare a contest. Sending the same again, with the same key, declares nothing twice.",
        "security": [{"invitation": []}],
        "parameters": [key],
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": {"$ref": _REF.format(name="DeclarationBody")}}},
        },
        "responses": {
            "201": _content("Declared, and safely stored.", "DeclarationReceipt"),
            "202": _content("Safely stored; it waits while the desk holds the night.", "DeclarationReceipt"),
            "200": _content("It was declared before with this key: the first receipt.", "DeclarationReceipt"),
            **_problems(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
        },
    }


def _boxes() -> dict[str, Any]:
    return {
        "operationId": "boxes",
        "summary": "List and count ballot boxes. Sending the same again changes nothing; figures of others stay.",
        "security": [{"invitation": []}],
        "requestBody": {"required": True, "content": {JSON: {"schema": {"$ref": _REF.format(name="BoxAccounts")}}}},
        "responses": {
            "200": _content("Taken, and safely stored: how the boxes stand.", "BoxesTaken"),
            **_problems(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
        },
    }


def _content(description: str, schema: str, media_type: str = JSON) -> dict[str, Any]:
    return {
        "description": description,
        "content": {media_type: {"schema": {"$ref": _REF.format(name=schema)}}},
    }


def _problems(*statuses: int) -> dict[str, Any]:
    return {str(status): {"$ref": "#/components/responses/Problem"} for status in statuses}


def _text(name: str, summary: str) -> dict[str, Any]:
    responses = {"200": {"description": summary, "content": {"text/plain": {"schema": {"type": "string"}}}}}
    return {"operationId": name, "summary": summary, "responses": responses}
