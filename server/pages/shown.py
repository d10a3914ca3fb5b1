"""A night as one request asks for it, and the answer to that request. No content of any page."""

from collections.abc import Mapping
from datetime import datetime

from markupsafe import Markup
from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.answers import HTML, Body, answer
from server.election.contests import Definition
from server.election.events import NightOpened
from server.election.nights import Count, Night
from server.live.channel import Channel
from server.nights import against
from server.pages.address import baseline_of, channel_of, in_language, kept, language_of, moment_of
from server.pages.languages import Language
from server.pages.render import cursor
from server.pages.templates import rendered


class Shown(Struct, frozen=True):
    """``channel`` is the night in its edition, and as of a ``moment`` if the address names one; ``site`` is how all
    addresses begin for somebody elsewhere."""

    channel: Channel
    language: Language
    baseline: str
    moment: datetime | None
    site: str

    @property
    def night(self) -> Night:
        """The state that is shown."""
        assert self.channel.night is not None, "a channel shows once its night is opened"
        return self.channel.night

    @property
    def opened(self) -> Definition:
        """The night as it was opened, against its own baseline."""
        first = self.channel.events[0]
        assert isinstance(first, NightOpened), "a night begins with its opening"
        return first.night

    def count(self, ballot: str) -> Count:
        """How far a contest of it has come; HTTPException 404 where the night has no such contest."""
        if ballot not in self.night.counts:
            sentence = self.language.gettext("%(ballot)s is not a contest of this night.")
            raise HTTPException(404, sentence % {"ballot": ballot})
        return self.night.counts[ballot]

    def text(self, fragment: str) -> Markup:
        """A fragment of it, as the push sends it."""
        return Markup(self.channel.text(fragment))

    def picture(self, ballot: str = "") -> str:
        """The whole address of the picture of a contest, or of the night, in this language and state."""
        page = f"/contests/{ballot}" if ballot else ""
        # Who shares it keeps a picture by its address: another state must have another.
        state = {"lang": self.language.code, "seq": str(self.night.seq)}
        night = f"{self.site}/nights/{self.night.definition.id}"
        return f"{night}{page}/picture.png{kept(self.baseline, self.moment, state)}"

    def page(self, template: str, topic: str, query: Mapping[str, str] | None = None, **context: object) -> str:
        """A page from its template, with what every page of a night needs.

        ``topic`` is what the push has for it, "" the night's own; ``query`` what its own address says.
        """
        query = query or {}
        baselines = [(one, kept(one.key, self.moment, query) or "?") for one in against.baselines(self.opened)]
        return rendered(
            template,
            self.language,
            night=self.night,
            live=self.channel.on_air,
            moment=self.moment,
            baseline=self.baseline,
            baselines=baselines,
            kept=kept(self.baseline, self.moment),
            here=kept(self.baseline, self.moment, query),
            topic=topic,
            head=self.channel.head,
            cursor=Markup(cursor(self.night.seq)),
            **context,
        )

    def answer(self, request: Request, page: Body) -> Response:
        """The page, or 304 where the reader has it."""
        return in_language(request, answer(request, page, HTML, page.etag))


def shown_by(request: Request) -> Shown:
    """What an address asks for; HTTPException where there is no such night, baseline or moment."""
    channel, moment = channel_of(request), moment_of(request)
    if moment:
        channel = channel.at(moment)
        moment = channel.events[-1].at  # all moments until the next event are one page
    site: str = request.state.settings.public_url
    return Shown(channel, language_of(request), baseline_of(request), moment, site)
