"""A night or a contest as a chart service takes it: a row an entry with its colour, and a line that says as at when and
from where. No HTTP."""

from collections.abc import Iterator

from server.election.clock import LONDON
from server.election.counts import Count
from server.election.nights import Night
from server.election.parties import counted_as
from server.election.results.tally import add_up
from server.election.shares import share_text
from server.feeds.tables.rows import Cell
from server.html.colours import colour_of
from server.html.languages import Language
from server.html.marked import marked
from server.html.templates import part_of, several_seats

OF_PARTIES = ("party", "name", "colour", "seats", "net", "votes", "share")
OF_CANDIDATES = ("candidate", "party", "name", "colour", "votes", "share", "elected")


def entries(night: Night, count: Count | None, language: Language) -> Iterator[tuple[Cell, ...]]:
    """The names of the columns, then a row an entry: of a contest its candidates, else the parties of the night.

    ``party`` is the abbreviation, and ``share`` in percent as it is shown on pages.
    """
    if count is None:
        yield OF_PARTIES
        for total in add_up(night).parties:
            party = night.parties[total.party]
            named = (language.short(party), language.party(party), colour_of(party.id))
            yield (*named, total.seats, total.net, total.votes, share_text(total.share))
        return
    yield OF_CANDIDATES
    result, first = count.result, count.first_round
    is_unopposed = result is not None and result.unopposed
    told: dict[str, tuple[Cell, ...]] = {
        one: (number, share_text(part_of(number, sum(first.values()))), None) for one, number in first.items()
    }
    for line in result.lines if result else ():
        polled = line.votes, share_text(line.share) if line.best else None
        told[line.candidate.id] = (*((None, None) if is_unopposed else polled), line.elected)
    order = {line.candidate.id: place for place, line in enumerate(result.lines)} if result else {}
    order = order or {one: -number for one, number in first.items()}
    listed = [one for one in count.contest.candidates if one.id in told or one in count.contest.standing]
    for candidate in sorted(listed, key=lambda one: order.get(one.id, len(order))):
        party, name = night.parties[candidate.party], count.contest.told(candidate.id)
        named = (name, language.short(party), candidate.description or language.party(party))
        yield (*named, colour_of(counted_as(candidate.party)), *told.get(candidate.id, (None, None, None)))


def heading(night: Night, count: Count | None, language: Language) -> str:
    """What the chart is of: the contest, or the night."""
    title = language.title(night.definition.title)
    if count and not night.is_single:
        title = f"{language.seat_in(night.definition, count.contest)}, {title}"
    if count and count.contest.rules.shares_are_of == "first preferences":
        title = f"{title}: {language.gettext('First preferences')}"
    return marked(night.definition, title, language)


def note(night: Night, count: Count | None, language: Language) -> str:
    """As at when, how many are declared, and what shares are of where that is not the votes."""
    when = f"{language.clock(night.at)}, {language.day(night.at.astimezone(LONDON).date())}"
    told = {"declared": language.number(night.declared), "all": language.number(night.awaited)}
    as_at = language.gettext("as at %(time)s") % {"time": when}
    said = f"{language.gettext('%(declared)s of %(all)s declared') % told}, {as_at}"
    if count.contest.rules.votes_a_paper == 1 if count else not several_seats(night.definition):
        return said
    shares = "Shares are of the votes of each party’s best candidate in each contest declared so far."
    return f"{said}. {language.gettext(shares)}"


def metadata(night: Night, count: Count | None, language: Language, address: str) -> dict[str, object]:
    """What Datawrapper takes as external metadata: a title, the source with its address, and a note below."""
    return {
        "title": heading(night, count, language),
        "describe": {"source-name": night.definition.attribution or "Declared", "source-url": address},
        "annotate": {"notes": note(night, count, language)},
    }


def line(night: Night, count: Count | None, language: Language, address: str) -> str:
    """The same in one line, for who takes CSV alone."""
    said = (heading(night, count, language), note(night, count, language), night.definition.attribution, address)
    return " · ".join(part for part in said if part)
