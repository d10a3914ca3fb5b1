"""``python -m server verify``: check a night's record from its file alone, with no server and no Redis."""

import argparse
import hashlib
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from string import hexdigits
from typing import Any

from server.commands.named import night_in
from server.commands.words import number_of
from server.election.clock import LONDON
from server.election.contests import Definition
from server.election.counting.acts import AnyAct, ReplaySet
from server.election.events import AnyEvent, Corrected, StageTakenBack, Withdrawn
from server.election.nights import Night
from server.election.results.tally import Tally
from server.nights import archive
from server.nights.ending import declared
from server.nights.files import is_night_file
from server.nights.kept import DESK, RECORD, Kept, NotKept, taken
from server.nights.photos.kept import changed_in, seen_in
from server.replay.borne_out import bear_out, is_whole
from server.replay.lawful import Unlawful, follow_the_rules
from server.settings import Settings
from server.stream.record import BEGINNING, BadRecord, added_up, read, read_acts

_FEWEST_DIGITS = 8
_CHANGED, _UNLAWFUL = 1, 3
_ABOUT = """\
Checks a night's record, as downloaded from /api/nights/NIGHT/record: that no event was changed, left out or added
since a head was noted, that each event follows the rules of a count, and what the events add up to. It needs the file
alone, no server and no Redis. Whoever ran the night has the acts of its count beside the record: then each result must
also be what was keyed and confirmed there, with all boxes and tables in it.
"""
_CODES = """\
It exits with 0 if all of that is so; with 1 if the file is no record, was changed, or has not the head that was noted;
with 2 if it was called wrongly; with 3 if nothing was changed, but an event, or an act at the count, breaks its rules.
"""


