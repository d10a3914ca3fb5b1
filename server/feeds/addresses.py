"""The addresses of the pages as OpenAPI describes them, and how a parameter is described. No pages, no HTTP."""

from typing import Any

_OVERLAY = ("show", "seconds", "theme", "contest", "stays", "steps", "wait", "led")
# Path below a night, or below a contest → what the page is, then the parameters that only this page has.
_OF_A_NIGHT: dict[str, tuple[str, ...]] = {
    "": ("A night's page.", "map", "reactions"),
    "/contests": ("The table of all contests.", "q", "party", "verdict", "region", "council", "sort", "order"),
    "/councils/{body}": ("A council as its contests come in.",),
    "/areas": ("A night by nation and region.",),
    "/swing": ("The swing between two parties.", "from", "to"),
    "/battlegrounds": ("A party's targets and defences.", "party", "all"),
    "/records": ("A night's records.",),
    "/newsroom": ("What a newsroom can do with a night.",),
    "/newsroom/{task}": ("How it is done, with the addresses for it.", "contest"),
    "/copy": ("The score, or the tables of another page, as texts to copy.", "of"),
    "/overlay": ("Lower thirds, score and map over a stream.", *_OVERLAY),
    "/overlay/options": ("What an overlay can be asked to be.", *_OVERLAY),
    "/overlay/banner": ("A contest's banner, for an overlay.", "contest"),
    "/overlay/template.html": ("A template for CasparCG and SPX.", *_OVERLAY),
    "/director": ("What waits for overlays, to drop, hold and show.", "seconds"),
    "/wall": ("A night on a big screen.", "seconds", "theme", "reactions"),
    "/embed/score": ("The score in a frame.", "theme"),
    "/embed/map": ("The map in a frame.", "theme"),
}
_OF_A_CONTEST: dict[str, tuple[str, ...]] = {
    "": ("A contest's page.", "reactions"),
    "/embed": ("A contest in a frame.", "theme", "reactions"),
    "/copy": ("A contest as texts to copy.",),
    "/notice": ("The declaration, to print.",),
}
_PICTURE: dict[str, Any] = {"200": {"description": "PNG, 1200 by 630.", "content": {"image/png": {}}}}
HTML = {"text/html": {"schema": {"type": "string"}}}
NOTHING_NEW = {"304": {"$ref": "#/components/responses/NothingNew"}}
AWAY = {"303": {"description": "It is there.", "headers": {"Location": {"schema": {"type": "string"}}}}}
_REFUSED = {
    "400": "Not a time, or no such option.",
    "404": "There is no such page.",
    "403": "Another browser leads.",
    "409": "Not for a night on air, or not for a past one.",
    "429": "Too many pages are being made for this address.",
    "503": "This process cannot show it at the moment.",
}
_OF_PAGES = ("400", "404", "429", "503")
_MAY_LEAD_ELSEWHERE = ("/contests", "/embed/score")  # in a night of one contest to that
_MEANINGS = {
    "all": "1 for whole lists.",
    "contest": "A ballot id; for an overlay also a code or a name.",
    "stays": "`yes`: the last banner stays until there is another.",
    "steps": "`yes`: the next banner comes only when a controller calls `next`.",
    "wait": "`yes`: nothing is seen before a controller calls `play`.",
    "led": "The code of the director who leads the overlay.",
    "map": "The map's view: `swing`.",
    "q": "A seat, a candidate, a party or a postcode.",
    "verdict": "`gain`, `hold`, `win` or `pending`.",
    "region": "A region's name: `London`.",
    "council": "On a night of many a council's id, `local.kent`; `others`: the contests of none; `all`: one table.",
    "sort": "A column: `majority`.",
    "of": "The page whose tables they are: `contests`, `councils`, `areas` …; without it the score.",
    "order": "`asc` or `desc`.",
    "show": "Parts: `banners,score,map`; with `reactions` what people said too.",
    "reactions": "`no` leaves out what people said.",
    "seconds": "How long a banner stays at least.",
    "theme": "`light` or `dark`.",
}


