"""Which rows of a list of candidates or parties are sums and figures about the poll, and of nobody."""

# What stands in lists of candidates and parties and is neither: sums, and figures about the poll.
_SUMS = frozenset(
    (
        *("total", "totals", "total votes", "all candidates", "totothv", "maxothv", "turnout", "electorate"),
        *("valid", "valid votes", "rejected", "rejected votes", "rejected papers", "rejected ballots", "invalid"),
        *("invalid votes", "spoilt", "spoilt votes", "spoilt ballots", "spoiled ballots", "majority", "sum"),
    )
)


def a_sum(*names: str) -> str | None:
    """The first of these names that is that of a sum, or of a figure about the poll, and of no party or person."""
    return next((name for name in names if name.casefold().strip(" :*") in _SUMS), None)
