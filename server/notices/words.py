"""What a browser shows of an event of a seat that somebody follows. Nothing is sent."""

import msgspec
from msgspec import Struct

from server.election.counts import Count, judged_again
from server.election.events import BallotPaperAmended, Corrected, Declared, NoPollTaken, Withdrawn
from server.election.nights import Night
from server.election.results.amendments import paper_before
from server.html.languages import Language, language
from server.html.marked import marked
from server.html.telling import verdicts

SetsNews = Declared | Corrected | Withdrawn | NoPollTaken | BallotPaperAmended
TOLD = (Declared, Corrected, Withdrawn, NoPollTaken, BallotPaperAmended)
"""The events that somebody may be told of who follows the seat."""


class Notice(Struct, frozen=True):
    """What is shown: a newer one of the same ``tag`` takes its place, and it leads to ``url``."""

    title: str
    body: str
    tag: str
    url: str
    lang: str


def is_news(night: Night, count: Count, event: SetsNews) -> bool:
    """Whether who follows the seat is told: of an amended ballot paper only if it puts right what they were told."""
    if not isinstance(event, BallotPaperAmended):
        return True
    papers = paper_before(night, event), event.contest
    same = len({frozenset(one.id for one in paper.candidates) for paper in (*papers, count.contest)}) == 1
    if not count.result or not count.had_a_result(event.seq) or not same:
        return False
    before, after = (_facts(night, judged_again(count, paper), language("en")) for paper in papers)
    return before != after


def notice(night: Night, count: Count, event: SetsNews, language: Language, site: str) -> bytes:
    """The notice of an event as JSON, with what stands now."""
    title, body = _facts(night, count, language)
    if count.result and isinstance(event, Corrected | BallotPaperAmended):
        body = language.gettext("Corrected: %(result)s") % {"result": body}
    if isinstance(event, Withdrawn) and not count.result and not count.no_poll:
        body = event.reason
    name = night.definition
    title = marked(name, title, language)
    url = f"{site}/nights/{name.id}/contests/{count.contest.ballot}?lang={language.code}"
    return msgspec.json.encode(Notice(title, body[:300], f"{name.id}/{count.contest.slug}", url, language.tag))


def _facts(night: Night, count: Count, language: Language) -> tuple[str, str]:
    """What stands now, as a title and what is under it."""
    seat, result = language.seat_in(night.definition, count.contest), count.result
    if result:
        facts = [verdicts.elected(result, language)]
        if not result.unopposed:
            facts.append(verdicts.majority(result, language))
        if gained := verdicts.from_whom(night, result, language):
            facts.insert(0, gained)
        return f"{seat}: {verdicts.verdict(night, result, language)}", ", ".join(facts)
    if count.no_poll:
        words = {"postponed": "Postponed", "countermanded": "Countermanded", "uncontested": "Uncontested"}
        return f"{seat}: {language.gettext(words[count.no_poll.state])}", count.no_poll.reason
    return f"{seat}: {language.gettext('result withdrawn')}", ""
