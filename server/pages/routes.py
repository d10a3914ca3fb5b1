"""The addresses of everything that viewers open. Nothing is answered here."""

from starlette.routing import BaseRoute

from server.html import static
from server.pages import push, robots
from server.pages.analysis import pages as analysis
from server.pages.contest import pages as contest
from server.pages.copying import pages as copying
from server.pages.council import pages as council
from server.pages.find import pages as find
from server.pages.front import pages as front
from server.pages.newsroom import directing, menu, overlays
from server.pages.newsroom import pages as newsroom
from server.pages.night import pages as night
from server.pages.picture import pages as picture
from server.pages.player import leading, reels

routes: list[BaseRoute] = [
    *night.routes,  # first what is asked for most: routes are tried in this order
    *push.routes,
    *front.routes,
    *reels.routes,
    *analysis.routes,
    *find.routes,
    *contest.routes,
    *council.routes,
    *picture.routes,
    *menu.routes,
    *newsroom.routes,
    *overlays.routes,
    *directing.routes,
    *copying.routes,
    *leading.routes,
    *static.routes,
    *robots.routes,
]
