"""The addresses of tables and of feeds for other people's programs, as OpenAPI describes them. No HTTP."""

from typing import Any

from server.feeds.addresses import named, parameter, refused
from server.feeds.tables.columns import TABLES

_CSV, _LINES, _SQLITE = "text/csv", "application/x-ndjson", "application/vnd.sqlite3"
_ATOM = "application/atom+xml"
_OTHERS = ["democracy-club", "library-contests", "library-candidates"]
_NAMES = {"table": [*TABLES, *_OTHERS], "lines": [*TABLES]}
_NOTHING_NEW = {"$ref": "#/components/responses/NothingNew"}
_PROBLEM = {"$ref": "#/components/responses/Problem"}


def export_paths() -> dict[str, Any]:
    """Path → OpenAPI description."""
    night, ballot, shown = named("night"), named("ballot"), [named("baseline"), named("at"), named("lang")]
    mark = parameter("bom", "query", "`1`: with a byte order mark, which some spreadsheets need.", False)
    contest = parameter("contest", "query", "A ballot id: of one contest alone.", False)
    note = parameter("note", "query", "`1`: first a line that says what this is, as at when and from where.", False)
    asking = [
        parameter("only", "query", "`declarations`, `gains` or `notes`.", False),
        contest,
        parameter("party", "query", "A party's id: the seats that it won or lost.", False),
        parameter("before", "query", "A seq: what was updated before it, the next page.", False),
    ]
    framed = [
        parameter("url", "query", "The address of a night or a contest here."),
        *(parameter(name, "query", "Pixels, at most.", False) for name in ("maxwidth", "maxheight")),
        parameter("format", "query", "The only one.", False) | {"schema": {"type": "string", "enum": ["json"]}},
    ]
    of = parameter("of", "query", "The page whose tables they are: `contests`, `areas`, `council` …", False)
    body = parameter("body", "query", "With `of=council`: the id of the council.", False)
    form = parameter("form", "path", "`post`, `wire`, `html`, `markdown` or `wikitext`.")
    tables = "/api/nights/{night}/tables"
    return {
        "/api/tables": {"get": _get("tables", "The tables and what their columns hold.", "application/json", [])},
        f"{tables}/{{table}}.csv": {
            "parameters": [night, _table("table")],
            "get": _get("table", "A table of a night as CSV, in UTF-8.", _CSV, [*shown, mark], 400, 404, 429),
        },
        f"{tables}/{{table}}.jsonl": {
            "parameters": [night, _table("lines")],
            "get": _get("lines", "The same, a JSON object a row.", _LINES, shown, 400, 404, 429),
        },
        "/api/nights/{night}/contests/{ballot}.csv": {
            "parameters": [night, ballot],
            "get": _get("contestTable", "The candidates of one contest as CSV.", _CSV, [*shown, mark], 400, 404),
        },
        "/api/nights/{night}/chart.csv": {
            "parameters": [night],
            "get": _get("chart", "A row an entry.", _CSV, [*shown, contest, note, mark], 400, 404),
        },
        "/api/nights/{night}/chart.json": {
            "parameters": [night],
            "get": _get("chartTold", "Title, source and note.", "application/json", [*shown, contest], 400, 404),
        },
        "/api/nights/{night}/tables.sqlite": {
            "parameters": [night],
            "get": _get("file", "All tables and the record of a night: SQLite.", _SQLITE, shown, 400, 404, 429, 503),
        },
        "/api/nights/{night}/tables.jsonl": {
            "parameters": [night],
            "get": _get("fileLines", "The same, an object a row with its table.", _LINES, shown, 400, 404, 429, 503),
        },
        "/api/nights/{night}/feed.atom": {
            "parameters": [night],
            "get": _get("feed", "Declarations and notes, newest first.", _ATOM, [*shown, *asking], 400, 404, 429),
        },
        "/api/nights/{night}/expected.ics": {
            "parameters": [night],
            "get": _get("expected", "When declarations are expected.", "text/calendar", shown, 400, 404),
        },
        "/nights/{night}/copy/{form}.txt": {
            "parameters": [night, form],
            "get": _copied("copy", "The score, or tables, as a text to copy.", [*shown, named("known"), of, body]),
        },
        "/nights/{night}/contests/{ballot}/copy/{form}.txt": {
            "parameters": [night, ballot, form],
            "get": _copied("copyContest", "A contest the same way.", [*shown, named("known")]),
        },
        "/api/oembed": {"get": _get("oembed", "The frame of a page.", "application/json", framed, 400, 404, 501)},
        "/api/archive.sqlite": {"get": _get("archive", "Every shipped night in a SQLite file.", _SQLITE, [], 429, 503)},
        "/api/archive.jsonl": {"get": _get("archiveLines", "Every shipped night as JSON Lines.", _LINES, [], 429, 503)},
    }


def _table(kind: str) -> dict[str, Any]:
    described = parameter("table", "path", "A table: `/api/tables` lists their columns.")
    return described | {"schema": {"type": "string", "enum": _NAMES[kind]}}


def _copied(name: str, summary: str, parameters: list[Any]) -> dict[str, Any]:
    """A text beside a page, which says as the page does why there is none."""
    described = _get(name, summary, "text/plain", parameters)
    return described | {"responses": described["responses"] | refused("400", "404", "429", "503")}


def _get(name: str, summary: str, media: str, parameters: list[Any], *problems: int) -> dict[str, Any]:
    schema = {"type": "object"} if media == "application/json" else {"type": "string"}
    content = {"200": {"description": summary, "content": {media: {"schema": schema}}}, "304": _NOTHING_NEW}
    responses = content | {str(status): _PROBLEM for status in problems}
    return {"operationId": name, "summary": summary, "parameters": parameters, "responses": responses}
