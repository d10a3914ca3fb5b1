"""The elections of the archive that a night can be compared with instead, and what that changes. Nothing is sent."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from server.count.board.verdict_told import verdict_told
from server.election.contests import Definition
from server.election.nights import Night, counted_from
from server.election.refusals import refuse_if
from server.election.texts.check_codes import Finding
from server.election.texts.said import Said, _, say
from server.election.texts.several import listed
from server.nights.against import UnknownBaseline, against, baselines

MOST_CONTESTS = 50
"""Contests whose figures are put right at once, each as an event of its own that everybody reads."""


class Offer(Struct, frozen=True):
    """An election to compare with: its ``key`` and ``name``, of how many contests it has figures, and a line for each
    contest of which something else would be said."""

    key: str
    name: str
    known: int
    changes: tuple[Said, ...]


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
    message = _("A night of %(number)s contests is compared with another election when it is imported.")
    sentence = say(message, number=len(definition.contests))
    if len(definition.contests) <= MOST_CONTESTS:
        try:
            return against(_by_figures(definition), key)
        except UnknownBaseline:
            sentence = say("The archive has no such election for this night.")
    refuse_if([Finding("paper-unfit", "compared", sentence)])
    return definition


def _by_figures(definition: Definition) -> Definition:
    """The night without the name of its baseline: a name alone does not make its figures those of that election."""
    return replace(definition, baseline="")


def _changes(night: Night, other: Definition) -> Iterator[Said]:
    then = counted_from(night, other)
    for ballot, count in night.counts.items():
        after = then.counts[ballot]
        held = [
            parties[one.contest.previous.holder] if one.contest.previous else say("nobody known")
            for one, parties in ((count, night.parties), (after, then.parties))
        ]
        parts = list[Said]()
        if held[0] != held[1]:
            parts.append(say("held by %(now)s, not %(before)s", now=held[1], before=held[0]))
        if count.result and after.result:
            was, now = (
                verdict_told(result.verdict, parties)
                for result, parties in ((count.result, night.parties), (after.result, then.parties))
            )
            parts += [say("%(now)s, not %(before)s", now=now, before=was)] if was != now else []
        if not parts and count.contest.previous != after.contest.previous:
            parts = [say("other votes at the election before")]
        if parts:
            yield listed([count.contest, listed(parts, "; ")], ": ")
