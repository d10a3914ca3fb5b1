"""The page of one council of a night."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.election.bodies import Body
from server.html.shown import Shown, shown_by
from server.pages.around.page import page
from server.pages.council.seen import TOPIC, by_slug, slug, wards_of


@allows(everyone)
async def council(request: Request) -> Response:
    """``/nights/{night}/councils/{body}``: a council as its wards come in."""
    shown, asked = await shown_by(request), request.path_params["body"]
    body = next((one for one in by_slug(shown.night.definition).values() if one.id == asked), None)
    if body is None:
        sentence = shown.language.gettext("%(body)s is not a council of this night.")
        raise HTTPException(404, sentence % {"body": asked})
    html = await shown.made(request, f"council {body.id}", lambda: council_page(shown, body))
    return await shown.answer(request, html)


def council_page(shown: Shown, body: Body) -> str:
    """The HTML of a council's page."""
    wards = wards_of(shown.night.definition).get(body.id, ())
    return page(
        shown,
        "council.html",
        topic=TOPIC + body.id,
        copying={"of": "council", "body": body.id},
        body=body,
        status=shown.text("status"),
        control=shown.text(f"control-{slug(body)}"),
        rows=[shown.text(f"row-{contest.slug}") for contest in wards],
    )


routes: list[BaseRoute] = [Route("/nights/{night}/councils/{body}", council)]
