"""Misprints in the Library's files as they are published: what is printed, and what is right, with how that is known.

They are put right wherever such a file is read, so that whoever downloads one can import it.
"""

from msgspec import Struct


class Misprint(Struct, frozen=True):
    """A cell of a row, which is known by its day and code; as the file prints it and as it should be."""

    day: str
    gss: str
    column: str
    printed: str
    right: str


KNOWN = (
    # Peterborough, 2019: the region has its short name, as in no other file.
    Misprint("06/06/2019", "E14000878", "Region name", "East", "East of England"),
    # Sheffield Brightside and Hillsborough, 2016: the contest's row has 14,087 for Labour, and with it all sums agree.
    Misprint("05/05/2016", "E14000921", "Votes", "14987", "14087"),
    # Makerfield and Clacton, 2026: an id that the register had for Northern Ireland, until 2007.
    Misprint("18/06/2026", "E14001350", "Electoral Commission party ID", "PP65", "PP66"),
    Misprint("13/08/2026", "E14001174", "Electoral Commission party ID", "PP65", "PP66"),
    # Arbroath and Broughty Ferry, 2026: the first two candidates' votes differ by 5,278.
    Misprint("18/06/2026", "S14000066", "Majority", "5178", "5278"),
)

# Column names that one file alone has.
NAMES = {"ons id2": "ONS ID"}
