"""The front page's addresses: the page, its push, and a search for a seat over all nights."""

import asyncio

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from server.access import allows, everyone
from server.election.results.tally import add_up, is_added_up
from server.html.address import asked, in_language, language_of, number
from server.html.answers import HTML, SHARED, answer
from server.html.languages import wanted
from server.html.make import is_of_another_make
from server.html.process import Process, process
from server.html.templates import rendered
from server.live.frames import BEAT
from server.live.line import in_a_task, line_of
from server.live.memory.bodies import body
from server.pages.find.postcodes import PostcodeAsked, postcode_asked
from server.pages.front.past import shipped
from server.pages.front.pieces import front_page
from server.pages.front.seats import FoundAnywhere, found_anywhere, seat_of


@allows(everyone)
async def front(request: Request) -> Response:
    """``/``: what is happening, what comes next, and what was."""
    hub, language = process(request).hub, language_of(request)
    past = await hub.beside.make("shipped", shipped)
    await _prepare(process(request))
    html = hub.cached(f"front {language.code}", lambda: body(front_page(hub, language, past)), also=hub.front.mark)
    return in_language(request, answer(request, html, HTML, html.etag, SHARED))


@allows(everyone)
async def live(websocket: WebSocket) -> None:
    """``/live?after={mark}&lang=de``: what changed on the front page since that mark, then what changes. If ``&made=``
    names another version of the pages the line is closed with code 1000, on which the page reloads itself."""
    front, code = process(websocket).hub.front, wanted((asked(websocket, "lang"),), "").code
    await _prepare(process(websocket))
    await websocket.accept()
    line = line_of(websocket.scope)
    if is_of_another_make(websocket):
        line.end()
        return
    line.audience = front.join(line, code, number(websocket, "after"))
    if line.greeting and not process(websocket).hub.waits:  # a page takes no line for live that has brought nothing
        line.write(BEAT)


@allows(everyone)
async def poll(request: Request) -> Response:
    """``/live`` over HTTP: what changed since a mark; 204 if nothing did, 205 if ``&made=`` names another version,
    503 where this process does not hear Redis, and cannot know."""
    if is_of_another_make(request):
        return Response(status_code=205, headers={"Cache-Control": "no-store"})
    front, code = process(request).hub.front, wanted((asked(request, "lang"),), "").code
    await _prepare(process(request))
    message = front.missed(code, number(request, "after"))
    if message is None and process(request).hub.waits:
        return Response(status_code=503, headers={"Retry-After": "5", "Cache-Control": "no-store"})
    if message is None:
        return Response(status_code=204, headers={"Cache-Control": "no-cache"})
    content = body(message.payload)
    return answer(request, content, HTML, content.etag)


async def _prepare(one: Process) -> None:
    """Have kept nights read in a thread, and nights on air added up in turns with others: the first time takes long."""
    if not one.hub.front.has_state:
        await in_a_task()
        await one.hub.beside.make("kept", one.kept.listed)
    for channel in tuple(one.hub.channels.values()):
        if channel.night and not is_added_up(channel.night):
            add_up(channel.night)
            await asyncio.sleep(0)


@allows(everyone)
async def find(request: Request) -> Response:
    """``/find?q=``: to the newest contest of the seat or the candidate that is meant, the most important night on air
    first, or to the party; a list where several are called so, and a sentence where none is."""
    language, question = language_of(request), asked(request, "q")
    found, postcode = await _led_to(request, question)
    if found.only:
        return in_language(request, RedirectResponse(found.only.what.address(), 303))
    html = body(rendered("find.html", language, q=question[:80], found=found, postcode=postcode))
    return in_language(request, answer(request, html, HTML, html.etag, SHARED))


@allows(everyone)
async def suggest(request: Request) -> Response:
    """``/find/suggested?q=``: what a question leads to over all nights, to choose from while somebody types."""
    language, question = language_of(request), asked(request, "q")
    found, postcode = await _led_to(request, question)
    told = [(one.what, one.what.address(), one.title, one.date) for one in found.few]
    context = {"q": question[:80], "told": told, "misspelt": found.misspelt, "postcode": postcode}
    html = body(rendered("suggested.html", language, **context))
    return in_language(request, answer(request, html, HTML, html.etag, "private, max-age=60"))


async def _led_to(request: Request, question: str) -> tuple[FoundAnywhere, PostcodeAsked | None]:
    """What a question leads to; if it is a postcode that leads nowhere, that postcode too."""
    hub = process(request).hub
    on_air = tuple(one.night for one in hub.channels.values() if one.night)
    name = (*map(id, on_air), question)  # who asks the same meanwhile waits for the same
    if postcode := await postcode_asked(request, question):
        gss = postcode.gss
        seat = await hub.beside.make(("seat", *name), lambda: seat_of(gss, on_air)) if gss else None
        return (FoundAnywhere(seats=(seat,), only=seat), None) if seat else (FoundAnywhere(), postcode)
    return await hub.beside.make(("anywhere", *name), lambda: found_anywhere(question, on_air)), None


routes: list[BaseRoute] = [
    Route("/", front),
    WebSocketRoute("/live", live),
    Route("/live", poll),
    Route("/find", find),
    Route("/find/suggested", suggest),
]