def page_paths() -> dict[str, Any]:
    """Path → OpenAPI description, for every page of a night and for the pictures."""
    night, ballot = named("night"), named("ballot")
    kept = [named("at"), named("known"), named("baseline"), named("lang")]
    return {
        **{
            f"/nights/{{night}}{path}": {
                "parameters": [night, *_of_path(path)],
                "get": _page(what, [*kept, *map(_own, own)], AWAY if path in _MAY_LEAD_ELSEWHERE else {}),
            }
            for path, (what, *own) in _OF_A_NIGHT.items()
        },
        **{
            f"/nights/{{night}}/contests/{{ballot}}{path}": {
                "parameters": [night, ballot],
                "get": _page(what, [*kept, *map(_own, own)], {}),
            }
            for path, (what, *own) in _OF_A_CONTEST.items()
        },
        "/nights/{night}/picture.png": {"parameters": [night], "get": _picture("The score.", kept)},
        "/nights/{night}/contests/{ballot}/picture.png": {
            "parameters": [night, ballot],
            "get": _picture("A contest as it stands.", kept),
        },
        "/nights/{night}/contests/{ballot}/photos/{photo}.jpg": {
            "parameters": [night, ballot, parameter("photo", "path", "The file's SHA-256, 64 hexadecimal digits.")],
            "get": {
                "summary": "A photograph of the result sheet, whose hash is on record (`sheet-photographed.1`).",
                "responses": {
                    "200": {"description": "It is never another.", "content": {"image/jpeg": {}}},
                    "304": {"description": "Nothing is new."},
                    "404": {"description": "None, or hidden by the desk (`sheet-hidden.1`).", "content": HTML},
                },
            },
        },
    }


def _of_path(path: str) -> list[dict[str, str]]:
    return [named(name) for name in ("body", "task") if f"{{{name}}}" in path]


def components() -> dict[str, Any]:
    """The parameters that several addresses have, by the name that ``named`` refers to."""
    return {
        "night": parameter("night", "path", "A night's id: `parl.2019-12-12`."),
        "baseline": parameter("baseline", "query", "Another election to compare with: `2010`, `by-elections`.", False),
        "at": parameter("at", "query", "As it stood at this moment.", False),
        "known": parameter("known", "query", "`now`: with corrections and withdrawals resolved.", False),
        "lang": parameter("lang", "query", "The language: `en`, `cy` or `de`.", False),
        "ballot": parameter("ballot", "path", "A ballot id: `parl.aldershot.2019-12-12`."),
        "code": parameter("code", "path", "The code of a clock that leads screens, or of a director."),
        "task": parameter("task", "path", "`chart`, `embed`, `post`, `overlay`, `webhooks` …"),
        "body": parameter("body", "path", "A council's id: `local.kent`."),
        "after": {
            "name": "after",
            "in": "query",
            "description": "Only what came after this seq.",
            "schema": {"type": "integer", "minimum": 0, "maximum": 10**15 - 1, "default": 0},
        },
    }


def parameter(name: str, place: str, description: str, required: bool = True) -> dict[str, Any]:
    """The description of a parameter of a request whose value is text; ``place`` is query, path or header."""
    described = {"description": description, "schema": {"type": "string"}}
    return {"name": name, "in": place, "required": required, **described}


def named(name: str) -> dict[str, str]:
    """A reference to a parameter that the document describes among its components."""
    return {"$ref": f"#/components/parameters/{name}"}


def _own(name: str) -> dict[str, Any]:
    return parameter(name, "query", _MEANINGS.get(name, "A party's id: `PP53`."), False)


def _picture(summary: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    return {"summary": summary, "parameters": parameters, "responses": _PICTURE | NOTHING_NEW | refused(*_OF_PAGES)}


def _page(summary: str, parameters: list[dict[str, Any]], also: dict[str, Any]) -> dict[str, Any]:
    responses = {"200": {"description": "HTML.", "content": HTML}, **NOTHING_NEW, **also, **refused(*_OF_PAGES)}
    return {"summary": summary, "parameters": parameters, "responses": responses}


def refused(*statuses: str) -> dict[str, Any]:
    """The descriptions of refusals on a page for people, by their status."""
    return {status: {"description": _REFUSED[status], "content": HTML} for status in statuses}
