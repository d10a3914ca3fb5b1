"""The links of invitations that were opened with one browser: a shared tablet has several. Nothing is checked here."""

from typing import cast

from starlette.requests import Request

_MOST = 6  # a cookie has 4 KiB


def links_here(request: Request) -> list[str]:
    """The tokens with which people signed in with this browser, the newest first."""
    return cast(list[str], request.session.get("links", []))


def token_in(request: Request) -> str:
    """The token in the address, or where that has the place of a link among those that were opened here, the link's."""
    token, links = request.path_params["token"], links_here(request)
    return links[int(token)] if token in map(str, range(len(links))) else token


def links_with(request: Request) -> list[str]:
    """The links that were opened here, with the one in the address as the newest."""
    token = token_in(request)
    return [token, *(link for link in links_here(request) if link != token)][:_MOST]
