"""``/robots.txt``: what programs that read the whole web may ask for (RFC 9309). Nothing is refused by it."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone

# A night's pages, in each language. Every moment of every night against every baseline is a page too, and so is every
# order of a table: thousands each, which say nothing that the night's own do not. A program that shows who shared a
# link needs its picture, and asks for little else.
_RULES = """\
User-agent: Twitterbot
User-agent: facebookexternalhit
User-agent: LinkedInBot
Allow: /

User-agent: *
Disallow: /api/
Disallow: /count
Disallow: /desk
Disallow: /healthz
Disallow: /readyz
Disallow: /metrics
Disallow: /nights/*/frame
Disallow: /nights/*/reel/
Disallow: /nights/*/live
Disallow: /nights/*/find
Disallow: /nights/*/overlay
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
    """``/robots.txt``."""
    return PlainTextResponse(_RULES, headers={"Cache-Control": "public, max-age=86400"})


routes: list[BaseRoute] = [Route("/robots.txt", robots)]
