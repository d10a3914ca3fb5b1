"""A result in a sentence, and the words that a picture and its page's metadata share, in a language. No drawing."""

from collections.abc import Iterator

from server.election.clock import LONDON
from server.election.contests import Contest
from server.election.counts import Count
from server.election.events import Corrected
from server.election.methods.rules import in_order
from server.election.nights import Night
from server.election.result import Result, Swing
from server.election.results.tally import Tally, is_early
from server.html.coming import called_off, is_before_poll
from server.html.languages import Language
from server.html.telling import verdicts
from server.html.telling.councils import counted, of_councils
from server.html.templates import part_of

_PARTIES_TOLD = 4


def told(night: Night, count: Count, language: Language, over: bool = False) -> str:
    """A contest in one line: verdict, seat, who is elected, majority, swing, turnout; before a result its stage, or if
    the night is ``over`` that there is none."""
    return " · ".join(_told(night, count, language, over))


def told_score(night: Night, tally: Tally, language: Language, over: bool = False) -> str:
    """The score in one line: the seats of the largest parties, who has a majority, how many are declared; of a night
    that is ``over`` without a result, that none was recorded."""
    seats = [
        f"{language.party(night.parties[party])} {language.number(seats)}"
        for party, seats, _ in counted(night, tally)
        if seats
    ]
    if not seats and (before := closes(night, language)):
        return before
    none = "" if seats or not over else language.gettext("No result was recorded")
    win = to_win(night, tally, language) or of_councils(night, language)
    parts = (none, ", ".join(seats[:_PARTIES_TOLD]), win, declared(night, language))
    return " · ".join(part for part in (*parts, as_at(night, language)) if part)


def _told(night: Night, count: Count, language: Language, over: bool) -> Iterator[str]:
    contest, result = count.contest, count.result
    if result is None:
        yield f"{language.seat_in(night.definition, contest)}: {stage_or_close(night, count, language, over)}"
        yield from so_far(count, language)
        return
    parts = {"verdict": verdicts.verdict(night, result, language), "seat": language.seat_in(night.definition, contest)}
    if moved := verdicts.moved(night, result, language):
        yield language.gettext("%(verdict)s %(seat)s: %(moved)s") % {**parts, "moved": moved}
    elif party := verdicts.loser(night, result, language):
        yield language.gettext("%(verdict)s %(seat)s from %(party)s") % {**parts, "party": party}
    else:
        yield language.gettext("%(verdict)s %(seat)s") % parts
    yield verdicts.elected(result, language)
    if not result.unopposed:
        yield verdicts.majority(result, language)
        yield from _second_round(result, language)
        if result.swing:
            yield language.gettext("swing %(swing)s") % {"swing": _swung(night, result.swing, language)}
        yield from map(": ".join, turnout(result, language))


def _second_round(result: Result, language: Language) -> Iterator[str]:
    """The votes of those who stayed: by the first preferences alone somebody else can be ahead."""
    stayed = [line for line in result.lines if line.total is not None]
    if stayed:
        totals = ", ".join(f"{line.candidate.name} {language.number(line.total or 0)}" for line in stayed)
        yield language.gettext("second round: %(totals)s") % {"totals": totals}


def _swung(night: Night, measured: Swing, language: Language) -> str:
    first, second = (language.short(night.parties[party]) for party in (measured.from_party, measured.to_party))
    parts = {"points": language.size(measured.size), "first": first, "second": second}
    return language.gettext("%(points)s points %(first)s to %(second)s") % parts


def swing(night: Night, measured: Swing | None, language: Language) -> Iterator[tuple[str, str]]:
    """A label with the parties of a swing, and its size; nothing if there is none."""
    if measured:
        first, second = (language.short(night.parties[party]) for party in (measured.from_party, measured.to_party))
        label = language.gettext("Swing, %(first)s to %(second)s") % {"first": first, "second": second}
        yield label, language.gettext("%(points)s points") % {"points": language.size(measured.size)}


def turnout(result: Result, language: Language) -> Iterator[tuple[str, str]]:
    """A label with the kind of turnout, and the turnout; nothing if the electorate is not known.

    It is of ballot papers if their number is known, as in the press, else of valid votes, or where each paper has
    several, of valid papers.
    """
    if result.turnout_papers is not None:
        yield language.gettext("Turnout, ballot papers"), language.percent(result.turnout_papers)
    elif result.turnout_valid is not None:
        several = result.verdict.seats
        label = language.gettext("Turnout, valid papers") if several else language.gettext("Turnout, valid votes")
        yield label, language.percent(result.turnout_valid)


def stage(count: Count, language: Language) -> str:
    """The stage that a contest without a result has reached, in words."""
    if count.preferences and count.status not in ("postponed", "countermanded", "withdrawn"):
        return _first_round(count.contest, count.preferences.votes, language)
    match count.status:
        case "postponed":
            return language.gettext("The poll is postponed")
        case "countermanded":
            return language.gettext("The poll is countermanded")
        case "boxes in":
            return language.gettext("Ballot boxes are in")
        case "verified":
            return language.gettext("Ballot papers verified")
        case "counting":
            return language.gettext("Counting")
        case "provisional":
            return language.gettext("Provisional result with the candidates")
        case "recount" if count.recount and count.recount > 1:
            return language.gettext("Recount %(number)s") % {"number": count.recount}
        case "recount":
            return language.gettext("Recount")
        case "withdrawn":
            return language.gettext("Report withdrawn, being checked")
        case _:
            return language.gettext("Waiting for the count")


