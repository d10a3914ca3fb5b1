"""A draft as viewers will see it, by the pages that they will see; only who runs the place sees it now."""

import re
from asyncio import to_thread

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.setup.requests import ADMINS, draft_of, sheet_of
from server.count.visit.our_pages import csrf
from server.count.visit.rules import SignedIn
from server.count.visit.sending import new_id
from server.election.counting.acts import PLACE
from server.election.events import DeclarationExpected, NightOpened, NoPollTaken
from server.election.texts.said import say
from server.html.address import in_language, language_of
from server.html.answers import HTML
from server.html.languages import Language
from server.html.process import process
from server.html.root import rooted
from server.html.security import policy
from server.html.shown import Shown
from server.html.templates import rendered
from server.live.channel import Channel
from server.nights.coming.made import Made, NotMade, made
from server.pages.contest.pages import contest_page
from server.pages.night.pages import night_page
from server.pages.render import PageRenderer
from server.stream.clock import now


@allows(SignedIn(ADMINS))
async def preview(request: Request) -> Response:
    """``GET /admin/nights/{draft}/preview``: the night's page, or that of one of its contests, and a bar to open the
    night. As long as something is wrong it leads back to the draft."""
    draft, stored = await draft_of(request)
    try:
        night = await to_thread(made, sheet_of(stored))
    except NotMade:
        return RedirectResponse(f"/admin/nights/{draft}", 303)
    language = language_of(request)
    shown = _shown(night, process(request).settings.public_url, language)
    ballot = request.path_params.get("ballot", "")
    if ballot and ballot not in shown.night.counts:
        raise HTTPException(404, say("%(ballot)s is not a contest of this night.", ballot=ballot))
    html = contest_page(shown, shown.count(ballot)) if ballot else night_page(shown, "")
    bar = rendered(
        "setup/bar.html",
        language,
        draft=draft,
        stored=stored,
        csrf=csrf(request),
        contest_field=f"{PLACE}/",
        key=new_id(),
        definition=night.definition,
    )
    # No script runs in it: the page would follow a night that is not on air.
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": f"{policy()}; script-src 'none'"}
    return in_language(request, Response(_within(html, draft, shown, bar), 200, headers, HTML))


def _shown(night: Made, site: str, language: Language) -> Shown:
    channel = Channel(PageRenderer().another(language.code, ""))
    at = now()
    expected = [
        DeclarationExpected(seq=seq, at=at, by="", command_id="", ballot=ballot, expected=moment)
        for seq, (ballot, moment) in enumerate(night.expected.items(), 2)
    ]
    no_polls = [
        NoPollTaken(seq=seq, at=at, by="", command_id="", ballot=ballot, state=state, reason=reason)
        for seq, (ballot, (state, reason)) in enumerate(night.no_polls.items(), 2 + len(expected))
    ]
    channel.advance([NightOpened(seq=1, at=at, by="", command_id="", night=night.definition), *expected, *no_polls])
    return Shown(channel, channel, language, "", None, False, site)


def _within(html: str, draft: str, shown: Shown, bar: str) -> str:
    """The page with a bar above it, and with links that stay in the preview."""
    night, spoken = shown.night.definition.id, shown.language
    here = rooted(f"/admin/nights/{draft}/preview")

    def link(match: re.Match[str]) -> str:
        contest = re.match(r"/contests/([^/?#\"]+)$", match[1])
        return f'href="{here}/{contest[1]}"' if contest else f'href="{here}"'

    air, title = spoken.gettext("Not on air"), spoken.gettext("Preview:")
    html = re.sub(r'<span id="air">.*?</noscript>', f'<b class="tag">{air}</b>', html, count=1)
    html = re.sub(rf'href="{rooted("/nights/")}{re.escape(night)}([^"]*)"', link, html)
    return html.replace('<main id="main"', f'{bar}<main id="main"', 1).replace("<title>", f"<title>{title} ", 1)
