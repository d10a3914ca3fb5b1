"""The page of one council of a night."""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.election.bodies import Body
from server.html.shown import Shown, shown_by
from server.pages.around.page import page, prepared
from server.pages.council.seen import TOPIC, by_slug, slug, wards_of


@allows(everyone)
async def council(request: Request) -> Response:
    """``/nights/{night}/councils/{body}``: a council as its wards come in."""
    shown, asked = await shown_by(request), request.path_params["body"]
    body = next((one for one in by_slug(shown.night.definition).values() if one.id == asked), None)
    if body is None:
        sentence = shown.language.gettext("%(body)s is not a council of this night.")
        raise HTTPException(404, sentence % {"body": asked})
    rows = [f"row-{contest.slug}" for contest in wards_of(shown.night.definition).get(body.id, ())]
    await prepared(shown)
    html = await shown.made(request, f"council {body.id}", lambda: council_page(shown, body, rows), *rows)
    return await shown.answer(request, html)


def council_page(shown: Shown, body: Body, rows: Sequence[str]) -> str:
    """The HTML of a council's page; ``rows`` are the fragments of its wards."""
    return page(
        shown,
        "council.html",
        topic=TOPIC + body.id,
        about=body,
        copying={"of": "council", "body": body.id},
        body=body,
        status=shown.text("status"),
        control=shown.text(f"control-{slug(body)}"),
        rows=list(map(shown.text, rows)),
    )


routes: list[BaseRoute] = [Route("/nights/{night}/councils/{body}", council)]