def _first_round(contest: Contest, votes: dict[str, int], language: Language) -> str:
    """Who stays for a second round, with their shares of the first preferences."""
    stay, valid = contest.rules.remaining(votes), sum(votes.values())
    shares = (
        f"{contest.told(one)} {language.percent(part_of(votes[one], valid))}" for one in in_order(votes) if one in stay
    )
    return language.gettext("second round between %(shares)s") % {"shares": ", ".join(shares)}


def stage_or_close(night: Night, count: Count, language: Language, over: bool) -> str:
    """The stage that a contest without a result has reached, or until when its poll is open; if the night is ``over``
    and nobody said anything, that there is no result."""
    if count.status != "awaiting":
        return stage(count, language)
    ended = language.gettext("No result was recorded") if over else stage(count, language)
    return closes(night, language) or ended


def so_far(count: Count, language: Language) -> Iterator[str]:
    """What is known of a contest without a result, each fact in a few words."""
    contest = count.contest
    if count.no_poll:
        yield count.no_poll.reason
        return
    if count.papers is not None:
        yield language.gettext("%(papers)s ballot papers verified") % {"papers": language.number(count.papers)}
        if contest.electorate:
            share = language.share(part_of(count.papers, contest.electorate))
            yield language.gettext("turnout %(share)s%%") % {"share": share}
    number = len(contest.standing)
    candidates = language.ngettext("%(number)s candidate", "%(number)s candidates", number)
    yield candidates % {"number": language.number(number)}
    if contest.electorate:
        yield language.gettext("electorate %(number)s") % {"number": language.number(contest.electorate)}
    if count.expected:
        yield language.gettext("expected %(time)s") % {"time": language.clock(count.expected)}


def corrected(count: Count, language: Language) -> str:
    """Says that the figures were corrected, and when; "" if they were not."""
    last = count.last
    if not isinstance(last, Corrected):
        return ""
    if last.slip:
        words = language.gettext("A slip put right at %(time)s")
    else:
        words = language.gettext("Figures revised at %(time)s")
    return words % {"time": language.clock(last.at)}


def note_withdrawn(language: Language) -> str:
    """Says that a note was taken back."""
    return language.gettext("Note withdrawn")


def to_win(night: Night, tally: Tally, language: Language) -> str:
    """Who has a majority of the House, or how many seats are missing; "" on a night that cannot make a majority."""
    parts: dict[str, str] = {"line": language.number(tally.line)}
    if not tally.line:
        return ""
    if tally.majority:
        party = language.party(night.parties[tally.majority.party])
        parts["majority"] = language.gettext("%(party)s overall majority") % {"party": party}
        parts["time"] = language.clock(tally.majority.at)
        return language.gettext("%(majority)s, reached at %(time)s") % parts
    if tally.declared == tally.contests:
        return language.gettext("No party has the %(line)s seats that make a majority") % parts
    if tally.hung:
        parts["hung"] = language.gettext("No party can have a majority any more")
        parts["time"] = language.clock(tally.hung.at)
        return language.gettext("%(hung)s, since %(time)s: %(line)s make one") % parts
    lead = tally.lead
    if lead is None:
        return language.gettext("%(line)s make a majority") % parts
    if is_early(night):
        return language.gettext("%(line)s make a majority: too early to say who will be ahead") % parts
    parts["party"], parts["number"] = (
        language.party(night.parties[lead.party]),
        language.number(tally.line - lead.seats),
    )
    return language.gettext("%(line)s make a majority: %(party)s, %(number)s to go") % parts


def declared(night: Night, language: Language) -> str:
    """ "412 of 650 declared", "649 of 649 declared, 1 postponed"."""
    parts = {"declared": language.number(night.declared), "all": language.number(night.awaited)}
    words = [language.gettext("%(declared)s of %(all)s declared") % parts]
    for state, number in called_off(night):
        message = "%(number)s postponed" if state == "postponed" else "%(number)s countermanded"
        words.append(language.gettext(message) % {"number": language.number(number)})
    return ", ".join(words)


def closes(night: Night, language: Language) -> str:
    """ "Poll closes at 22:00, Thursday 10 December 2026"; "" once it has closed."""
    if not is_before_poll(night):
        return ""
    close = night.definition.polls_close
    message = "Poll closes at %(time)s" if night.is_single else "Polls close at %(time)s"
    return f"{language.gettext(message) % {'time': language.clock(close)}}, {language.full_day(close)}"


def as_at(night: Night, language: Language) -> str:
    """The time of the last event, with its day, because a picture is seen on other days too."""
    time = f"{language.clock(night.at)}, {language.day(night.at.astimezone(LONDON).date())}"
    return language.gettext("as at %(time)s") % {"time": time}
