"""What browsers are told with every answer."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from server.html.security import SecurityHeaders


async def page(request: Request) -> Response:
    return PlainTextResponse("a page")


@pytest.mark.parametrize(
    ("scheme", "site_is_on_https", "expected"),
    [("http", False, None), ("http", True, "max-age=31536000"), ("https", False, "max-age=31536000")],
)
def test_browsers_are_told_to_come_by_https_where_the_site_is(
    scheme: str, site_is_on_https: bool, expected: str | None
) -> None:
    app = SecurityHeaders(Starlette(routes=[Route("/", page)]), https=site_is_on_https)
    answer = TestClient(app, base_url=f"{scheme}://testserver").get("/")
    assert answer.headers.get("strict-transport-security") == expected
    assert answer.headers["x-content-type-options"] == "nosniff"
