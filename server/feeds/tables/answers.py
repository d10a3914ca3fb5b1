"""The addresses of a night's tables: CSV, JSON Lines, what a chart takes. No figure is worked out here."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from time import perf_counter

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.election.counts import Count
from server.feeds.tables import chart, database, democracy_club, files, library, rows
from server.feeds.tables.columns import TABLES, VERSION
from server.feeds.tables.made import keep, known
from server.feeds.tables.text import BYTE_ORDER_MARK, comma_separated, json_lines
from server.html.address import asked
from server.html.answers import JSON, SHARED, answer, for_any_site
from server.html.process import process
from server.html.rates import turn
from server.html.shown import Shown, shown_as_data
from server.live.memory.bodies import Body, body, quickly_compressed

CSV = "text/csv; charset=utf-8"
NDJSON = "application/x-ndjson"
_SLICE_SECONDS = 0.005
_LARGE = 50_000  # bytes, which take longer to compress than others should wait
_OTHERS = ("democracy-club", "library-contests", "library-candidates")
_NAMES = (*TABLES, *_OTHERS)


@allows(everyone)
async def columns(request: Request) -> Response:
    """``/api/tables``: each table with its columns, and what they hold."""
    content = body(msgspec.json.encode({"version": VERSION, "tables": TABLES}))
    return for_any_site(answer(request, content, JSON, content.etag, SHARED))


@allows(everyone)
async def table(request: Request) -> Response:
    """``/api/nights/{night}/tables/{table}.csv``, which takes ``?at=``, ``?baseline=``, ``?lang=`` and ``?bom=1``."""
    shown, name = await shown_as_data(request), _named(request, _NAMES)
    first, of_one = _csv_of(shown, name)
    return await _answer(request, shown, f"{name}.csv", CSV, first, of_one)


@allows(everyone)
async def lines(request: Request) -> Response:
    """``/api/nights/{night}/tables/{table}.jsonl``: the same rows, an object a line."""
    shown, name = await shown_as_data(request), _named(request, TABLES)
    names = TABLES[name].names

    def of_one(count: Count | None) -> bytes:
        return json_lines(names, _rows(shown, name, count))

    return await _answer(request, shown, f"{name}.jsonl", NDJSON, b"", of_one)


@allows(everyone)
async def contest(request: Request) -> Response:
    """``/api/nights/{night}/contests/{ballot}.csv``: the candidates of one contest."""
    shown = await shown_as_data(request)
    count = shown.count(request.path_params["ballot"])
    first, of_one = _csv_of(shown, "candidates")
    return _small(request, shown, f"of {count.contest.ballot}", lambda: first + of_one(count))


@allows(everyone)
async def charted(request: Request) -> Response:
    """``/api/nights/{night}/chart.csv?contest=&note=1``: a row an entry with its colour, after a line that says what
    and as at when if that is asked for."""
    shown, count = await _charted(request)
    noted = bool(asked(request, "note"))

    def make() -> bytes:
        above = [[chart.line(shown.night, count, shown.language, _page(shown, count))]] if noted else []
        return comma_separated([*above, *chart.entries(shown.night, count, shown.language)])

    return _small(request, shown, f"chart {noted} {count.contest.ballot if count else ''}", make)


@allows(everyone)
async def chart_metadata(request: Request) -> Response:
    """``/api/nights/{night}/chart.json?contest=``: title, source and note, as Datawrapper takes them."""
    shown, count = await _charted(request)
    told = chart.metadata(shown.night, count, shown.language, _page(shown, count))
    content = body(msgspec.json.encode(told))
    return for_any_site(answer(request, content, JSON, content.etag, SHARED))


async def _answer(
    request: Request, shown: Shown, name: str, media: str, first: bytes, of_one: Callable[[Count | None], bytes]
) -> Response:
    """The table whose first line is ``first`` and whose other lines ``of_one`` gives: of each contest where it has any,
    and so only of those that have changed since, or of the whole night."""
    channel, marked = shown.channel, media == CSV and bool(asked(request, "bom"))
    whole = f"table {name} {marked}"
    content = known(channel, whole)
    if content is None:
        async with turn(request):
            content = known(channel, whole) or await _made(
                request, shown, name, whole, BYTE_ORDER_MARK + first if marked else first, of_one
            )
    return _public(request, content, media)


async def _made(
    request: Request, shown: Shown, name: str, whole: str, first: bytes, of_one: Callable[[Count | None], bytes]
) -> Body:
    channel, night, state = shown.channel, shown.night, shown.channel.history.state
    parts, begun = [first], perf_counter()
    for count in night.counts.values() if _is_of_contests(name) else (None,):
        if count is None:
            parts.append(of_one(None))
        else:
            stands = (count.last.seq if count.last else 0, count.amended, count.expected, night.amended)
            ballot = count.contest.ballot
            parts.append(channel.lasting.get(("lines", name, ballot), partial(of_one, count), stands))
        if perf_counter() - begun > _SLICE_SECONDS:
            await asyncio.sleep(0)
            begun = perf_counter()
    content = body(b"".join(parts))
    if len(content.plain) > _LARGE:
        compress = partial(quickly_compressed, content.plain)
        content.keep(*await process(request).hub.beside.make((id(channel), whole, state), compress))
    return keep(channel, whole, content, state)


def _csv_of(shown: Shown, name: str) -> tuple[bytes, Callable[[Count | None], bytes]]:
    """The line of the names of a table's columns, and what makes the lines of one contest, or of the night."""
    night = shown.night
    if name in TABLES:
        return comma_separated([TABLES[name].names]), lambda count: comma_separated(_rows(shown, name, count))
    if name == "democracy-club":
        return comma_separated([democracy_club.COLUMNS]), lambda count: comma_separated(
            democracy_club.rows(night, count) if count else ()
        )
    if night.definition.bodies:
        raise HTTPException(404, "The Library's files are of seats of the House of Commons, and this night has others.")
    names = library.CONTESTS if name == "library-contests" else library.CANDIDATES
    dated = library.of_by_elections(night)

    def of_one(count: Count | None) -> bytes:
        if count is None or count.result is None:
            return b""
        found: Iterable[Sequence[rows.Cell]] = (
            [tuple(library.contest_row(night, count))] if "contests" in name else library.candidate_rows(night, count)
        )
        kept = [at for at, column in enumerate(names) if dated or not column.endswith(" date")]
        return comma_separated([row[at] for at in kept] for row in found)

    return comma_separated([library.columns(names, dated)]), of_one


