"""Lists of things in a sentence that is told in each language. No rules, and no language but English."""

from collections.abc import Sequence

from server.election.texts.said import Said, Value, say

_FEW = 8


def listed(values: Sequence[Value], between: str = ", ") -> Said:
    """All of them, one after the other."""
    places = {f"s{place}": value for place, value in enumerate(values)}
    return say(between.join(f"%({place})s" for place in places), **places)


def some_of(names: Sequence[Value]) -> Said:
    """The first eight of them, and how many more there are."""
    if len(names) <= _FEW:
        return listed(names)
    return say("%(names)s and %(number)s more", names=listed(names[:_FEW]), number=len(names) - _FEW)
