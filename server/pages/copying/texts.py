"""What is copied of a contest, or of a night's score: the words and figures of its page, in each form. No HTTP."""

from collections.abc import Callable, Mapping, Sequence

from server.election.counts import Count
from server.election.results.tally import add_up
from server.html.languages import Language
from server.html.marked import marked
from server.html.shown import Shown
from server.html.telling import verdicts
from server.html.telling.words import as_at, corrected, told, told_score
from server.html.templates import part_of, several_seats
from server.pages.copying.tables import Words, as_html, as_lines, as_markdown, as_wikitext

MOST = 300  # characters of a post, its link among them: the least that the large services take

FORMS: Mapping[str, Callable[[Shown, Count | None], str]] = {
    "post": lambda shown, count: post(shown, count),
    "wire": lambda shown, count: as_lines(words(shown, count)),
    "html": lambda shown, count: as_html(words(shown, count), shown.language.tag),
    "markdown": lambda shown, count: as_markdown(words(shown, count)),
    "wikitext": lambda shown, count: as_wikitext(words(shown, count)),
}


def post(shown: Shown, count: Count | None) -> str:
    """The result and the link, in at most ``MOST`` characters: as many of its facts as there is room for, the first
    ones first. What was corrected says so, and a rehearsal or a replay that it is one."""
    return posted(shown, _told(shown, count), _link(shown, count))


def posted(shown: Shown, facts: Sequence[str], link: str) -> str:
    """A post of these facts."""
    room = MOST - 1
    first, *others = facts
    text = _shortened(marked(shown.night.definition, first, shown.language), room - len(link))
    for fact in others:
        if len(text) + len(fact) + 3 + len(link) > room:
            break
        text += f" · {fact}"
    return f"{text}\n{link}"


def words(shown: Shown, count: Count | None) -> Words:
    """A contest's candidates, or a night's parties, as a table."""
    night, language = shown.night, shown.language
    _ = language.gettext
    below = [*_told(shown, count)]
    if count and as_at(night, language) not in below:
        below.append(as_at(night, language))
    if night.definition.attribution:
        below.append(night.definition.attribution)
    title = language.title(night.definition.title)
    if count is None:
        if several_seats(night.definition):
            message = "Shares are of the votes of each party’s best candidate in each contest declared so far."
            below.append(_(message))
        rows = tuple(
            (
                language.party(night.parties[total.party]),
                *(language.number(total.seats), language.signed(total.net)),
                *(language.number(total.votes), language.percent(total.share)),
            )
            for total in add_up(night).parties
        )
        columns = (_("Party"), _("Seats"), _("Net"), _("Votes"), _("Share of votes"))
        return Words(marked(night.definition, title, language), columns, rows, tuple(below), _link(shown, None))
    seat = language.seat_in(night.definition, count.contest)
    caption = title if night.is_single else f"{seat}, {title}"
    shares_are_of = count.contest.rules.shares_are_of
    votes = _("First preferences") if shares_are_of == "first preferences" else _("Votes")
    columns = (_("Candidate"), _("Party"), votes, _("Share of votes"), _("Change"))
    rows = _candidates(shown, count, language)
    if count.result and len(count.result.elected) > verdicts.PEOPLE_TOLD:
        below.insert(1, _("Elected: %(names)s") % {"names": verdicts.names(count.contest, count.result)})
    if shares_are_of == "best candidates" and count.result and not count.result.unopposed:
        message = "Votes, and the share of each party’s best candidate: of the %(valid)s votes that these have together"
        below.append(_(message) % {"valid": language.number(count.result.valid)})
    return Words(
        marked(night.definition, caption, language),
        columns,
        rows,
        tuple(below),
        _link(shown, count),
        names=2,
        of_people=True,
    )


def _candidates(shown: Shown, count: Count, language: Language) -> tuple[tuple[str, ...], ...]:
    parties, result, first = shown.night.parties, count.result, count.first_round
    valid = sum(first.values())
    if result is None or result.unopposed:
        return tuple(
            (
                *(count.contest.told(one.id), one.description or language.party(parties[one.party])),
                *(
                    (language.number(first[one.id]), language.percent(part_of(first[one.id], valid)))
                    if first
                    else ("", "")
                ),
                "",
            )
            for one in sorted(count.contest.standing, key=lambda one: -first.get(one.id, 0))
        )
    return tuple(
        (
            count.contest.told(line.candidate.id),
            line.candidate.description or language.party(parties[line.candidate.party]),
            language.number(line.votes),
            language.percent(line.share) if line.best else "",
            "" if line.change is None else language.points(line.change),
        )
        for line in result.lines
    )


def _told(shown: Shown, count: Count | None) -> list[str]:
    if count is None:
        return told_score(shown.night, add_up(shown.night), shown.language, shown.is_over).split(" · ")
    facts = told(shown.night, count, shown.language, shown.is_over).split(" · ")
    put_right = corrected(count, shown.language)
    return [facts[0], *([put_right] if put_right else []), *facts[1:]]


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _link(shown: Shown, count: Count | None) -> str:
    night = f"{shown.site}/nights/{shown.night.definition.id}"
    page = f"/contests/{count.contest.ballot}" if count else ""
    return f"{night}{page}{shown.kept({'lang': '' if shown.language.code == 'en' else shown.language.code})}"