def _rows(shown: Shown, name: str, count: Count | None) -> Iterable[rows.Row]:
    night, language = shown.night, shown.language
    if count is None:
        return database.of(night, name, language)
    return (
        [rows.contest_row(night, count, language)]
        if name == "contests"
        else rows.candidate_rows(night, count, language)
    )


def _is_of_contests(name: str) -> bool:
    return name.partition(".")[0] in ("contests", "candidates", *_OTHERS)


def _named(request: Request, known: Iterable[str]) -> str:
    name: str = request.path_params["table"]
    if name not in known:
        raise HTTPException(404, f"There is no such table: there are {', '.join(known)}.")
    return name


async def _charted(request: Request) -> tuple[Shown, Count | None]:
    shown = await shown_as_data(request)
    if ballot := asked(request, "contest"):
        return shown, shown.count(ballot)
    return shown, next(iter(shown.night.counts.values())) if shown.night.is_single else None


def _page(shown: Shown, count: Count | None) -> str:
    night = f"{shown.site}/nights/{shown.night.definition.id}"
    return f"{night}/contests/{count.contest.ballot}" if count and not shown.night.is_single else night


def _small(request: Request, shown: Shown, name: str, make: Callable[[], bytes]) -> Response:
    marked = bool(asked(request, "bom"))
    content = shown.channel.cached(
        f"table {name} {marked}", lambda: body((BYTE_ORDER_MARK if marked else b"") + make())
    )
    return _public(request, content, CSV)


def _public(request: Request, content: Body, media: str) -> Response:
    return for_any_site(answer(request, content, media, content.etag, SHARED))


routes: list[BaseRoute] = [
    Route("/api/tables", columns),
    Route("/api/archive.sqlite", files.archived),
    Route("/api/archive.jsonl", files.archived_lines),
    Route("/api/nights/{night}/tables.sqlite", files.file),
    Route("/api/nights/{night}/tables.jsonl", files.lines),
    Route("/api/nights/{night}/tables/{table}.csv", table),
    Route("/api/nights/{night}/tables/{table}.jsonl", lines),
    Route("/api/nights/{night}/chart.csv", charted),
    Route("/api/nights/{night}/chart.json", chart_metadata),
    Route("/api/nights/{night}/contests/{ballot}.csv", contest),
]
