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
from server.election.known import was_revised
from server.election.nights import Count, Night
from server.live import past
from server.live.channel import Channel
from server.nights import against
from server.pages.address import (
    baseline_of,
    channel_of,
    in_language,
    is_known_now,
    kept,
    language_of,
    moment_of,
    staying,
)
from server.pages.languages import Language
from server.pages.render import cursor
from server.pages.templates import rendered
from server.pages.timeline import timeline

_NOTHING: Mapping[str, str] = {}


class Shown(Struct, frozen=True):
    """``channel`` is the night in its edition, and as of a ``moment`` if the address names one; ``whole`` is it at any
    moment. ``known_now``: corrections and withdrawals are resolved. ``site`` is how all addresses begin for somebody
    elsewhere."""

    channel: Channel
    whole: Channel
    language: Language
    baseline: str
    moment: datetime | None
    known_now: bool
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

    @property
    def state(self) -> dict[str, str]:
        """What the address says of it besides the night and the language, "" where nothing."""
        at = self.moment.isoformat() if self.moment else ""
        return {"baseline": self.baseline, "at": at, "known": "now" if self.known_now else ""}

    def kept(self, more: Mapping[str, str] = _NOTHING) -> str:
        """What a link to another page of it takes along."""
        return kept(self.state, more)

    def text(self, fragment: str) -> Markup:
        """A fragment of it, as the push sends it."""
        return Markup(self.channel.text(fragment))

    def picture(self, ballot: str = "") -> str:
        """The whole address of the picture of a contest, or of the night, in this language and state."""
        page = f"/contests/{ballot}" if ballot else ""
        # Who shares it keeps a picture by its address: another state must have another.
        more = {"lang": self.language.code, "seq": str(self.night.seq)}
        night = f"{self.site}/nights/{self.night.definition.id}"
        return f"{night}{page}/picture.png{self.kept(more)}"

    def page(self, template: str, topic: str, query: Mapping[str, str] | None = None, **context: object) -> str:
        """A page from its template, with what every page of a night needs.

        ``topic`` is what the push has for it, "" the night's own; ``query`` what its own address says.
        """
        query = query or {}
        others = {**self.state, **query}

        def then(at: str) -> str:
            return kept(others | {"at": at}) or "?"

        page = rendered(
            template,
            self.language,
            night=self.night,
            live=self.channel.on_air,
            moment=self.moment,
            baseline=self.baseline,
            baselines=[(one, kept(others | {"baseline": one.key}) or "?") for one in against.baselines(self.opened)],
            tellings=[(now, kept(others | {"known": now}) or "?") for now in ("", "now")] if self._is_revised else [],
            known_now=self.known_now,
            state=self.state,
            kept=kept({"baseline": self.baseline}),
            here=kept(others),
            topic=topic,
            head=self.channel.head,
            cursor=Markup(cursor(self.night.seq)),
            timeline=None if self.whole.on_air else timeline(self.whole),
            others=others,
            then=then,
            **context,
        )
        return staying(page, self.night.definition.id, {name: self.state[name] for name in ("at", "known")})

    @property
    def _is_revised(self) -> bool:
        """Whether it makes a difference what is known now."""
        over = self.moment is not None or not self.whole.on_air
        return self.known_now or (over and was_revised(self.whole.events))

    def answer(self, request: Request, page: Body) -> Response:
        """The page, or 304 where the reader has it."""
        return in_language(request, answer(request, page, HTML, page.etag))


def shown_by(request: Request) -> Shown:
    """What an address asks for; HTTPException where there is no such night, baseline or moment."""
    channel, moment = channel_of(request), moment_of(request)
    known_now = is_known_now(request) and not (channel.on_air and moment is None)
    whole = then = past.as_known_now(channel) if known_now else channel
    if moment and moment >= whole.events[-1].at and not channel.on_air:
        moment = None  # a past night at its end is the whole night
    if moment:
        then = past.at(whole, moment)
        moment = then.events[-1].at  # all moments until the next event are one page
    site: str = request.state.settings.public_url
    return Shown(then, whole, language_of(request), baseline_of(request), moment, known_now, site)
