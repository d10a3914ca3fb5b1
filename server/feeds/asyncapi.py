"""/asyncapi.json: what is pushed over websockets and as server-sent events (AsyncAPI 3.0), with the schemas of the
messages. Addresses that are asked are in ``openapi``."""

from typing import Any, cast
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from server.access import allows, everyone
from server.election.events import AnyEvent
from server.html.answers import JSON, SHARED, answer, for_any_site
from server.html.process import process
from server.html.sent import ClockStands, DirectorShowing, LeadingOver
from server.live.memory.bodies import body

_REF = "#/components/schemas/{name}"
_AFTER: dict[str, Any] = {
    "type": "integer",
    "minimum": 0,
    "default": 0,
    "description": "The seq that a reader has: what came after it is sent first, then what comes.",
}
_QUERY = {
    "after": _AFTER,
    "contest": {"type": "string", "description": "The page: a ballot id, `wall` …; without it the night's own."},
    "baseline": {"type": "string", "description": "Another election to compare with."},
    "lang": {"type": "string", "enum": ["en", "cy", "de"]},
    "made": {"type": "string", "description": "The make of the page: of another one the line is closed with 1000."},
}
_CLOSED = (
    "Closed with 1000 where nothing more will come, and with 1012 or 1013 where a client should connect again, "
    "with the seq that it has by then."
)


@allows(everyone)
async def asyncapi(request: Request) -> Response:
    """``/asyncapi.json``."""
    content = body(msgspec.json.encode(document(process(request).settings.public_url)))
    return for_any_site(answer(request, content, JSON, content.etag, SHARED))


def document(site: str) -> dict[str, Any]:
    """The AsyncAPI document of a site, such as ``https://results.example``, as plain data."""
    (event, stands, over, shows), schemas = msgspec.json.schema_components(
        (AnyEvent, ClockStands, LeadingOver, DirectorShowing), ref_template=_REF
    )
    place = urlsplit(site)
    here = {"host": place.netloc, **({"pathname": place.path} if place.path else {})}
    secure = "s" if place.scheme == "https" else ""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Declared",
            "version": "1",
            "description": "UK election nights as they happen. Events have a `seq` without gaps: a reader who connects "
            "again names the last one, and misses nothing.",
            "externalDocs": {"description": "What is asked for (OpenAPI).", "url": f"{site}/openapi.json"},
        },
        "defaultContentType": JSON,
        "servers": {"push": {"protocol": f"ws{secure}", **here}, "http": {"protocol": f"http{secure}", **here}},
        "channels": {
            "events": _night(
                "The events of a night as JSON, one a message.",
                ("event",),
                {name: _QUERY[name] for name in ("after",)},
                "json",
            ),
            "pages": _night("What changes on a page of a night, as HTML.", ("fragments", "beat"), _QUERY),
            "front": _channel(
                "/live",
                "What changes on the front page. `after` is its mark.",
                ("fragments", "beat"),
                {name: _QUERY[name] for name in ("after", "lang", "made")},
            ),
            "clock": _channel(
                "/clocks/{code}",
                "Where the clock of a past night stands that leads screens, and each of its moves.",
                ("stands", "over", "beat"),
                parameters={"code": {"description": "The code of the clock."}},
            ),
            "director": _channel(
                "/directors/{code}",
                "Which banners overlays show, and each change.",
                ("shows", "over", "beat"),
                parameters={"code": {"description": "The code of the director."}},
            ),
            "sent": {
                "address": "/api/nights/{night}/events",
                "description": "The same events as server-sent events: `id` is the seq, `data` the event. A browser "
                "that connects again sends Last-Event-ID. 204 where a past night has nothing more.",
                "servers": [{"$ref": "#/servers/http"}],
                "parameters": _NIGHT,
                "messages": _messages("event"),
            },
        },
        "operations": {
            name: {
                "action": "send",
                "channel": {"$ref": f"#/channels/{name}"},
                **({"bindings": {"http": _asked_by_get()}} if name == "sent" else {}),
            }
            for name in ("events", "pages", "front", "clock", "director", "sent")
        },
        "components": {
            "schemas": {**_plain(schemas), "Event": _plain(event)},
            "messages": {
                "event": _message("What happened.", JSON, {"$ref": "#/components/schemas/Event"}),
                "fragments": _message(
                    "Whole elements, each in an `<hx-partial>` that names its place on the page and how it goes in.",
                    "text/html",
                    {"type": "string", "pattern": "<hx-partial "},
                ),
                "beat": _message("Nothing: the line is alive.", "text/plain", {"type": "string", "const": ""}),
                "stands": _message("Where the clock stands.", JSON, _plain(stands)),
                "shows": _message("Which banners are shown.", JSON, _plain(shows)),
                "over": _message("Nobody leads it any more.", JSON, _plain(over)),
            },
        },
    }


_NIGHT = {"night": {"description": "A night's id: `parl.2019-12-12`."}}


def _night(description: str, messages: tuple[str, ...], query: dict[str, Any], subprotocol: str = "") -> dict[str, Any]:
    return _channel("/nights/{night}/live", description, messages, query, _NIGHT, subprotocol)


def _channel(
    address: str,
    description: str,
    messages: tuple[str, ...],
    query: dict[str, Any] | None = None,
    parameters: dict[str, Any] | None = None,
    subprotocol: str = "",
) -> dict[str, Any]:
    asked = {"query": {"type": "object", "properties": query}} if query else {}
    headers = {"Sec-WebSocket-Protocol": {"type": "string", "const": subprotocol}}
    named = {"type": "object", "required": [*headers], "properties": headers}
    return {
        "address": address,
        "description": f"{description} {_CLOSED}",
        "servers": [{"$ref": "#/servers/push"}],
        **({"parameters": parameters} if parameters else {}),
        "messages": _messages(*messages),
        "bindings": {"ws": {"method": "GET", **asked, **({"headers": named} if subprotocol else {})}},
    }


def _messages(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in names}


def _message(summary: str, media: str, payload: Any) -> dict[str, Any]:
    return {"summary": summary, "contentType": media, "payload": payload}


def _asked_by_get() -> dict[str, Any]:
    return {"method": "GET", "query": {"type": "object", "properties": {"after": _AFTER}}, "bindingVersion": "0.3.0"}


def _plain(schema: Any) -> Any:
    """A schema of msgspec's without OpenAPI's discriminators: AsyncAPI means something else by the word, and each shape
    has its ``type`` besides."""
    match schema:
        case dict():
            named = cast(dict[str, Any], schema)
            return {name: _plain(one) for name, one in named.items() if name != "discriminator"}
        case list():
            return [_plain(one) for one in cast(list[Any], schema)]
        case _:
            return schema
