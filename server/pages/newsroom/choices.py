"""What the address of a newsroom's screen can ask for, and how such a screen is answered. No pages."""

import re
from collections.abc import Callable

from markupsafe import Markup
from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.election.numbers import written
from server.html.address import asked
from server.html.security import policy
from server.html.shown import Shown
from server.pages.council.shapes import drawn
from server.pages.map.hexagons import has_map
from server.pages.map.whole import whole_map
from server.pages.newsroom import screens

PARTS = ("banners", "score", "map")
MORE_PARTS = (*PARTS, "reactions")  # the last is shown only where somebody asks for it
THEMES = ("", "light", "dark")
SECONDS = 8
_MOST_SECONDS = 60


class Choices(Struct, frozen=True):
    """What an overlay is asked to be. ``contest`` is the contest whose banner stays on it; ``led`` the code of the
    director who leads it; if ``stays``, the last banner stays until there is another; if ``steps``, only a controller's
    ``next`` brings one; if ``waits``, nothing is seen before a controller's ``play``."""

    parts: tuple[str, ...]
    seconds: int
    theme: str
    contest: str
    led: str
    stays: bool
    steps: bool
    waits: bool


def choices(request: Request) -> Choices:
    """What an address asks an overlay to be; HTTPException 400 if it cannot be that."""
    return Choices(
        _parts(request),
        seconds(request),
        theme(request),
        asked(request, "contest"),
        re.sub(r"[^A-Z0-9]", "", asked(request, "led").upper())[:8],
        *(_is_on(request, name) for name in ("stays", "steps", "wait")),
    )


def screen(shown: Shown, parts: tuple[str, ...], stays: int) -> dict[str, object]:
    """The context that a page of banners needs besides its theme; each ``stays`` for so many seconds."""
    night = shown.night
    with_map = "map" in parts
    return {
        "now": Markup(screens.state(night, shown.language)),
        "parts": parts,
        "seconds": stays,
        "map": whole_map(shown) if with_map and has_map(night.definition) else "",
        "shapes": shown.text("shapes") if with_map and drawn(night.definition) else "",
    }


async def answer(request: Request, shown: Shown, name: str, make: Callable[[], str], *kinds: str) -> Response:
    """The answer with a screen, made once by its name."""
    return await shown.answer(request, await shown.made(request, f"screen {name}", make, *kinds))


def framable(response: Response) -> Response:
    """The response, which any site may show in a frame: nothing on these pages can change anything."""
    response.headers["Content-Security-Policy"] = policy("*")
    return response


def seconds(request: Request) -> int:
    """For how many seconds a banner stays."""
    text = asked(request, "seconds") or str(SECONDS)
    number = written(text)
    if number is None or not 0 < number <= _MOST_SECONDS:
        raise HTTPException(400, f"A banner stays for 1 to {_MOST_SECONDS} seconds, not {text!r}.")
    return number


def theme(request: Request) -> str:
    """Light or dark plates; "" as the screen is set."""
    chosen = asked(request, "theme")
    if chosen not in THEMES:
        raise HTTPException(400, f"A theme is light or dark, not {chosen!r}.")
    return chosen


def _parts(request: Request) -> tuple[str, ...]:
    """``?show=banners,score``; a form sends ``?show=banners&show=score``."""
    parts = [part for value in request.query_params.getlist("show") for part in value.split(",") if part] or PARTS
    if wrong := [part for part in parts if part not in MORE_PARTS]:
        raise HTTPException(400, f"An overlay shows {', '.join(MORE_PARTS)}, or some of them, but not {wrong[0]!r}.")
    return tuple(part for part in MORE_PARTS if part in parts)


def _is_on(request: Request, name: str) -> bool:
    return name in request.query_params and asked(request, name) != "no"
