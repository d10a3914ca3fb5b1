"""The pages with texts to copy, and each text at an address of its own. No words of a result."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.election.counts import Count
from server.html.address import asked, in_language
from server.html.answers import SHARED, answer
from server.html.process import process
from server.html.rates import turn
from server.html.shown import Shown, shown_by
from server.live.slices import make_councils
from server.pages.around.page import page
from server.pages.copying import lists
from server.pages.copying.texts import FORMS

_TOPIC = "newsroom"  # that of the newsroom's pages: nothing changes on them but whether the night goes on
_TEXT = "text/plain; charset=utf-8"


@allows(everyone)
async def copied(request: Request) -> Response:
    """``/nights/{night}/copy``: the score in each form; of one contest ``/nights/{night}/contests/{ballot}/copy``. With
    ``?of=contests`` the tables of that page; what it is about, such as ``&party=``, as in its address."""
    shown = await shown_by(request)
    count, of, parameters = _count(request, shown), _of(request), _about(request)
    name = f"copy {request.path_params.get('ballot', '')} {of} {parameters}"
    tables = await _tables(request, shown, name)

    def make() -> str:
        return page(
            shown,
            "copy.html",
            _TOPIC,
            {"of": of, **parameters} if of else {},
            count,
            view="copy",
            count=count,
            of=of,
            council=lists.council_of(shown.night.definition, of, parameters),
            lists=lists.of_night(shown.night.definition) if "ballot" not in request.path_params else (),
            back=f"/contests/{count.contest.ballot}" if "ballot" in request.path_params and count else "",
            texts=tables if of else {form: FORMS[form](shown, count) for form in FORMS},
        )

    return await shown.answer(request, await shown.made(request, name, make))


@allows(everyone)
async def text(request: Request) -> Response:
    """``/nights/{night}/copy/{form}.txt`` and the same below a contest: one of these texts, as it is."""
    shown, form, of = await shown_by(request), request.path_params["form"], _of(request)
    forms = (*((lists.POST,) if of == lists.COUNCIL else ()), *lists.FORMS) if of else (*FORMS,)
    if form not in forms:
        raise HTTPException(404, f"A text is one of these: {', '.join(forms)}.")
    count = _count(request, shown)
    name = f"copy {form} {request.path_params.get('ballot', '')} {of} {_about(request)}"
    tables = await _tables(request, shown, name)

    def make() -> str:
        made = tables if of else {form: FORMS[form](shown, count)}
        if not made:
            raise HTTPException(404, shown.language.gettext("There is no table here yet."))
        return made[form] + "\n"

    content = await shown.made(request, name, make)
    return in_language(request, answer(request, content, _TEXT, content.etag, SHARED))


async def _tables(request: Request, shown: Shown, name: str) -> dict[str, str]:
    """The tables that are asked for in each form, unless what they are for is kept by this name."""
    if not _of(request) or shown.channel.has_cached(name):
        return {}
    async with turn(request):
        await make_councils(shown.channel)
        return await lists.texts(process(request).hub.beside, shown, _of(request), _about(request))


def _of(request: Request) -> str:
    return "" if "ballot" in request.path_params else asked(request, "of")


def _about(request: Request) -> dict[str, str]:
    """What the address of a page of tables says that it is about."""
    names = lists.about(_of(request))
    return {name: "1" if name == "all" else value for name in names if (value := asked(request, name))}


def _count(request: Request, shown: Shown) -> Count | None:
    """The contest that is asked for; of a night that has only one that one, None for the score."""
    if ballot := request.path_params.get("ballot"):
        return shown.count(ballot)
    return next(iter(shown.night.counts.values())) if shown.night.is_single else None


routes: list[BaseRoute] = [
    Route("/nights/{night}/copy", copied),
    Route("/nights/{night}/copy/{form}.txt", text),
    Route("/nights/{night}/contests/{ballot}/copy", copied),
    Route("/nights/{night}/contests/{ballot}/copy/{form}.txt", text),
]
