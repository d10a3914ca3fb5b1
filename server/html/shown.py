"""A night as one request asks for it, and the answer to that request. No content of any page."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

from markupsafe import Markup
from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.election.contests import Definition
from server.election.counts import Count
from server.election.nights import Night
from server.election.results.known import was_revised
from server.hooks.web_push import public_key
from server.html.address import (
    asked,
    baseline_of,
    channel_of,
    in_language,
    is_known_now,
    kept,
    know_baselines,
    language_of,
    moment_of,
)
from server.html.answers import HTML, SHARED, answer, coding
from server.html.coming import is_before_poll
from server.html.languages import Language, wanted
from server.html.process import process
from server.html.rates import turn
from server.live import moments
from server.live.channel import Channel
from server.live.memory.bodies import Body, body
from server.live.slices import make_texts, of_kinds
from server.nights.against import opened

_NOTHING: Mapping[str, str] = {}


class Shown(Struct, frozen=True):
    """The night that a request asks for.

    ``channel`` is the night in the edition of the address, and as of ``moment`` if the address names one; ``whole`` is
    the same night with all its events. If ``known_now``, corrections are applied from the first and withdrawn figures
    are left out of both. ``site`` is the address of this site, with which links for use elsewhere begin;
    ``push_key`` the key by which browsers know it that are told when they are closed, "" where none is.
    """

    channel: Channel
    whole: Channel
    language: Language
    baseline: str
    moment: datetime | None
    known_now: bool
    site: str
    push_key: str = ""

    @property
    def night(self) -> Night:
        """The state of the night that is shown."""
        assert self.channel.night is not None, "a channel shows once its night is opened"
        return self.channel.night

    @property
    def opened(self) -> Definition:
        """The night's own definition, with its own baseline."""
        return opened(self.night.definition)

    def count(self, ballot: str) -> Count:
        """The count of a contest of this night; HTTPException 404 if the night has no such contest."""
        if ballot not in self.night.counts:
            sentence = self.language.gettext("%(ballot)s is not a contest of this night.")
            raise HTTPException(404, sentence % {"ballot": ballot})
        return self.night.counts[ballot]

    @property
    def state(self) -> dict[str, str]:
        """The parameters of the address besides night and language; each is "" if the address does not have it."""
        at = self.moment.isoformat() if self.moment else ""
        return {"baseline": self.baseline, "at": at, "known": "now" if self.known_now else ""}

    def kept(self, more: Mapping[str, str] = _NOTHING) -> str:
        """The query that a link to another page of this night takes along."""
        return kept(self.state, more)

    def text(self, fragment: str) -> Markup:
        """A fragment of the night, as the push sends it."""
        return Markup(self.channel.text(fragment))

    def picture(self, ballot: str = "") -> str:
        """The absolute address of the picture of a contest, or of the night, in this language and state."""
        page = f"/contests/{ballot}" if ballot else ""
        # Sites that show a shared link cache its picture by address, so each state needs an address of its own.
        poll = "open" if is_before_poll(self.night) else ""
        more = {"lang": self.language.code, "seq": str(self.night.seq), "poll": poll}
        night = f"{self.site}/nights/{self.night.definition.id}"
        return f"{night}{page}/picture.png{self.kept(more)}"

    @property
    def is_revised(self) -> bool:
        """Whether ``?known=now`` would show other figures."""
        over = self.moment is not None or not self.whole.on_air
        return self.known_now or (over and was_revised(self.whole.events))

    @property
    def is_over(self) -> bool:
        """Whether the night is past and all of it is shown, so that nothing more is awaited."""
        return self.moment is None and not self.whole.on_air

    async def made(self, request: Request, name: str, make: Callable[[], str], *kinds: str) -> Body:
        """A page, made once a state by whoever asks first. Its fragments of these ``kinds`` are made in slices; one
        page is made after the other, so that others have a turn. HTTPException 429 if too many of an address wait."""
        if not self.channel.has_cached(name):
            async with turn(request):
                if not self.channel.has_cached(name):
                    await make_texts(self.channel, of_kinds(self.channel, *kinds))
                    page = self.channel.cached(name, lambda: body(make()))
                    await asyncio.sleep(0)
                    return page
        return self.channel.cached(name, lambda: body(make()))

    async def answer(self, request: Request, page: Body) -> Response:
        """The response with a page, or 304 if the reader has it already."""
        await page.compress_beside(coding(request.headers))
        return in_language(request, answer(request, page, HTML, page.etag, SHARED))


async def shown_as_data(request: Request) -> Shown:
    """The night that an address of data asks for, in the language of ``?lang=`` alone, not a browser’s."""
    return await shown_by(request, wanted((asked(request, "lang"),), ""))


async def shown_by(request: Request, language: Language | None = None) -> Shown:
    """The night that an address asks for; HTTPException 404 for no such night or baseline, 400 for no such moment. The
    language is the reader's where none is given."""
    language = language or language_of(request)
    channel, moment = await channel_of(request, language), moment_of(request)
    assert channel.night is not None, "a channel shows once its night is opened"
    await know_baselines(process(request).hub, opened(channel.night.definition))
    known_now = is_known_now(request) and not (channel.on_air and moment is None)
    if baseline_of(request) or known_now or moment:
        await asyncio.sleep(0)  # to make an edition takes a while, and what follows, too
    whole = then = moments.as_known_now(channel) if known_now else channel
    if moment and moment >= whole.events[-1].at and not channel.on_air:
        moment = None  # after its last event a past night is the whole night
    if moment:
        await moments.make_at(whole, moment)
        then = moments.at(whole, moment)
        moment = then.events[-1].at  # every moment until the next event shows the same page
    settings = process(request).settings
    key = public_key(settings.secret_key) if settings.push_contact else ""
    return Shown(then, whole, language, baseline_of(request), moment, known_now, settings.public_url, key)
