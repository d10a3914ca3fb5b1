"""The elections of the archive that a night can be compared with instead, and what that changes. Nothing is sent."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from server.election.contests import Definition
from server.election.nights import Night, counted_from
from server.election.refusals import refuse_if
from server.election.texts.check_codes import Finding
from server.nights.against import UnknownBaseline, against, baselines

MOST_CONTESTS = 50
"""Contests whose figures are put right at once, each as an event of its own that everybody reads."""


class Offer(Struct, frozen=True):
    """An election to compare with: its ``key`` and ``name``, of how many contests it has figures, and a line for each
    contest of which something else would be said."""

    key: str
    name: str
    known: int
    changes: tuple[str, ...]


def offered(night: Night) -> tuple[Offer, ...]:
    """What a night can be compared with instead; nothing if it has too many contests to be put right one by one."""
    if len(night.counts) > MOST_CONTESTS:
        return ()
    own = _by_figures(night.definition)
    return tuple(
        Offer(choice.key, choice.name, choice.known, tuple(_changes(night, against(own, choice.key))))
        for choice in baselines(own)
        if choice.key
    )


def compared(definition: Definition, key: str) -> Definition:
    """The night compared with another election; Refused, at the field, if it cannot be."""
    sentence = f"A night of {len(definition.contests)} contests is compared with another election when it is imported."
    if len(definition.contests) <= MOST_CONTESTS:
        try:
            return against(_by_figures(definition), key)
        except UnknownBaseline:
            sentence = "The archive has no such election for this night."
    refuse_if([Finding("paper-unfit", "compared", sentence)])
    return definition


def _by_figures(definition: Definition) -> Definition:
    """The night without the name of its baseline: a name alone does not make its figures those of that election."""
    return replace(definition, baseline="")


def _changes(night: Night, other: Definition) -> Iterator[str]:
    then = counted_from(night, other)
    for ballot, count in night.counts.items():
        after = then.counts[ballot]
        held = [
            one.contest.previous and parties[one.contest.previous.holder].name
            for one, parties in ((count, night.parties), (after, then.parties))
        ]
        parts = [f"held by {held[1] or 'nobody known'}, not {held[0] or 'nobody known'}"] if held[0] != held[1] else []
        if count.result and after.result:
            verdicts = count.result.verdict.text(night.parties), after.result.verdict.text(then.parties)
            parts += [f"{verdicts[1]}, not {verdicts[0]}"] if verdicts[0] != verdicts[1] else []
        if not parts and count.contest.previous != after.contest.previous:
            parts = ["other votes at the election before"]
        if parts:
            yield f"{count.contest.name}: {'; '.join(parts)}"
