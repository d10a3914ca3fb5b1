"""The colours of parties, as the style sheet of the pages has them. No page."""

import re

from server.settings import ROOT

STYLE = (ROOT / "web" / "static" / "declared.css").read_text()
OTHERS = "#8a929d"
PARTIES: dict[str, str] = dict(re.findall(r'\[data-party="([^"]+)"\] \{ --party: (#\w{6})', STYLE))


def colour_of(party: str) -> str:
    """The colour of a party by the id that it is counted under; that of the pages for a party that has none."""
    return PARTIES.get(party, OTHERS)
