"""Which rows of a list of candidates or parties are sums and figures about the poll, and of nobody, in English and in
Welsh."""

import re

# What stands in lists of candidates and parties and is neither: sums, and figures about the poll.
_SUMS = frozenset(
    (
        *("total", "totals", "total votes", "all candidates", "totothv", "maxothv", "turnout", "electorate"),
        *("valid", "valid votes", "rejected", "rejected votes", "rejected papers", "rejected ballots", "invalid"),
        *("invalid votes", "spoilt", "spoilt votes", "spoilt ballots", "spoiled ballots", "majority", "sum"),
        *("pleidleisiau dilys", "pleidleisiau a wrthodwyd", "papurau a wrthodwyd", "nifer a bleidleisiodd"),
        *("etholwyr", "mwyafrif"),
    )
)
_TOTALS = re.compile(
    r"(grand |overall |sub[- ]?)?totals?( (number of )?(valid |rejected |invalid )?"
    r"(votes?|ballots?|ballot papers|papers|poll|electorate|electors)( cast| counted| polled)?)?"
    r"|(is-?)?cyfansymiau|(is-?)?cyfanswm( .*)?"
)


def a_sum(*names: str) -> str | None:
    """The first of these names that is that of a sum, or of a figure about the poll, and of no party or person."""
    return next((name for name in names if _is_sum(name.casefold().strip(" :*"))), None)


def _is_sum(name: str) -> bool:
    return name in _SUMS or _TOTALS.fullmatch(name) is not None
