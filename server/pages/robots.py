"""``/robots.txt``: what programs that read the whole web may ask for (RFC 9309). It only asks:
nothing is refused here."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.html.root import rooted

# Crawlers may read the pages of each night in each language. Other query parameters (moments, baselines, the order of a
# table) make thousands of pages a night that say nothing new. Programs that show a preview of a shared link need the
# picture, and ask for little else, so they may read everything.
_RULES = """\
User-agent: Twitterbot
User-agent: facebookexternalhit
User-agent: LinkedInBot
Allow: /

User-agent: *
Disallow: /admin
Disallow: /api/
Disallow: /count
Disallow: /desk
Disallow: /find
Disallow: /healthz
Disallow: /readyz
Disallow: /live
Disallow: /metrics
Disallow: /nights/*/frame
Disallow: /nights/*/reel/
Disallow: /nights/*/live
Disallow: /nights/*/find
Disallow: /nights/*/overlay
Disallow: /nights/*/director
Disallow: /nights/*/wall
Disallow: /nights/*/embed
Disallow: /nights/*/picture.png
Disallow: /*?
Allow: /*?lang=en$
Allow: /*?lang=cy$
Allow: /*?lang=de$
"""


@allows(everyone)
async def robots(request: Request) -> Response:
    """``/robots.txt``, which a crawler may keep for a day. Below a path it is for the host's own to include."""
    rules = _RULES.replace("llow: /", f"llow: {rooted('/')}")
    return PlainTextResponse(rules, headers={"Cache-Control": "public, max-age=86400"})


routes: list[BaseRoute] = [Route("/robots.txt", robots)]
