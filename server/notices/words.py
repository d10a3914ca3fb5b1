"""What a browser shows of an event of a seat that somebody follows. Nothing is sent."""

import msgspec
from msgspec import Struct

from server.election.counts import Count
from server.election.events import Corrected, Declared, NoPollTaken, Withdrawn
from server.election.nights import Night
from server.html.languages import Language
from server.html.marked import marked
from server.html.telling import verdicts

SetsNews = Declared | Corrected | Withdrawn | NoPollTaken
TOLD = (Declared, Corrected, Withdrawn, NoPollTaken)
"""The events that somebody is told of who follows the seat."""


class Notice(Struct, frozen=True):
    """What is shown: a newer one of the same ``tag`` takes its place, and it leads to ``url``."""

    title: str
    body: str
    tag: str
    url: str
    lang: str


def notice(night: Night, count: Count, event: SetsNews, language: Language, site: str) -> bytes:
    """The notice of an event as JSON, with what stands now."""
    seat, result = language.seat_in(night.definition, count.contest), count.result
    if result:
        title = f"{seat}: {verdicts.verdict(night, result, language)}"
        facts = [verdicts.elected(result, language), verdicts.majority(result, language)]
        if gained := verdicts.from_whom(night, result, language):
            facts.insert(0, gained)
        body = ", ".join(facts)
        if isinstance(event, Corrected):
            body = language.gettext("Corrected: %(result)s") % {"result": body}
    elif count.no_poll:
        words = {"postponed": "Postponed", "countermanded": "Countermanded", "uncontested": "Uncontested"}
        title, body = f"{seat}: {language.gettext(words[count.no_poll.state])}", count.no_poll.reason
    else:
        title = f"{seat}: {language.gettext('result withdrawn')}"
        body = event.reason if isinstance(event, Withdrawn) else ""
    name = night.definition
    title = marked(name, title, language)
    url = f"{site}/nights/{name.id}/contests/{count.contest.ballot}?lang={language.code}"
    return msgspec.json.encode(Notice(title, body[:300], f"{name.id}/{count.contest.slug}", url, language.tag))
