"""A night as one request asks for it, and the answer to that request. No content of any page."""

from collections.abc import Mapping
from datetime import datetime

from markupsafe import Markup
from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.election.contests import Definition
from server.election.events import NightOpened
from server.election.known import was_revised
from server.election.nights import Count, Night
from server.html.address import (
    baseline_of,
    channel_of,
    in_language,
    is_known_now,
    kept,
    language_of,
    moment_of,
)
from server.html.answers import HTML, answer
from server.html.languages import Language
from server.html.process import process
from server.live import moments as past
from server.live.bodies import Body
from server.live.channel import Channel

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

    @property
    def is_revised(self) -> bool:
        """Whether it makes a difference what is known now."""
        over = self.moment is not None or not self.whole.on_air
        return self.known_now or (over and was_revised(self.whole.events))

    def answer(self, request: Request, page: Body) -> Response:
        """The page, or 304 where the reader has it."""
        return in_language(request, answer(request, page, HTML, page.etag))


def shown_by(request: Request) -> Shown:
    """What an address asks for; HTTPException where there is no such night, baseline or moment."""
    channel, moment = channel_of(request, language_of(request)), moment_of(request)
    known_now = is_known_now(request) and not (channel.on_air and moment is None)
    whole = then = past.as_known_now(channel) if known_now else channel
    if moment and moment >= whole.events[-1].at and not channel.on_air:
        moment = None  # a past night at its end is the whole night
    if moment:
        then = past.at(whole, moment)
        moment = then.events[-1].at  # all moments until the next event are one page
    site = process(request).settings.public_url
    return Shown(then, whole, language_of(request), baseline_of(request), moment, known_now, site)
