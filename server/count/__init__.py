"""The people who enter results: invitation, sign-in, the form on a phone, an API. No rules of a result."""

from starlette.routing import BaseRoute, Route

from server.count.api import post_declaration
from server.count.entering import back_to_form, change, check, form, receipt, send, stage
from server.count.signing_in import invitation, start, welcome

routes: list[BaseRoute] = [
    Route("/count/invitation", welcome),
    Route("/count/invitation/{token}", invitation),
    Route("/count/invitation/{token}", start, methods=["POST"]),
    Route("/count", form),
    Route("/count/receipt", receipt),
    Route("/count/check", check, methods=["POST"]),
    Route("/count/change", change, methods=["POST"]),
    Route("/count/declare", send, methods=["POST"]),
    Route("/count/stage", stage, methods=["POST"]),
    *(Route(f"/count/{name}", back_to_form) for name in ("check", "change", "declare", "stage")),
    Route("/api/nights/{night}/contests/{ballot}/declaration", post_declaration, methods=["POST"]),
]
