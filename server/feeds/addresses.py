"""The addresses of the pages as OpenAPI describes them, and how a parameter is described. No pages, no HTTP."""

from typing import Any

# Path below a night, or below a contest → what the page is, then the parameters that only this page has.
_OF_A_NIGHT: dict[str, tuple[str, ...]] = {
    "": ("A night's page.", "map", "reactions"),
    "/contests": ("The table of all contests.", "q", "party", "verdict", "region", "sort", "order"),
    "/councils/{body}": ("A council as its contests come in.",),
    "/areas": ("A night by nation and region.",),
    "/swing": ("The swing between two parties.", "from", "to"),
    "/battlegrounds": ("A party's targets and defences.", "party", "all"),
    "/records": ("A night's records.",),
    "/newsroom": ("What a newsroom can show, with its addresses.", "contest"),
    "/overlay": ("Lower thirds, score and map over a stream.", "show", "seconds", "theme"),
    "/copy": ("The score as texts to copy.",),
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
_MEANINGS = {
    "all": "1 for whole lists.",
    "contest": "A ballot id.",
    "map": "The map's view: `swing`.",
    "q": "A seat, a candidate, a party or a postcode.",
    "verdict": "`gain`, `hold`, `win` or `pending`.",
    "region": "A region's name: `London`.",
    "sort": "A column: `majority`.",
    "order": "`asc` or `desc`.",
    "show": "Parts: `banners,score,map`; with `reactions` what people said too.",
    "reactions": "`no` leaves out what people said.",
    "seconds": "How long a banner stays at least.",
    "theme": "`light` or `dark`.",
}


def page_paths() -> dict[str, Any]:
    """Path → OpenAPI description, for every page that a viewer opens and for the pictures."""
    night, ballot = named("night"), named("ballot")
    kept = [named("at"), named("known"), named("baseline"), named("lang")]
    return {
        "/": {"get": _page("Nights on air, and past nights.", [named("lang")])},
        "/follow/{code}": {"parameters": [named("code")], "get": _page("A clock that leads screens.", [named("lang")])},
        "/find": {"get": _page("A seat, candidate, party or postcode over all nights.", [_own("q"), named("lang")])},
        "/find/suggested": {"get": _page("What a question leads to over all nights.", [_own("q"), named("lang")])},
        **{
            f"/nights/{{night}}{path}": {
                "parameters": [night, *_of_path(path)],
                "get": _page(what, [*kept, *map(_own, own)]),
            }
            for path, (what, *own) in _OF_A_NIGHT.items()
        },
        **{
            f"/nights/{{night}}/contests/{{ballot}}{path}": {
                "parameters": [night, ballot],
                "get": _page(what, [*kept, *map(_own, own)]),
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
                    "404": {"description": "There is none, or the desk has hidden it (`sheet-hidden.1`)."},
                },
            },
        },
    }


def _of_path(path: str) -> list[dict[str, str]]:
    return [named("body")] if "{body}" in path else []


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
    return {"summary": summary, "parameters": parameters, "responses": _PICTURE}


def _page(summary: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    html = {"text/html": {"schema": {"type": "string"}}}
    said = {"200": "HTML.", "304": "Nothing is new.", "400": "Not a time.", "404": "There is no such page."}
    responses = {status: {"description": what, "content": html} for status, what in said.items()}
    return {"summary": summary, "parameters": parameters, "responses": responses}
