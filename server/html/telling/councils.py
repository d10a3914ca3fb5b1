"""What a picture and its page's metadata say of a night's councils: councillors by party, and control. No drawing."""

from server.election.nights import Night
from server.election.results.councils.control import Control
from server.election.results.councils.council import Council
from server.election.results.councils.together import councils
from server.election.results.tally import Tally
from server.html.languages import Language

_PARTIES_TOLD = 5
Counted = tuple[str, int, int]
"""A party with its seats and their net change."""


def counted(night: Night, tally: Tally) -> list[Counted]:
    """The seats that a night's picture shows: where it has councils their councillors, and no mayor among them."""
    if not night.definition.councils:
        return [(total.party, total.seats, total.net) for total in tally.parties]
    return [(one.party, one.councillors, one.net) for one in councils(night).parties if one.party in night.parties]


def of_councils(night: Night, language: Language) -> str:
    """Who has the most councillors, and how many councils; of a night of one council who controls it. "" before
    anything is declared, and on a night without councils."""
    found = councils(night)
    if len(found.councils) == 1:
        (one,) = found.councils
        parts = {"council": one.body.name, "control": _control(night, one.control, language) if one.control else ""}
        return language.gettext("%(council)s: %(control)s") % parts if one.control else ""
    first = next((one for one in found.parties if one.party in night.parties and one.councillors), None)
    if first is None:
        return ""
    sentence = language.ngettext(
        "%(party)s %(number)s councillor (%(change)s), %(councils)s of %(all)s councils",
        "%(party)s %(number)s councillors (%(change)s), %(councils)s of %(all)s councils",
        first.councillors,
    )
    return sentence % {
        "party": language.party(night.parties[first.party]),
        "number": language.number(first.councillors),
        "change": language.signed(first.net),
        "councils": language.number(first.councils),
        "all": language.number(len(found.councils)),
    }


def of_council(night: Night, one: Council, language: Language) -> list[str]:
    """A council in few words: who controls it, or how far that is open; the largest parties' seats; how many contests
    are declared."""
    control = _control(night, one.control, language) if one.control else _open(night, one, language)
    seats = ", ".join(
        f"{_name(night, party, language)} {language.number(number)}"
        for party, number in list(one.seats.items())[:_PARTIES_TOLD]
    )
    far = {"declared": language.number(one.declared), "all": language.number(one.contests)}
    parts = {"council": one.body.name, "control": control}
    told = (language.gettext("%(council)s: %(control)s") % parts, seats)
    return [*filter(None, told), language.gettext("%(declared)s of %(all)s declared") % far]


def _open(night: Night, one: Council, language: Language) -> str:
    if not one.open:
        return language.gettext("Control depends on vacant seats")
    if not one.declared:
        return language.gettext("Nothing declared yet")
    if one.lead not in night.parties:
        return language.gettext("Control is open")
    parts = {"party": _name(night, one.lead, language), "number": language.number(one.to_line(one.lead))}
    return language.gettext("%(party)s, %(number)s to go") % parts


def _control(night: Night, control: Control, language: Language) -> str:
    parts = {"party": _name(night, control.party, language), "previous": _name(night, control.before or "", language)}
    if control.kind in ("gain", "loss"):
        return language.gettext("%(party)s gain from %(previous)s") % parts
    if not control.party and control.kind == "hold":
        return language.gettext("No overall control, as before")
    if not control.party:
        return language.gettext("No overall control")
    if control.kind == "hold":
        return language.gettext("%(party)s hold") % parts
    return language.gettext("%(party)s control") % parts


def _name(night: Night, party: str, language: Language) -> str:
    if party in night.parties:
        return language.short(night.parties[party])
    return language.gettext("Others") if party else language.pgettext("control", "NOC")
