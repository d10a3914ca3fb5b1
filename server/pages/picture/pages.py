"""The addresses of pictures. Each is drawn once for each state of a night, in another thread. Nothing is drawn here."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.election.results.councils.together import councils
from server.election.results.tally import add_up
from server.html.answers import SHARED, etag
from server.html.coming import is_before_poll
from server.html.errors import Full
from server.html.shown import Shown, shown_by
from server.live.memory.memo import MEMO
from server.live.slices import make_councils
from server.pages.bars.seats import bars_of, bars_of_councillors
from server.pages.picture.contest_picture import contest_picture
from server.pages.picture.drawing import painted
from server.pages.picture.score_picture import score_picture

_MOST_WAITING = 50  # pictures that may wait to be drawn at once: about a second's work
_easel = ThreadPoolExecutor(1, "picture")  # two threads would not be faster, and they could not share fonts

_Name = tuple[str, str, str, bool, bool, str]  # night, edition, head of its record, as known now, poll open; contest
KEPT = MEMO.shelf()
WAITED_FOR: dict[_Name, asyncio.Future[bytes]] = {}


@allows(everyone)
async def of_contest(request: Request) -> Response:
    """``/nights/{night}/contests/{ballot}/picture.png``: the contest as it stands; with ``?at=`` as it stood."""
    shown = await shown_by(request)
    return await _answer(request, shown, shown.count(request.path_params["ballot"]).contest.ballot)


@allows(everyone)
async def of_night(request: Request) -> Response:
    """``/nights/{night}/picture.png``: the score; of a night of one contest, that contest."""
    shown = await shown_by(request)
    return await _answer(request, shown, next(iter(shown.night.counts)) if shown.night.is_single else "")


async def _answer(request: Request, shown: Shown, ballot: str) -> Response:
    await make_councils(shown.channel)
    # The close of a poll changes a picture without an event.
    tag = etag(shown.channel)
    headers = {
        "ETag": f'{tag[:-1]}-open"' if is_before_poll(shown.night) else tag,
        "Cache-Control": SHARED,
        "Content-Language": shown.language.tag,
        "Vary": "Accept-Language, Cookie",
    }
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(await _drawn(shown, ballot), headers=headers, media_type="image/png")


async def _drawn(shown: Shown, ballot: str) -> bytes:
    """The picture of a contest, or of the night if ``ballot`` is "". Requests at one time share one drawing.

    Full (503) if too many other pictures are waiting to be drawn.
    """
    night, language, channel = shown.night, shown.language, shown.channel
    name = (night.definition.id, channel.edition, channel.head, shown.known_now, is_before_poll(night), ballot)
    if kept := KEPT.find(name):
        return kept
    if name not in WAITED_FOR:
        if len(WAITED_FOR) >= _MOST_WAITING:
            raise Full("pictures", "Too many pictures are being drawn. Please ask again.", 2)
        # On this thread: the tally and the councils are updated from state to state.
        tally, of_councils = add_up(night), councils(night).councils
        bars = bars_of_councillors(night) if of_councils else bars_of(night)

        def draw() -> bytes:
            if ballot:
                return painted(contest_picture(night, night.counts[ballot], language, shown.is_over))
            return painted(score_picture(night, tally, bars, language, shown.is_over))

        WAITED_FOR[name] = asyncio.get_running_loop().run_in_executor(_easel, draw)
        WAITED_FOR[name].add_done_callback(lambda drawn: _keep(name, drawn))
    return await asyncio.shield(WAITED_FOR[name])


def _keep(name: _Name, drawn: asyncio.Future[bytes]) -> None:
    """Keep a picture that is drawn. If drawing failed nothing is kept, and the next request draws it again."""
    del WAITED_FOR[name]
    if not drawn.cancelled() and drawn.exception() is None:
        KEPT.get(name, drawn.result)


routes: list[BaseRoute] = [
    Route("/nights/{night}/picture.png", of_night),
    Route("/nights/{night}/contests/{ballot}/picture.png", of_contest),
]
