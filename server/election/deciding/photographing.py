"""Decides whether a photograph of a result sheet may be shown, or hidden, as somebody asks. No file is read here."""

import re
from collections.abc import Iterable

from server.election.commands import HidePhoto, ShowPhoto
from server.election.counts import Count
from server.election.deciding.declaring import EventStamp
from server.election.events import SheetHidden, SheetPhotographed
from server.election.limits import MOST_BYTES_OF_PHOTOS, MOST_PHOTO_BYTES, MOST_PHOTOS
from server.election.nights import Night
from server.election.refusals import Refused, count_of, must_be_declared, reason_in
from server.election.texts.said import say

_MOST_IN_ALL = 3 * MOST_PHOTOS  # of one contest, with those that were hidden


def photographed(night: Night, command: ShowPhoto, stamp: EventStamp) -> SheetPhotographed:
    """The event of a photograph that is shown."""
    count = count_of(night, command.ballot)
    must_be_declared(count)
    if not re.fullmatch(r"[0-9a-f]{64}", command.sha256) or not 0 < command.size <= MOST_PHOTO_BYTES:
        raise Refused("photo-unfit", say("That is no photograph that can be kept."))
    for photo in count.photos:
        if photo.added.sha256 == command.sha256:
            sentence = say("The desk has hidden it.") if photo.hidden else say("It is here already.")
            raise Refused("photo-known", sentence)
    if len(count.seen) >= MOST_PHOTOS or len(count.photos) >= _MOST_IN_ALL:
        sentence = say(
            "No more photographs of this sheet can be added: %(seen)s are seen, and %(hidden)s are hidden.",
            seen=len(count.seen),
            hidden=len(count.photos) - len(count.seen),
        )
        raise Refused("photo-many", sentence)
    if _bytes_of(night.counts.values()) + command.size > MOST_BYTES_OF_PHOTOS:
        raise Refused("photo-full", say("There is no room for more photographs on this night."))
    return SheetPhotographed(
        ballot=command.ballot,
        sha256=command.sha256,
        size=command.size,
        width=command.width,
        height=command.height,
        **stamp,
    )


def hidden(night: Night, command: HidePhoto, stamp: EventStamp) -> SheetHidden:
    """The event of a photograph that is hidden."""
    count = count_of(night, command.ballot)
    if all(photo.sha256 != command.sha256 for photo in count.seen):
        raise Refused("photo-unknown", say("There is no such photograph, or it is hidden already."))
    return SheetHidden(ballot=command.ballot, sha256=command.sha256, reason=reason_in(command.reason), **stamp)


def _bytes_of(counts: Iterable[Count]) -> int:
    return sum(photo.size for count in counts for photo in count.seen)
