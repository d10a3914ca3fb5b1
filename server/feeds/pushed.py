"""The front page and its search, clocks, files, and what open pages ask for between two loads, as OpenAPI describes
them. Websockets are in ``asyncapi``. No HTTP."""

from typing import Any

from server.feeds.addresses import AWAY, HTML, NOTHING_NEW, named, parameter, refused

_OF_PAGE = "The page: a ballot id, `contests`, `wall` …; without it the night's own."
_WHOLE: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 10**15 - 1}


def pushed_paths(pages: dict[str, Any]) -> dict[str, Any]:
    """Path → OpenAPI description, with those of the ``pages`` of nights."""
    directed = pages["/nights/{night}/director"]
    night, page = named("night"), parameter("contest", "query", _OF_PAGE, False)
    edition = [named("baseline"), named("lang")]
    made = parameter("made", "query", "The make of the page: of another one it is told to load anew.", False)
    since = [named("after"), made]
    player = [page, *edition, named("known")]
    question = parameter("q", "query", "A seat, a candidate, a party or a postcode.", False)
    anywhere = [question, named("lang")]
    return {
        **pages,
        "/nights/{night}/director": directed | {"post": _begin("DirectorShows", "DirectorBegun", "a director")},
        "/directors/{code}": {
            "parameters": [named("code")],
            "get": _asked("Which banners overlays show.", [], _of("DirectorShowing"), 404, 503),
            "put": _move("DirectorShows", "what overlays show"),
        },
        "/nights/{night}/notices": {"parameters": [night], **_notices()},
        "/notices.js": {"get": _asked("What a closed browser runs.", [], _script())},
        "/manifest.webmanifest": {"get": _asked("For a phone's Home Screen.", [], _manifest(), 404)},
        "/": {"get": _asked("Nights on air, and past nights.", [named("lang")], _page())},
        "/find": {"get": _asked("A seat, a party or a candidate of any night.", anywhere, _page() | AWAY)},
        "/find/suggested": {"get": _asked("What a question leads to over all nights.", anywhere, _page())},
        "/live": {"get": _asked("What the front page missed.", [*since, named("lang")], _missed())},
        "/nights/{night}/live": {
            "parameters": [night],
            "get": _asked("What a page missed.", [*since, page, *edition], _missed(), 404, 503),
        },
        "/nights/{night}/frame": {
            "parameters": [night],
            "get": _asked(
                "What brings an open page from one event to another.",
                [named("after"), _seq("seq", "To this event; without it, to the newest."), *player]
                + [_seq(name, f"The seq at which its {name} stand.") for name in ("rows", "hexagons")],
                _said("`<hx-partial>` elements.", HTML) | NOTHING_NEW,
                *(404, 429, 503),
            ),
        },
        "/nights/{night}/reel/{part}": {
            "parameters": [night, parameter("part", "path", "0 for the first.")],
            "get": _asked(
                "Sixteen frames of a player, each from one moment to the next.",
                player,
                _said("Frames.", _json({"type": "array", "items": {"type": "string"}})) | NOTHING_NEW,
                *(404, 429, 503),
            ),
        },
        "/nights/{night}/find": {
            "parameters": [night],
            "get": _asked("A seat or a party by its name.", [question, *edition], AWAY, 400, 404, 503),
        },
        "/nights/{night}/find/suggested": {
            "parameters": [night],
            "get": _asked("What a question leads to.", [question, *edition], _page(), 400, 404, 503),
        },
        "/nights/{night}/clock": {"parameters": [night], "post": _begin("ClockMove", "ClockBegun", "a clock")},
        "/clocks/{code}": {
            "parameters": [named("code")],
            "get": _asked("Where a clock stands that leads screens.", [], _of("ClockStands"), 404, 503),
            "put": _move("ClockMove", "a clock"),
        },
        "/follow": {
            "get": _asked(
                "Where the code of a clock is typed.",
                [parameter("code", "query", "A code.", False), named("lang")],
                {**_said("HTML.", HTML), **AWAY},
                *(404, 503),
            )
        },
        "/follow/{code}": {
            "parameters": [named("code")],
            "get": _asked("The night of a clock, at its moment.", [named("lang")], AWAY, 404, 503),
        },
        "/static/{digest}/{name}": {
            "parameters": [
                parameter("digest", "path", "The hash of the file's content; `latest` for scripts of other sites."),
                parameter("name", "path", "A file's path: `declared.css`."),
            ],
            "get": _asked("A file of the pages.", [], _said("It.", {"*/*": {}}) | NOTHING_NEW, 404),
        },
        "/robots.txt": {"get": _asked("What crawlers may ask for.", [], _said("Rules.", {"text/plain": {}}))},
    }


def _begin(sent: str, begun: str, what: str) -> dict[str, Any]:
    refusals = (400, 404, 409, 429, 503) if sent == "ClockMove" else (400, 404, 429, 503)
    return _asked(f"Begin {what}.", [], _of(begun, "201"), *refusals) | _sends(sent)


def _move(sent: str, what: str) -> dict[str, Any]:
    token = parameter("Authorization", "header", "`Bearer` and the token of who began it.")
    moved = {"204": {"description": "So it is now."}}
    return _asked(f"Change {what}.", [token], moved, 400, 403, 404, 429, 503) | _sends(sent)


def _notices() -> dict[str, Any]:
    told, ended = {"204": {"description": "It is told."}}, {"204": {"description": "It is forgotten."}}
    return {
        "put": _asked("Tell a closed browser.", [], told, 400, 404, 409, 429, 503) | _sends("NoticesWanted"),
        "delete": _asked("Tell it no more.", [], ended, 400, 404, 429, 503) | _sends("NoticesEnded"),
    }


def _script() -> dict[str, Any]:
    return _said("A script.", {"text/javascript": {}}) | NOTHING_NEW


def _manifest() -> dict[str, Any]:
    return _said("A manifest.", {"application/manifest+json": {"schema": {"type": "object"}}})


def _sends(schema: str) -> dict[str, Any]:
    content = _json({"$ref": f"#/components/schemas/{schema}"})
    return {"requestBody": {"required": True, "content": content}}


def _asked(summary: str, parameters: list[Any], responses: dict[str, Any], *refusals: int) -> dict[str, Any]:
    told = refused(*map(str, refusals))
    return {"summary": summary, "parameters": parameters, "responses": responses | told}


def _missed() -> dict[str, Any]:
    return {
        **_said("`<hx-partial>` elements.", HTML),
        "204": {"description": "Nothing was missed."},
        "205": {"description": "Load the page anew: it is of another make, or the night is over."},
        **NOTHING_NEW,
    }


def _page() -> dict[str, Any]:
    return _said("HTML.", HTML) | NOTHING_NEW


def _of(schema: str, status: str = "200") -> dict[str, Any]:
    return _said("As JSON.", _json({"$ref": f"#/components/schemas/{schema}"}), status)


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _said(description: str, content: dict[str, Any], status: str = "200") -> dict[str, Any]:
    return {status: {"description": description, "content": content}}


def _seq(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "required": False, "schema": _WHOLE}
