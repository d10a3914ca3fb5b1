"""The overlay for a stream: the page itself, one contest's banner for it, the page of what it can be asked for, and the
file by which a graphics controller steers it."""

from collections.abc import Iterable
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.election.counts import Count
from server.election.nights import Night
from server.html.address import asked
from server.html.languages import languages
from server.html.shown import Shown, shown_by
from server.html.templates import rendered
from server.pages.around.page import page
from server.pages.find.search import plain, seat_names
from server.pages.map.hexagons import has_map
from server.pages.newsroom import screens
from server.pages.newsroom.choices import MORE_PARTS, SECONDS, THEMES, Choices, answer, choices, framable, screen

_READY: tuple[dict[str, str], ...] = (  # what many want, each in a source of its own
    {},
    {"show": "banners"},
    {"show": "score"},
    {"show": "map"},
)


@allows(everyone)
async def overlay(request: Request) -> Response:
    """``/nights/{night}/overlay?show=banners,score,map&seconds=8&theme=light``: transparent, for video. Banners of what
    people said come only with ``show=banners,reactions``; what else it can be, ``Choices`` says."""
    shown, chosen = await shown_by(request), choices(request)
    contest = _contest(shown, chosen.contest) if chosen.contest else None

    def make() -> str:
        context = screen(shown, chosen.parts, chosen.seconds)
        first = ""
        if contest:
            first = screens.lower_third(shown.night, contest, shown.language)
        elif chosen.stays and not screens.is_waiting(shown.night):
            first = screens.newest(shown.night, shown.language)
        context |= {"first": Markup(first), "chosen": chosen, "theme": chosen.theme}
        return page(shown, "newsroom/overlay.html", screens.OVERLAY, {}, None, None, **context)

    kinds = ("hex",) if "map" in chosen.parts else ()
    return framable(await answer(request, shown, f"overlay {chosen}", make, *kinds))


@allows(everyone)
async def banner(request: Request) -> Response:
    """``/nights/{night}/overlay/banner?contest=``: a contest's banner as it stands, by its ballot, code, name or the
    banner's id; or that of a council's control, or of what somebody said, by its id. 404 if there is none."""
    shown, name = await shown_by(request), asked(request, "contest").removeprefix("banner-")
    html = screens.control(shown.night, name.removeprefix("control-"), shown.language)
    html = html or screens.voice(shown.night, name.removeprefix("note-"), shown.language)
    html = html or screens.lower_third(shown.night, _contest(shown, name), shown.language)
    return await answer(request, shown, f"banner {name}", lambda: html)


@allows(everyone)
async def options(request: Request) -> Response:
    """``/nights/{night}/overlay/options``: everything that an overlay can be asked to be, with what it looks like."""
    shown, chosen = await shown_by(request), choices(request)
    if chosen.contest:
        _contest(shown, chosen.contest)
    night = shown.night
    parts = tuple(part for part in MORE_PARTS if part != "map" or has_map(night.definition))

    def make() -> str:
        place = f"/nights/{night.definition.id}/overlay"
        made = _query(chosen, shown)
        ready = [(one, _written({**_own(shown), **one})) for one in _READY if one.get("show", parts[0]) in parts]
        return page(
            shown,
            "newsroom/options.html",
            screens.ADDRESSES,
            {},
            view="newsroom",
            chosen=chosen,
            parts=parts,
            themes=THEMES,
            languages=languages(),
            address=place + made,
            file=f"{place}/template.html{made}",
            preview=place + _preview(made, chosen.contest),
            ready=[(one.get("show", ""), place + query, place + _preview(query, "")) for one, query in ready],
            seconds=SECONDS,
        )

    return await answer(request, shown, f"options {chosen}", make)


@allows(everyone)
async def template(request: Request) -> Response:
    """``/nights/{night}/overlay/template.html``: a file for the templates of CasparCG or SPX. It has the overlay in a
    frame, and hands every call on."""
    shown, chosen = await shown_by(request), choices(request)

    def make() -> str:
        night = shown.night.definition
        query = _query(chosen, shown, wait="yes")
        return rendered(
            "newsroom/template.html",
            shown.language,
            night=night,
            address=f"{shown.site}/nights/{night.id}/overlay{query}",
            contests=[(contest.ballot, shown.language.seat_in(night, contest)) for contest in night.contests],
            on_map=has_map(night),
        )

    response = await answer(request, shown, f"template {chosen}", make)
    name = f"declared-{shown.night.definition.id}.html"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _contest(shown: Shown, name: str) -> Count:
    """The count of a contest by its ballot, its code, its name in any language, or as a banner's id has it."""
    if found := shown.night.counts.get(name):
        return found
    found = list(_named(shown.night, plain(name)))
    if len(found) != 1:
        sentence = shown.language.gettext("%(ballot)s is not a contest of this night.")
        raise HTTPException(404, sentence % {"ballot": name})
    return found[0]


def _named(night: Night, name: str) -> Iterable[Count]:
    for count in night.counts.values():
        contest = count.contest
        told = (one.seat_in(night.definition, contest) for one in languages())
        if name in (plain(contest.slug), plain(contest.gss or ""), *map(plain, (*seat_names(contest), *told))):
            yield count


def _query(chosen: Choices, shown: Shown, **more: str) -> str:
    """The query of an overlay, with only what is not as it is anyway."""
    parts = ",".join(chosen.parts)
    said = {
        "show": parts if parts != "banners,score,map" else "",
        "seconds": str(chosen.seconds) if chosen.seconds != SECONDS else "",
        "theme": chosen.theme,
        "contest": chosen.contest,
        "led": chosen.led,
        **{name: "yes" for name in ("stays", "steps") if getattr(chosen, name)},
        "wait": "yes" if chosen.waits else "",
    }
    return _written({**_own(shown), **said, **more})


def _own(shown: Shown) -> dict[str, str]:
    return {**shown.state, "lang": shown.language.code if shown.language.code != "en" else ""}


def _written(query: dict[str, str]) -> str:
    said = {name: value for name, value in query.items() if value}
    return f"?{urlencode(said, safe=',')}" if said else ""


def _preview(query: str, contest: str) -> str:
    """The query with which there is something to see at once: the newest result, and no controller to wait for."""
    shown = query.replace("wait=yes", "wait=no")
    return shown if contest else f"{shown}{'&' if shown else '?'}stays=yes"


routes: list[BaseRoute] = [
    Route("/nights/{night}/overlay", overlay),
    Route("/nights/{night}/overlay/banner", banner),
    Route("/nights/{night}/overlay/options", options),
    Route("/nights/{night}/overlay/template.html", template),
]
