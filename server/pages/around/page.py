"""A page of a night, whole: its content from a template, with what every page of a night has around it."""

import asyncio
from collections.abc import Mapping

from markupsafe import Markup

from server.election.bodies import Body
from server.election.counts import Count
from server.election.results.councils.council import council
from server.election.results.tally import add_up
from server.html.address import kept, staying
from server.html.shown import Shown
from server.html.swaps import cursor, stood
from server.html.telling.councils import of_council
from server.html.telling.words import as_at, told, told_score
from server.html.templates import rendered
from server.nights import against
from server.pages.player.timeline import timeline

_NOTHING: Mapping[str, str] = {}


async def prepared(shown: Shown) -> None:
    """Make, in a turn of its own, what every page of a past night has around it and takes long."""
    if not (shown.whole.on_air or shown.whole.has_cached("timeline")):
        _ = timeline(shown.whole).data
        await asyncio.sleep(0)


def page(
    shown: Shown,
    template: str,
    topic: str,
    query: Mapping[str, str] = _NOTHING,
    about: Count | Body | None = None,
    copying: Mapping[str, str] | None = None,
    **context: object,
) -> str:
    """The HTML of a page of a night, from its template and that template's ``context``.

    ``topic`` is the page's topic for the push, "" for the night's own. ``query`` are the parameters of the page's
    address besides the state that all pages of the night share. ``about`` is the contest or council that the page is
    about, None for a page about the whole night; so is what search engines and shared links tell of it. ``copying`` is
    which tables of the page can be copied, where its ``view`` does not say so.
    """
    others = {**shown.state, **query}
    ballot = about.contest.ballot if isinstance(about, Count) else ""

    def then(at: str) -> str:
        return kept(others | {"at": at}) or "?"

    html = rendered(
        template,
        shown.language,
        night=shown.night,
        live=shown.channel.on_air,
        moment=shown.moment,
        described=_described(shown, about),
        pictured=_described(shown, None) if isinstance(about, Body) else "",
        picture=shown.picture(ballot),
        site=shown.site,
        push_key=shown.push_key,
        feed=kept({"baseline": shown.baseline, "lang": shown.language.code, "contest": ballot}),
        framed=_framed(shown, ballot) if topic in ("", ballot) else "",
        baseline=shown.baseline,
        baselines=[
            (choice, kept(others | {"baseline": choice.key}) or "?") for choice in against.baselines(shown.opened)
        ],
        tellings=[(now, kept(others | {"known": now}) or "?") for now in ("", "now")] if shown.is_revised else [],
        known_now=shown.known_now,
        state=shown.state,
        kept=kept({"baseline": shown.baseline}),
        here=kept(others),
        copies=bool(copying),
        copied=kept(others | {"of": str(context.get("view", "")), **(copying or {})}),
        topic=topic,
        head=shown.channel.head,
        cursor=Markup(cursor(shown.night.seq, stood(shown.night.at))),
        timeline=None if shown.whole.on_air else timeline(shown.whole),
        others=others,
        then=then,
        **context,
    )
    return staying(html, shown.night.definition.id, {name: shown.state[name] for name in ("at", "known")})


def _framed(shown: Shown, ballot: str) -> str:
    """The query by which oEmbed is asked for the frame of a night's or a contest's own page."""
    page = f"{shown.site}/nights/{shown.night.definition.id}{f'/contests/{ballot}' if ballot else ''}"
    return kept({"url": page + shown.kept({"lang": shown.language.code})})


def _described(shown: Shown, about: Count | Body | None) -> str:
    night = shown.night
    if isinstance(about, Body):
        facts = of_council(night, council(night, about), shown.language)
        return " · ".join((*facts, as_at(night, shown.language)))
    count = next(iter(night.counts.values())) if night.is_single else about
    if count:
        return told(night, count, shown.language, shown.is_over)
    return told_score(night, add_up(night), shown.language, shown.is_over)
