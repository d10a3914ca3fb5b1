"""The addresses of files that have every table, SQLite or JSON Lines: of a night, and of every shipped night. They are
made in a thread, and not often."""

import asyncio
from collections.abc import Callable, Hashable
from typing import Literal

from limits import parse
from starlette.requests import Request
from starlette.responses import Response

from server.access import allows, everyone
from server.election.nights import fold
from server.feeds.tables import database
from server.feeds.tables.made import keep, known
from server.html.answers import SHARED, answer, for_any_site
from server.html.errors import Full
from server.html.languages import ENGLISH
from server.html.process import process
from server.html.rates import address, limit
from server.html.shown import shown_as_data
from server.live.memory.bodies import Body, body, quickly_compressed
from server.live.memory.memo import MEMO
from server.nights import archive

Kind = Literal["sqlite", "jsonl"]
_MEDIA: dict[Kind, str] = {"sqlite": "application/vnd.sqlite3", "jsonl": "application/x-ndjson"}
_WRITTEN = {"sqlite": database.written, "jsonl": database.lines}
_OFTEN = parse("6/minute")  # made for one address; that of the archive takes a thread a second and a half
_WAITS = 5.0  # seconds for a file, before its reader is told when to ask again
_kept = MEMO.shelf()


@allows(everyone)
async def file(request: Request) -> Response:
    """``/api/nights/{night}/tables.sqlite``; 429 if many are made for an address."""
    return await _of_night(request, "sqlite")


@allows(everyone)
async def lines(request: Request) -> Response:
    """``/api/nights/{night}/tables.jsonl``: the same as JSON Lines."""
    return await _of_night(request, "jsonl")


@allows(everyone)
async def archived(request: Request) -> Response:
    """``/api/archive.sqlite``: every shipped night, in English; 429 if an address asks for many files."""
    return await _of_archive(request, "sqlite")


@allows(everyone)
async def archived_lines(request: Request) -> Response:
    """``/api/archive.jsonl``: the same as JSON Lines."""
    return await _of_archive(request, "jsonl")


async def _of_night(request: Request, kind: Kind) -> Response:
    await process(request).later.turn()
    shown = await shown_as_data(request)
    channel, night, language = shown.channel, shown.night, shown.language
    events = () if shown.known_now else channel.events[:]
    content, state = known(channel, kind), channel.history.state
    if content is None:
        content = await _made(
            request,
            (kind, id(channel), state),
            lambda: _file(_WRITTEN[kind]([night], language, events)),
            lambda made: keep(channel, kind, made, state),
        )
    return _answer(request, content, kind, night.definition.id)


async def _of_archive(request: Request, kind: Kind) -> Response:
    content: Body | None = _kept.find(kind)
    if content is None:
        name = f"archive.{kind}"
        content = await _made(request, name, lambda: _archive(kind), lambda made: _kept.get(kind, lambda: made))
    return _answer(request, content, kind, "archive")


async def _made(request: Request, name: Hashable, make: Callable[[], Body], keep: Callable[[Body], Body]) -> Body:
    """The file, which is made to the end and kept also where this reader waits no longer: Full with 503."""
    beside = process(request).hub.beside
    if name not in beside:
        await limit(request, _OFTEN, f"sqlite {address(request)}")

    async def to_the_end() -> Body:
        return keep(await beside.make(name, make))

    making = asyncio.create_task(to_the_end())
    await asyncio.wait([making], timeout=_WAITS)
    if not making.done():
        raise Full("file", "The file is being made. Please ask again in a few seconds.", 5)
    return making.result()


def _archive(kind: Kind) -> Body:
    nights = (fold(archive.load(one.id).events) for one in reversed(archive.listed()))
    return _file(_WRITTEN[kind](nights, ENGLISH))


def _file(plain: bytes) -> Body:
    made = body(plain)
    made.keep(*quickly_compressed(plain))
    _ = made.etag
    return made


def _answer(request: Request, content: Body, kind: Kind, name: str) -> Response:
    response = answer(request, content, _MEDIA[kind], content.etag, SHARED)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return for_any_site(response)
