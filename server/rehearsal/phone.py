"""A phone, or the desk's browser: cookies, redirects, signing in, a form filled in and sent. No elections here."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from server.rehearsal.html_page import Page
from server.rehearsal.unreliable_line import UnreliableLine
from server.rehearsal.wire import Answer

_LINK = re.compile("(.*?)(/[a-z]+/invitation/.+)")
_PIN = "2580"
_WHY = "Looked at again with the counting agents: it is so."
_MOST_TRIES = 50
_REDIRECTS = (302, 303, 307)
_FORM = "application/x-www-form-urlencoded"


class Stuck(Exception):
    """Raised when somebody cannot get any further; the message says where, and what the page told them."""


class Phone:
    """A browser that signs in with the ``link`` of an invitation, and again whenever it is asked to. All paths begin
    where the site does."""

    def __init__(self, line: UnreliableLine, url: str, link: str) -> None:
        self._root, *path = _LINK.fullmatch(urlsplit(link).path).groups()  # type: ignore[union-attr]  # it is one of ours
        self._line, (self._link,) = line, path
        self._origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        self._cookies: dict[str, str] = {}

    async def open(self, path: str) -> Page:
        """The page at a path, after signing in if need be. Stuck if the page cannot be reached."""
        page = await self._fetched(path)
        for _ in range(_MOST_TRIES):
            if not self._is_outside(page):
                return page
            await self._sign_in()
            page = await self._fetched(path)
        raise Stuck(f"{path}: {page.says}")

    async def send(self, page: Page, form: str, texts: Mapping[str, str] | None = None) -> Page:
        """Fill in and send a form of the page, and return the page that follows. If the form asks why a figure is
        unusual, it is given a reason."""
        filled = {name: text or (_WHY if name.startswith("reason.") else "") for name, text in page.forms[form].items()}
        after = await self._sent(form, filled | dict(texts or {}))
        if self._is_outside(after) or after.status == 403:  # the session ended, or is now that of another invitation
            return await self.open(page.path)
        return after

    async def _sign_in(self) -> None:
        for _ in range(_MOST_TRIES):
            page = await self._fetched(self._link)
            form = page.forms.get(self._link)
            if form is None:
                raise Stuck(f"An invitation is not good there: {page.says}")
            page = await self._sent(self._link, form | {"pin": _PIN})
            if not self._is_outside(page):
                return
        raise Stuck("Nobody can sign in, however often they try.")

    def _is_outside(self, page: Page) -> bool:
        return page.path.startswith(self._link.rpartition("/")[0])

    async def _sent(self, path: str, form: Mapping[str, str]) -> Page:
        headers = {"Origin": self._origin, "Content-Type": _FORM}
        answers = await self._line.post(path, self._with_cookies(headers), urlencode(form).encode())
        for answer in answers:
            self._cookies |= answer.cookies
        last = answers[-1]
        if last.status in _REDIRECTS:
            return await self._fetched(self._here(last.headers["location"]))
        return self._page(path, last)

    async def _fetched(self, path: str) -> Page:
        for _ in range(_MOST_TRIES):
            (answer,) = await self._line.get(path, self._with_cookies({}))
            self._cookies |= answer.cookies
            if answer.status not in _REDIRECTS:
                return self._page(path, answer)
            path = self._here(answer.headers["location"])
        raise Stuck(f"{path} leads round in a circle.")

    def _here(self, location: str) -> str:
        return location.removeprefix(self._root)

    def _page(self, path: str, answer: Answer) -> Page:
        return Page(path, answer.status, answer.text.replace(f'="{self._root}/', '="/'))

    def _with_cookies(self, headers: Mapping[str, str]) -> dict[str, str]:
        if not self._cookies:
            return dict(headers)
        return {**headers, "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
