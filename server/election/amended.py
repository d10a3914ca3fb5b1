"""What an amendment makes of a night's definition. Nothing is decided here, and no result judged."""

from msgspec.structs import replace

from server.election.contests import Definition
from server.election.events import Amendment, NightAmended
from server.election.once import once


def amended(definition: Definition, event: Amendment) -> Definition:
    """The definition after an amendment; the same object each time, for much is kept with a definition (``once``).

    A party that the definition names already keeps its name. Where it has no such contest nothing changes.
    """
    known = _after(definition)
    made = known.get(event.seq)
    if made is None or made[0] is not event:
        made = known[event.seq] = (event, _put_right(definition, event))
    return made[1]


@once
def _after(definition: Definition) -> dict[int, tuple[Amendment, Definition]]:
    """Seq of an amendment → it, and the definition after it."""
    return {}


def _put_right(definition: Definition, event: Amendment) -> Definition:
    if isinstance(event, NightAmended):
        return replace(definition, title=event.title, polls_close=event.polls_close, baseline=event.baseline)
    named = {party.id for party in definition.parties}
    return replace(
        definition,
        parties=(*definition.parties, *(party for party in event.parties if party.id not in named)),
        contests=tuple(event.contest if contest.ballot == event.ballot else contest for contest in definition.contests),
    )
