"""Who stands: parties by Electoral Commission id, and which registrations count as one party. No figures."""

from msgspec import Struct

INDEPENDENT = "ynmp-party:2"
SPEAKER = "ynmp-party:12522"
LABOUR_AND_COOPERATIVE = "joint-party:53-119"

# One party may stand under several registrations: Great Britain's and Northern Ireland's, a joint description, a
# sister party that the House of Commons Library adds to the same total. They win, hold and lose seats as one.
_COUNTED_AS = {
    LABOUR_AND_COOPERATIVE: "PP53",
    "PP51": "PP52",  # Conservatives in Northern Ireland
    "PP84": "PP85",  # UKIP in Northern Ireland
    "PP130": "PP63",  # Scottish Greens
    "PP305": "PP63",  # Green Party in Northern Ireland
}


class Party(Struct, frozen=True):
    """A party on the ballot papers of a night.

    ``id`` is the Electoral Commission's (``PP85``), or Democracy Club's for those who have none; one id can carry
    different names in different years (PP7931: The Brexit Party, Reform UK), so the name belongs to the night.
    ``short`` is the House of Commons Library's abbreviation, as used in verdicts: ``UKIP``.
    """

    id: str
    name: str
    short: str


def counted_as(party: str) -> str:
    """The id under which a registration's votes and seats are counted: ``joint-party:53-119`` → ``PP53``."""
    return _COUNTED_AS.get(party, party)


def has_a_past(party: str) -> bool:
    """Whether votes for this party last time can be compared: independents are different people each time."""
    return party != INDEPENDENT
