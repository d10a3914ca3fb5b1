"""Which party a name means: by the register of political parties and the shipped nights. Nothing is made up here but
the abbreviation of a party that has none."""

import difflib
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from hashlib import sha256

from server.election.limits import LONGEST_TITLE
from server.election.parties import INDEPENDENT, LABOUR_AND_COOPERATIVE, Party
from server.election.texts.said import _, say, say_all
from server.nights import archive, register
from server.nights.sources.ballots import PARTY_ID, party_id, slug
from server.nights.written.lines import OTHERS

_REMEMBERED = 10_000  # names, short ones: twice as many as a general election has candidates
_SHORT = 12  # characters: a party's name no longer than this is its own abbreviation
_WITH_ID = re.compile(
    r"(?P<name>.*?)\s*[(\[](?P<id>PP\d+|party:\d+|joint-party:\d+-\d+|ynmp-party:\d+)[)\]]", re.IGNORECASE
)
_SAID = {  # what people and the Electoral Commission write → the name in the register
    "conservative and unionist": "Conservative",
    "conservatives": "Conservative",
    "co operative and labour": "Labour and Co-operative",
    "greens": "Green Party",
    "ind": "Independent",
    "independents": "Independent",
    "lab co op": "Labour and Co-operative",
    "labour co op": "Labour and Co-operative",
    "labour co operative": "Labour and Co-operative",
    "labour and co op": "Labour and Co-operative",
    "lib dem": "Liberal Democrat",
    "lib dems": "Liberal Democrat",
    "liberal democrats": "Liberal Democrat",
    "no description": "Independent",
    "reform": "Reform UK",
    "snp": "Scottish National Party",
}
_UNKNOWN = _("%(text)s is not in the register of parties.")
_LABOUR_AND_COOPERATIVE = Party(LABOUR_AND_COOPERATIVE, "Labour and Co-operative", "Lab")


def party(text: str, nation: str = "", new: bool = False) -> Party | str:
    """The party that a text means: a registered name, an abbreviation, an id such as PP85, or ``Name (PP85)``.

    A name that is registered both in Great Britain and in Northern Ireland is that of the ``nation``. A sentence if
    there is no such party; with ``new`` the text names one.
    """
    text = " ".join(text.split())
    if len(text) > LONGEST_TITLE:
        message = _("%(number)s characters are too many for a party: its name has at most %(most)s.")
        return say(message, number=len(text), most=LONGEST_TITLE)
    return _meant(text, nation, new)


@lru_cache(maxsize=_REMEMBERED)
def _meant(text: str, nation: str, new: bool) -> Party | str:
    named = _WITH_ID.fullmatch(text)
    if named:
        id = party_id(named["id"])
        return known().get(id) or Party(id, named["name"], short_of(named["name"]))
    if PARTY_ID.fullmatch(id := party_id(text)):
        return known().get(id) or say(_UNKNOWN, text=text)
    ids = _by_name().get(_key(_SAID.get(_key(text), text)), ())
    in_northern_ireland = nation == "Northern Ireland"
    here = [id for id in ids if not nation or _registered_in().get(id, in_northern_ireland) == in_northern_ireland]
    if here:
        return known()[here[0]]
    if new and text:
        return unregistered(text, short_of(text))
    if ids:
        message = (
            _("%(party)s is registered in Great Britain only.")
            if in_northern_ireland
            else _("%(party)s is registered in Northern Ireland only.")
        )
        return say(message, party=known()[ids[0]])
    near = difflib.get_close_matches(_key(text), _by_name(), n=1, cutoff=0.75)
    hint = [say("Is it %(contest)s?", contest=known()[_by_name()[near[0]][0]])] if near else []
    return say_all(say(_UNKNOWN, text=text), *hint)


def meant(text: str, own: Mapping[str, Party], usual: Party | None = None) -> Party | None:
    """The party that a text means on a night with parties of its ``own``: the ``usual`` one, else one of those, else as
    ``party`` reads it; None where there is none such."""
    for mine in (*([usual] if usual else ()), *own.values()):
        if _key(text) in (_key(mine.name), _key(mine.short), _key(mine.id)):
            return own.get(mine.id, mine)
    read = party(text)
    return own.get(read.id, read) if isinstance(read, Party) else None


def unregistered(name: str, short: str) -> Party:
    """A party that no register has, as somebody named it. Its id is made of the name, in whatever script that is."""
    return Party(f"unregistered:{slug(name) or sha256(name.encode()).hexdigest()[:12]}", name, short)


def names() -> tuple[str, ...]:
    """The names of all parties that are registered now, and Independent, in order, each once."""
    return tuple(sorted({party.name for party in standing().values()}, key=str.casefold))


def standing() -> dict[str, Party]:
    """Party id → party, of all that are registered now, and Independent."""
    registered = [party.id for party in register.registrations() if party.until is None]
    return {id: known()[id] for id in (*registered, INDEPENDENT)}


def written(one: Party, nation: str) -> str:
    """The text that ``party`` reads as this very party: its name, with its id where the name alone means another."""
    read = party(one.name, nation)
    return one.name if isinstance(read, Party) and read.id == one.id else f"{one.name} ({one.id})"


def short_of(name: str) -> str:
    """An abbreviation of a party's name: the name if it is short, else the first letters of its words."""
    short = re.sub(r"^The | Party$", "", name)
    if len(short) <= _SHORT:
        return short
    return "".join(word[0] for word in re.findall(r"\w+", name) if word[0].isupper()) or short[:_SHORT].strip()


def _key(text: str) -> str:
    words = re.findall(r"[^\W_]+", text.casefold().replace("&", " and "))
    return " ".join(word for word in words if word not in ("the", "party")) or " ".join(words)


@cache
def known() -> dict[str, Party]:
    """Party id → party, as the newest shipped night names it, else as the register does."""
    found = {LABOUR_AND_COOPERATIVE: _LABOUR_AND_COOPERATIVE}
    for summary in archive.of_the_house():
        for one in archive.load(summary.id).definition.parties:
            if one.id != OTHERS:
                found.setdefault(one.id, one)
    for one in register.registrations():
        found.setdefault(one.id, Party(one.id, one.name, short_of(one.name)))
    return found


@cache
def _by_name() -> dict[str, tuple[str, ...]]:
    """Name or abbreviation → party ids: of shipped nights, the newest first, then those registered now, then others."""
    found: dict[str, list[str]] = {}
    for id, one in known().items():
        found.setdefault(_key(one.name), []).append(id)
    for one in sorted(register.registrations(), key=lambda one: (one.until is not None, one.id)):
        found.setdefault(_key(one.name), []).append(one.id)
    for summary in archive.of_the_house():
        for one in archive.load(summary.id).definition.parties:
            found.setdefault(_key(one.short), []).append(one.id)
    return {name: tuple(dict.fromkeys(ids)) for name, ids in found.items()}


@cache
def _registered_in() -> dict[str, bool]:
    """Whether a party is registered in Northern Ireland, and not in Great Britain; independents are in neither."""
    return {one.id: one.northern_ireland for one in register.registrations()}
