"""Parties by Electoral Commission id, and which registrations are counted as one party. No figures."""

from msgspec import Struct

INDEPENDENT = "ynmp-party:2"
SPEAKER = "ynmp-party:12522"
LABOUR_AND_COOPERATIVE = "joint-party:53-119"

# One party may stand under several registrations: one for Great Britain and one for Northern Ireland, or a joint
# description. The House of Commons Library adds sister parties (the Greens) to the same total. All that are counted
# under one id win, hold and lose seats as one party.
_COUNTED_AS = {
    LABOUR_AND_COOPERATIVE: "PP53",
    "PP51": "PP52",  # Conservatives in Northern Ireland
    "PP84": "PP85",  # UKIP in Northern Ireland
    "PP130": "PP63",  # Scottish Greens
    "PP305": "PP63",  # Green Party in Northern Ireland
}


class Party(Struct, frozen=True):
    """A party on the ballot papers of a night.

    ``id`` is the Electoral Commission's (``PP85``), or Democracy Club's for candidates without a party
    (``ynmp-party:2``). One id can carry different names in different years (PP7931: The Brexit Party, Reform UK), so
    each night has its own names.
    ``short`` is the House of Commons Library's abbreviation, as used in verdicts: ``UKIP``.
    """

    id: str
    name: str
    short: str


class Short(Struct, frozen=True):
    """A party by its abbreviation, in a sentence."""

    party: Party

    @property
    def name(self) -> str:
        """The abbreviation in English."""
        return self.party.short


def counted_as(party: str) -> str:
    """The id under which a registration's votes and seats are counted: ``joint-party:53-119`` → ``PP53``."""
    return _COUNTED_AS.get(party, party)


def has_a_past(party: str) -> bool:
    """Whether the votes for this party can be compared with those last time: independents are different people."""
    return party != INDEPENDENT
