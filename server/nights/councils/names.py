"""How the Library's files of local elections name councils, parties and people, and what is meant. No figures."""

import re
from functools import cache

from server.election.parties import INDEPENDENT, LABOUR_AND_COOPERATIVE, Party
from server.nights import register
from server.nights.sources.ballots import slug
from server.nights.sources.party_names import known, short_of

_ABBREVIATION = re.compile(r"[A-Z&' ]{2,12}")

# The names and abbreviations that are not those of the register → the party's id.
_MEANT = {
    "ashind": "PP3902",
    "con": "PP52",
    "conservative and unionist": "PP52",
    "conservative candidate": "PP52",
    "cpa": "PP79",
    "christian peoples alliance": "PP79",
    "fbm": "PP6661",
    "green": "PP63",
    "hamps ind": "PP10327",
    "hants ind": "PP10327",
    "her": "PP12550",
    "ind": INDEPENDENT,
    "independent": INDEPENDENT,
    "lab": "PP53",
    "labour": "PP53",
    "labour and co operative": LABOUR_AND_COOPERATIVE,
    "ld": "PP90",
    "lib": "PP54",
    "liberal": "PP54",
    "liberal democrats": "PP90",
    "lincs ind": "PP733",
    "man ind": "PP504",
    "mebyon kernow for cornwall": "PP58",
    "mk": "PP58",
    "nd": INDEPENDENT,  # no description
    "ref": "PP7931",
    "reform uk": "PP7931",
    "sdp": "PP243",
    "soclab": "PP73",
    "spgb": "PP110",
    "swind": "PP6730",
    "tusc": "PP804",
    "uk independence ukip": "PP85",
    "ukip": "PP85",
    "wep": "PP2755",
    "yorks": "PP2055",
}
# Abbreviations of parties that no register has → the name by which other years have them. Residents' associations have
# one abbreviation and are each of one place.
_SHORT_FOR = {
    "res in warwick": "Whitnash Residents Association",
    "snig": "St Neots Independent Group",
    "mf": "Mexborough First",
    "owl": "Our West Lancashire",
    "sgra": "Swanscombe and Greenhithe Residents' Association",
    "shind": "South Holland Independents",
    "twa": "Tunbridge Wells Alliance",
}
# Parties whose name is misspelt in the night of the House that had them last: name and abbreviation.
_MISSPELT = {"PP733": ("Lincolnshire Independents", "LNIN")}


def council_name(text: str) -> str:
    """A council's name: ``Bristol, City Of`` → ``Bristol``, ``County Durham`` → ``Durham``, ``Epsom & Ewell`` → ``Epsom
    and Ewell``."""
    name = re.sub(r"^County |, (City|County) Of$", "", text, flags=re.IGNORECASE).replace("&", "and")
    return re.sub(r"(?<=[ -])(Of|On|Upon|And|The|In|With)(?=[ -])", lambda word: word[0].lower(), name)


def council_id(name: str) -> str:
    """Democracy Club's id of the elections of a council, without a date: ``local.kings-lynn-and-west-norfolk``."""
    return f"local.{slug(council_name(name))}"


def person(text: str) -> tuple[str, str]:
    """First names and surname of a candidate: of ``Wye T.``, ``Loader, J.`` or ``Lesley Clarke``."""
    if ", " in text:
        surname, _, first = text.partition(", ")
        return first, surname
    first, _, last = text.rpartition(" ")
    if "." in last and not re.search(r"[^\W\d_]{2}", last):
        return last, first
    return first, last


@cache
def party(text: str, council: str = "") -> Party:
    """The party that a name or an abbreviation means in a council's wards; one that no register has keeps what it is
    called there."""
    text = _SHORT_FOR.get(text.casefold()) or _SHORT_FOR.get(f"{text} in {council}".casefold()) or text
    key = _key(text)
    id = _MEANT.get(key) or _registered().get(key)
    if id in _MISSPELT:
        return Party(id, *_MISSPELT[id])
    if id is None:
        short = text if _ABBREVIATION.fullmatch(text) else short_of(text)
        return Party(f"unregistered:{slug(text)}", text, short)
    return known().get(id) or Party(id, name := _names()[id], short_of(name))


@cache
def _names() -> dict[str, str]:
    return {one.id: one.name for one in register.registrations()}


@cache
def _registered() -> dict[str, str]:
    """Name → id of the party that is registered under it in Great Britain now, or else was last."""
    rows = [one for one in register.registrations() if not one.northern_ireland]
    rows.sort(key=lambda one: (one.until is None, one.until or one.since, one.id))
    return {_key(one.name): one.id for one in rows}


def _key(text: str) -> str:
    words = re.findall(r"[^\W_]+", text.casefold().replace("&", " and ").replace("'", ""))
    return " ".join(word for word in words if word not in ("the", "party")) or " ".join(words)