def add_parser(subparsers: Any) -> None:
    """Add ``verify`` to the program's commands; ``options.call(options, settings)`` runs it."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "verify",
        help="check a night's record",
        description=_ABOUT,
        epilog=_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "record", metavar="NIGHT", help="a record's file, or the night whose record is in this folder or kept here"
    )
    parser.add_argument("--head", type=_head, metavar="HEAD", help="a head that was noted, or its beginning")
    parser.add_argument(
        "--photo", type=Path, metavar="FILE", help="a photograph of a result sheet: whether its hash is on the record"
    )
    parser.add_argument(
        "--acts", type=Path, metavar="FILE", help=f"the acts of its count; NIGHT{DESK} beside it is found by itself"
    )
    parser.set_defaults(call=verify)


def verify(options: argparse.Namespace, settings: Settings) -> int:
    """Print what a record says; the codes that it returns are in ``_CODES``."""
    try:
        events, heads = read(_record_of(options.record, Kept(settings.data_dir)))
        night, tally = added_up(events)
        acts = _acts_of(night, options, settings)
    except (BadRecord, NotKept) as error:
        print(error, file=sys.stderr)
        return _CHANGED
    if night.definition.rehearsal:
        print("TEST: figures of a rehearsal, not of a count.")
    print(f"{night.definition.title}: {len(events):,} events, each fits the ones before it.")
    _print_origin(night.definition)
    _print_totals(night, tally)
    _print_changes(night)
    if not _photos_are_right(night, options, settings):
        return _CHANGED
    noted: str | None = options.head
    if not noted:
        print(f"The head of event {len(events):,} is {heads[-1]}: compare it with one that was noted elsewhere.")
        return _by_the_rules(events, acts)
    for seq, head in enumerate(heads, 1):
        if head.startswith(noted):
            print(f"The head {noted} is that of event {seq:,}: up to there nothing was changed since it was noted.")
            return _by_the_rules(events, acts)
    print(f"No event of this record has the head {noted}: it is not the record that was noted.", file=sys.stderr)
    return _CHANGED


def _photos_are_right(night: Night, options: argparse.Namespace, settings: Settings) -> bool:
    """Print what the photographs beside the record, and the one that was named, are; False if one is not on record."""
    right, wrong = changed_in(_folder_of(options, settings), night)
    if right:
        of = number_of(len(seen_in(night)), "photograph")
        print(f"Of {of} of result sheets {len(right)} are here, with their hashes on record.")
    if wrong:
        print(f"Not as on record, or hidden: {', '.join(wrong)}.", file=sys.stderr)
    photo: Path | None = options.photo
    if photo is None:
        return not wrong
    try:
        digest = hashlib.sha256(taken(photo)).hexdigest()
    except (OSError, NotKept) as error:
        print(f"{photo} cannot be read: {error}", file=sys.stderr)
        return False
    for count in night.counts.values():
        for one in count.photos:
            if one.added.sha256 == digest:
                at = one.added.at.astimezone(LONDON)
                hidden = f", and was hidden: {one.hidden.reason}" if one.hidden else ""
                print(f"{photo} is on record: {count.contest.name}, at {at:%H:%M} (event {one.added.seq:,}){hidden}.")
                return not wrong
    print(f"{photo} is no photograph of this record: its hash is {digest}.", file=sys.stderr)
    return False


def _head(text: str) -> str:
    head = text.strip().lower()
    if not _FEWEST_DIGITS <= len(head) <= len(BEGINNING) or set(head) - set(hexdigits):
        digits = f"the first {_FEWEST_DIGITS} or more of its {len(BEGINNING)} digits, 0 to 9 and a to f"
        raise argparse.ArgumentTypeError(f"{text!r} is no head: write {digits}.")
    return head


def _folder_of(options: argparse.Namespace, settings: Settings) -> Path:
    """The folder that the record is in."""
    record = Path(options.record)
    if record.is_file():
        return record.parent
    return Path() if Path(f"{record}{RECORD}").is_file() else Kept(settings.data_dir).folder


def _acts_of(night: Night, options: argparse.Namespace, settings: Settings) -> tuple[AnyAct, ...]:
    """The acts in the file that was named, or beside the record; none where there is none. BadRecord if changed."""
    beside = _folder_of(options, settings) / f"{night.definition.id}{DESK}"
    file: Path | None = options.acts or (beside if beside.is_file() else None)
    if file is None:
        return ()
    try:
        return read_acts(taken(file))
    except BadRecord as error:
        raise BadRecord(f"{file}, the acts of the count: {error}") from error


def _by_the_rules(events: Sequence[AnyEvent], acts: Sequence[AnyAct]) -> int:
    borne_out = is_whole(acts) and not any(act for act in acts if isinstance(act, ReplaySet))
    try:
        follow_the_rules(events)
        if borne_out:
            bear_out(events, acts)
    except Unlawful as error:
        print(f"Nothing was changed, but this is no count as it must be. {error}", file=sys.stderr)
        return _UNLAWFUL
    print("Each event follows the rules of a count: who stands, votes and papers, and what may come after what.")
    if borne_out:
        told = number_of(len(acts), "act")
        print(f"{told} at the count bear it out: each figure was keyed and confirmed there, and every box is in it.")
    elif acts:
        print("What was done at the count is not held against it: it is a replay, or the store had lost some of it.")
    return 0


def _print_changes(night: Night) -> None:
    for event in night.feed:
        if isinstance(event, Corrected | Withdrawn | StageTakenBack):
            what = "corrected" if isinstance(event, Corrected) else "withdrawn"
            if isinstance(event, StageTakenBack):
                what = f"taken back to before “{event.stage}”"
            at = event.at.astimezone(LONDON)
            name = night.counts[event.ballot].contest.name
            print(f"  {name} was {what} at {at:%H:%M} (event {event.seq:,}): {event.reason}")


def _record_of(named: str, kept: Kept) -> bytes:
    """The bytes of a record: a file, or that of a night in this folder, or else of one that is kept here."""
    file = f"{named}{RECORD}"
    paths = [Path(named), Path(file), kept.folder / file]
    for path in paths:
        if path.is_file():
            data = night_in(path)
            if is_night_file(data):
                raise BadRecord(
                    f"{path} is a night file, which has no heads to check: export {path} writes its record."
                )
            return data
    if any(one.id == named for one in (*archive.listed(), *(group.summary for group in archive.groups()))):
        raise BadRecord(f"{named} is shipped with the program and has no record yet: export writes one.")
    raise BadRecord(f"There is no file {named} here, and no {file}: it is downloaded from /api/nights/{named}/record.")


def _print_origin(night: Definition) -> None:
    replay = f", a replay of {night.replay_of}" if night.replay_of else ""
    print(f"The night {night.id}{replay}; the poll was on {night.date.day} {night.date:%B %Y}.")
    if night.attribution:
        print(f"{night.attribution}.")


def _print_totals(night: Night, tally: Tally) -> None:
    kinds = Counter(count.result.verdict.kind for count in night.counts.values() if count.result)
    verdicts = ", ".join(f"{number:,} {kind}{'' if number == 1 else 's'}" for kind, number in kinds.most_common())
    print(declared(night) + (f": {verdicts}." if verdicts else "."))
    for total in tally.parties:
        if total.seats or tally.contests == 1:
            print(f"  {night.parties[total.party].name:<40} {total.seats:>4} {total.votes:>12,}")
