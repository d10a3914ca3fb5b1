"""What a browser shows of an event of a seat that somebody follows. Nothing is sent."""

import msgspec
from msgspec import Struct

from server.election.counts import Count, judged_again
from server.election.events import BallotPaperAmended, Corrected, Declared, NoPollTaken, Withdrawn
from server.election.nights import Night
from server.election.results.amendments import paper_before
from server.html.languages import Language
from server.html.marked import marked
from server.html.telling import verdicts

SetsNews = Declared | Corrected | Withdrawn | NoPollTaken | BallotPaperAmended
TOLD = (Declared, Corrected, Withdrawn, NoPollTaken, BallotPaperAmended)
"""The events that somebody can be told of who follows the seat; of an amendment only where ``changes``."""


class Notice(Struct, frozen=True):
    """What is shown: a newer one of the same ``tag`` takes its place, and it leads to ``url``."""

    title: str
    body: str
    tag: str
    url: str
    lang: str


def changes(night: Night, count: Count, event: BallotPaperAmended, language: Language) -> bool:
    """Whether an amendment makes another notice of what is declared, such as a hold of a gain."""
    before = paper_before(night, event)
    if not count.result or {one.id for one in before.candidates} != {one.id for one in count.contest.candidates}:
        return False
    return _result(night, judged_again(count, before), language) != _result(night, count, language)


def notice(night: Night, count: Count, event: SetsNews, language: Language, site: str) -> bytes:
    """The notice of an event as JSON, with what stands now."""
    seat, name = language.seat(count.contest), night.definition
    if count.result:
        title, body = _result(night, count, language)
        if isinstance(event, Corrected | BallotPaperAmended):
            body = language.gettext("Corrected: %(result)s") % {"result": body}
    elif count.no_poll:
        words = {"postponed": "Postponed", "countermanded": "Countermanded", "uncontested": "Uncontested"}
        title, body = f"{seat}: {language.gettext(words[count.no_poll.state])}", count.no_poll.reason
    else:
        title = f"{seat}: {language.gettext('result withdrawn')}"
        body = event.reason if isinstance(event, Withdrawn) else ""
    title = marked(name, title, language)
    url = f"{site}/nights/{name.id}/contests/{count.contest.ballot}?lang={language.code}"
    return msgspec.json.encode(Notice(title, body[:300], f"{name.id}/{count.contest.slug}", url, language.tag))


def _result(night: Night, count: Count, language: Language) -> tuple[str, str]:
    """Title and text of what is declared."""
    result = count.result
    assert result, "it is declared"
    told = (verdicts.from_whom(night, result, language), verdicts.elected(result, language))
    body = ", ".join(filter(None, (*told, verdicts.majority(result, language))))
    return f"{language.seat(count.contest)}: {verdicts.verdict(night, result, language)}", body
