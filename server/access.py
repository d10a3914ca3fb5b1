"""Who may call a route: every endpoint carries a rule, and the app refuses to start without one."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

Rule = Callable[[Any], Awaitable[None]]
"""Looks at a request before its endpoint runs; HTTPException, with a sentence, if it is not allowed."""

Endpoint = Callable[[Any], Awaitable[Any]]


def allows(rule: Rule) -> Callable[[Endpoint], Endpoint]:
    """A decorator that gives an endpoint its rule; the rule runs first."""

    def guard(endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        async def guarded(connection: Any) -> Any:
            await rule(connection)
            return await endpoint(connection)

        guarded.__dict__["rule"] = rule
        return guarded

    return guard


async def everyone(connection: HTTPConnection) -> None:
    """Results are public: anybody may read them, from any site."""


def without_rule(routes: list[BaseRoute]) -> list[str]:
    """The paths of the routes whose endpoints have no rule."""
    open_paths: list[str] = []
    for route in routes:
        if isinstance(route, Mount):
            open_paths += without_rule(list(route.routes))
        elif not isinstance(route, Route | WebSocketRoute) or "rule" not in getattr(route.endpoint, "__dict__", {}):
            open_paths.append(str(getattr(route, "path", route)))
    return open_paths
