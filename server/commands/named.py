"""Past nights as people name them: by id, shipped or kept here, or by the path of a night file or of a record."""

from pathlib import Path

from server.nights.archive import UnknownNight
from server.nights.files import past_in
from server.nights.kept import Kept, NotKept, taken
from server.nights.past import PastNight
from server.nights.sources.problems import Problem
from server.nights.sources.source import Source, text_of
from server.nights.written.exported import NoRecord, record_in

_FILES = (".jsonl", ".json", ".csv", ".sqlite")


class NoFile(UnknownNight):
    """There is no such file, though it is named as one; the message is a sentence."""

    def __init__(self, named: str) -> None:
        LookupError.__init__(self, f"There is no file {named}.")
        self.night = named


def past_named(named: str, kept: Kept) -> PastNight:
    """A past night by its id, or from the file at this path.

    UnknownNight where there is neither; BadNight, BadRecord or NotKept, with a sentence, where the file cannot be used.
    """
    file = Path(named)
    if file.is_file():
        return past_in(night_in(file), file.name)
    if "/" in named or file.suffix in _FILES:
        raise NoFile(named)
    return kept.load(named)


def night_in(file: Path) -> bytes:
    """The bytes of the file of a night or record that somebody names, or of the record in its file of tables; NotKept,
    with a sentence that says what it is, where it is another kind of file or too long, OSError where it cannot be
    read."""
    try:
        data = record_in(taken(file), file.name)
    except NoRecord as error:
        raise NotKept(str(error)) from error
    if data and not data.startswith(b"{"):
        problems: list[Problem] = []
        text_of(Source(file.name, data), problems)
        known = "It begins neither as a record nor as a night file, nor with the columns of a table of candidates."
        raise NotKept(str(problems[0] if problems else Problem(file.name, 0, known)))
    return data
