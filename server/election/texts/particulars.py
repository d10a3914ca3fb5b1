"""Of which kind a note is, who speaks in it, and its text in other languages, with what can be wrong in that."""

import re
from collections.abc import Container, Iterator
from typing import Literal, get_args

from msgspec import Struct

NoteKind = Literal["context", "speech", "reaction", "count"]
NOTE_KINDS: tuple[NoteKind, ...] = get_args(NoteKind)
VOICES: tuple[NoteKind, ...] = ("speech", "reaction")
"""The kinds that tell what somebody said or did, and no figure of the count."""
_LONGEST_SPEAKER, _MOST_LANGUAGES = 80, 8
_LANGUAGE = re.compile("[a-z]{2,3}")


class Particulars(Struct, frozen=True, omit_defaults=True):
    """What is known of a note besides its text, which is English.

    ``kind`` is None where nobody said; ``speaker`` is the name of whom it is about, ``party`` the id of whose voice it
    is, each "" where there is none. ``texts`` is language code → the same note in that language.
    """

    kind: NoteKind | None = None
    speaker: str = ""
    party: str = ""
    texts: dict[str, str] = {}


NONE = Particulars()


def faults(particulars: Particulars, parties: Container[str]) -> Iterator[tuple[str, str]]:
    """Field and sentence for everything that is wrong with the particulars, on a night that names these parties.

    The texts are taken to be in one line, and short enough.
    """
    if len(particulars.speaker) > _LONGEST_SPEAKER or not particulars.speaker.isprintable():
        yield "speaker", f"A name in at most {_LONGEST_SPEAKER} letters, in one line."
    if particulars.party and particulars.party not in parties:
        yield "party", "That is no party that this night names."
    for language in particulars.texts:
        if not _LANGUAGE.fullmatch(language):
            yield "texts", "Give each text with the code of its language, such as cy."
    if len(particulars.texts) > _MOST_LANGUAGES:
        yield "texts", f"At most {_MOST_LANGUAGES} languages besides English."
