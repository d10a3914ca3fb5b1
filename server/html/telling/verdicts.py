"""The verdict of a contest in words, and who is elected, for pictures and for what links tell of a page."""

from server.election.contests import Contest
from server.election.nights import Night
from server.election.result import Result
from server.html.languages import Language

PEOPLE_TOLD = 3


def verdict(night: Night, result: Result, language: Language) -> str:
    """The verdict in two words, such as "UKIP GAIN"; of several seats who won how many, "LAB 2, CON 1"."""
    if result.verdict.seats:
        won = [f"{language.short(night.parties[one])} {number}" for one, number in result.verdict.won.items()]
        if result.verdict.vacant:
            won.append(language.gettext("%(number)s vacant") % {"number": language.number(result.verdict.vacant)})
        return ", ".join(won).upper()
    party = language.short(night.parties[result.verdict.winner]).upper()
    match result.verdict.kind:
        case "gain":
            return f"{party} {language.pgettext('verdict', 'GAIN')}"
        case "hold":
            return f"{party} {language.pgettext('verdict', 'HOLD')}"
        case "win":
            return f"{party} {language.pgettext('verdict', 'WIN')}"


def moved(night: Night, result: Result, language: Language) -> str:
    """What a contest for several seats changed, as in "Lab +1"; "" where one seat was fought, or nothing is known."""
    verdict = result.verdict
    if not verdict.seats or verdict.kind == "win":
        return ""
    moves = verdict.gained or {party: -number for party, number in verdict.lost.items()}
    named = [(night.parties[party], number) for party, number in moves.items() if party in night.parties]
    told = ", ".join(f"{language.short(party)} {language.signed(number)}" for party, number in named)
    return told or language.gettext("no change")


def from_whom(night: Night, result: Result, language: Language) -> str:
    """Whom the seat was gained from, as in "from Conservative", or what several seats changed; "" if there is nothing
    to say."""
    if change := moved(night, result, language):
        return change
    party = loser(night, result, language)
    return language.gettext("from %(party)s") % {"party": party} if party else ""


def loser(night: Night, result: Result, language: Language) -> str:
    """The name of the party that lost the seat, in the form that follows "from"; "" if none did."""
    if result.verdict.kind != "gain" or result.verdict.previous is None:
        return ""
    return language.from_party(night.parties[result.verdict.previous])


def elected(result: Result, language: Language) -> str:
    """Who was elected, as in "Mark Reckless elected", and how if it was without a poll or by lot."""
    if result.unopposed:
        words = language.gettext("%(name)s elected unopposed")
    elif result.by_lot and not result.verdict.seats:
        words = language.gettext("%(name)s elected by lot")
    else:
        words = language.gettext("%(name)s elected")
    if len(result.elected) <= PEOPLE_TOLD:
        return words % {"name": ", ".join(line.candidate.name for line in result.elected)}
    number = language.number(len(result.elected))
    return words % {"name": number} if result.unopposed else language.gettext("%(number)s elected") % {"number": number}


def names(contest: Contest, result: Result) -> str:
    """The names of all who are elected, by votes."""
    return ", ".join(contest.told(line.candidate.id) for line in result.elected)


def majority(result: Result, language: Language) -> str:
    """By how much it was won, as in "majority 12"; of several seats the last one."""
    if not result.verdict.seats:
        return language.gettext("majority %(votes)s") % {"votes": language.number(result.majority)}
    if result.by_lot:
        drawn = len(result.drawn)
        words = language.ngettext("last seat decided by lot", "last %(number)s seats decided by lot", drawn)
        return words % {"number": language.number(drawn)}
    words = language.ngettext("last seat by %(number)s vote", "last seat by %(number)s votes", result.majority)
    return words % {"number": language.number(result.majority)}
