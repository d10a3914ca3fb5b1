"""The least that Starlette can answer, on the same uvicorn: what a page's own cost is measured against."""

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def hello(request: Request) -> PlainTextResponse:
    """Greet."""
    return PlainTextResponse("hello")


uvicorn.run(
    Starlette(routes=[Route("/", hello)]),
    port=int(sys.argv[1]),
    loop="uvloop",
    http="httptools",
    log_level="warning",
    access_log=False,
)
