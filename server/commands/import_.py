"""``python -m server import``: nights from records and CSV files, the map's layout from HexJSON."""

import argparse
import sys
from pathlib import Path
from typing import Any

from server.commands import coming
from server.commands.handbooks import of_councils
from server.commands.layouts import lay_out
from server.commands.named import night_in, past_named
from server.commands.on_redis import nights_on_air, with_stream
from server.commands.whole import restore
from server.commands.words import unusable
from server.election.refusals import Refused, still_open
from server.nights import archive, register
from server.nights.coming.written import night_file
from server.nights.councils import shipped as councils
from server.nights.councils.handbook import is_handbook
from server.nights.files import is_night_file, past_in, record_events
from server.nights.format import BadNight, parsed
from server.nights.kept import Kept, checked
from server.nights.past import PastNight
from server.nights.photos.kept import copied
from server.nights.sources import hexjson
from server.nights.sources.columns import GSS
from server.nights.sources.importer import Imported, ImportRefused, imported
from server.nights.sources.problems import summed_up
from server.nights.sources.shipped import registrations, shipped
from server.settings import Settings
from server.stream import record
from server.stream.clock import now

_ABOUT = """\
Makes a night file from CSV. Where anything in it is wrong, every error is printed with its line, and nothing is
written. Declarations without a time are put at an assumed one, by a rule that the night's page states.

From two files of the House of Commons Library's shape, one row a constituency, one row a candidate; with their row of
names, or as the Library's known files without one:

  python -m server import --contests contests.csv --candidates candidates.csv \\
      --id parl.2024-07-04 --title "2024 general election" --out parl.2024-07-04.jsonl

From the two files of a Local Elections Handbook of the Library, one row a ward or division, one row a candidate: a
night of all councils in the files, or of one (local.rushmoor.2024-05-02). Those with the most votes are elected,
whatever the files say. Where only
some seats of a council are fought, --councils is the Library's list of councils, with the seats that each has and who
had control:

  python -m server import --contests wards.csv --candidates candidates.csv --id local.2025-05-01 \\
      --title "2025 local elections" --baseline local.2021-05-06.jsonl --out local.2025-05-01.jsonl

From Democracy Club's data export, with its fields of elections (gss, nuts1) and, once there are any, of results. Votes
may be missing: such a contest waits for its count. Without sopn_last_name the last word of a name is the surname that
the order of the ballot paper goes by. --contests adds what is not in the export, such as electorates and times:

  python -m server import --candidates export.csv --id parl.2024-07-04 --title "2024 general election" \\
      --out parl.2024-07-04.jsonl

A night that is still to come, as the pages for those who run the place make it: from a seat of the archive and a list,
one candidate a line (SURNAME, First names, Party); or from our own spreadsheet, which those pages offer:

  python -m server import --seat clacton --date 2026-12-10 --candidates list.txt --out clacton.jsonl
  python -m server import --candidates night.csv --out night.jsonl

Keeps a night that was on air elsewhere, from the record that "export" or "keep" wrote there, or that was downloaded
from /api/nights/NIGHT/record, or as tables.sqlite or tables.jsonl beside that; or one from a night file, as made
above. From then on it is a past night of this place,
also of servers that run already. It is kept in DATA_DIR/nights; once its file is removed there it is gone again:

  python -m server import NIGHT.record.jsonl
  python -m server import NIGHT.sqlite
  python -m server import NIGHT.jsonl

Brings back everything that "export --all" has written, nights on air among it; what is here already stays as it is:

  python -m server import FOLDER

Writes all nights in server/nights/data again, from a folder of the Library's files:

  python -m server import --shipped FOLDER

Adds the layout of the map for one set of boundaries, from a HexJSON file in odd-r. The year is that of the first
general election on them, told by the file's name or by --year. A night is drawn on the layout that has its codes;
servers that run already see it once they are started again:

  python -m server import --layout constituencies-2024.hexjson
"""


def add_parser(subparsers: Any) -> None:
    """Add ``import`` to the program's commands; ``options.call(options, settings)`` runs it."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "import",
        help="keep a night's record, or make a past night from CSV files",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "record",
        type=Path,
        nargs="?",
        metavar="RECORD",
        help="a night's record, or a night file, to keep it here; or a folder of export --all",
    )
    coming.add_options(parser)
    parser.add_argument("--contests", type=Path, metavar="CSV", help="one row a constituency, or a ward")
    parser.add_argument(
        "--councils", type=Path, metavar="CSV", help="the seats and control of councils before the poll"
    )
    parser.add_argument(
        "--candidates", type=Path, metavar="CSV", help="one row a candidate, the Library's or Democracy Club's"
    )
    parser.add_argument("--id", metavar="ID", help="parl.2024-07-04, or parl.clacton.by.2014-10-09")
    parser.add_argument("--title", metavar="TITLE", help="2024 general election")
    parser.add_argument("--baseline", metavar="NIGHT", help="a past night, a file of one, or a CSV of notional results")
    parser.add_argument(
        "--renamed",
        type=_codes_of,
        action="append",
        default=[],
        metavar="OLD=NEW",
        help="the code of a seat in the baseline, or in --layout, and its code now; once for each",
    )
    parser.add_argument("--baseline-name", default="", metavar="NAME", help="what to call notional results")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write it (default: standard output)")
    parser.add_argument("--shipped", type=Path, metavar="FOLDER", help="write all shipped nights again")
    parser.add_argument("--layout", type=Path, metavar="HEXJSON", help="add the map of a set of boundaries")
    parser.add_argument("--year", type=int, metavar="YEAR", help="from which year the boundaries of --layout are")
    parser.set_defaults(call=run)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Import as the options say; 0 if done, 1 if a file was refused, 2 if options are missing.

    BadRecord, NotKept or Refused if a record is refused.
    """
    if coming.describes(options, options.candidates) and not (options.id or options.contests):
        return _write(night_file(coming.night_of(options, options.candidates)), options.out)
    a_night = options.candidates and options.id and options.title
    if options.shipped is None and options.layout is None and options.record is None and not a_night:
        print(
            "Give a record; or --candidates, --id and --title, with the Library's --contests too; or --shipped; or "
            "--layout.",
            file=sys.stderr,
        )
        return 2
    try:
        if options.record and options.record.is_dir():
            return with_stream(settings, lambda stream: restore(options.record, settings, stream))
        if options.record:
            return _keep(options.record, settings)
        if options.layout:
            return lay_out(options.layout, options.year, options.out, dict(options.renamed))
        return _ship(options.shipped) if options.shipped else _import(options, settings)
    except ImportRefused as refused:
        print(refused, file=sys.stderr)
        count = len(refused.problems)
        print(f"{count:,} error{'s'[: count > 1]}: nothing was imported.", file=sys.stderr)
    except (BadNight, hexjson.BadLayout, archive.UnknownNight) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(unusable(error), file=sys.stderr)
    return 1


def _keep(file: Path, settings: Settings) -> int:
    kept, data = Kept(settings.data_dir), night_in(file)
    if is_night_file(data):
        data = b"".join(record.written(record_events(past_in(data, file.name))))
    night = checked(data)[0]
    name = night.definition.id
    if night.at > now() or still_open(night, now()):
        sentence = f"{night.definition.title} is not over: it is no past night yet, and nothing of it is kept."
        raise Refused("not-over", f"{sentence} Open it, or rehearse it: open {file}, rehearse {file}.")
    if name in nights_on_air(settings):
        raise Refused("night-on-air", f"{name} is on air here: end that night first, with keep or discard.")
    night, new = kept.add(data)
    copied(file.parent, kept.folder, night)
    if not new:
        print(f"{night.definition.title} is here already, with the same head: {kept.file(name)}.")
        return 0
    print(f"{night.definition.title}, {night.seq:,} events: kept in {kept.file(name)}.")
    print(f"It is a past night here: {settings.public_url}/nights/{name}")
    return 0


def _import(options: argparse.Namespace, settings: Settings) -> int:
    if is_handbook(options.contests):
        return _said(of_councils(options, Kept(settings.data_dir)), options.out)
    made = imported(
        options.contests,
        options.candidates,
        id=options.id,
        title=options.title,
        baseline=_baseline(options.baseline, Kept(settings.data_dir)),
        baseline_name=options.baseline_name,
        renamed=dict(options.renamed),
    )
    return _said(made, options.out)


def _said(made: Imported, out: Path | None) -> int:
    for sentence in summed_up(made.notes):
        print(f"Noted: {sentence}", file=sys.stderr)
    return _write(made.text, out)


def _write(text: str, out: Path | None) -> int:
    if out is None:
        sys.stdout.write(text)
        return 0
    out.write_text(text, encoding="utf-8", newline="\n")
    contests = parsed(text.encode(), out.name)[1]
    waiting = sum(not contest.first_places for contest in contests)
    without = f", {waiting} of them without votes" if waiting else ""
    print(f"{out}: {len(contests)} contest{'s'[: len(contests) > 1]}{without}.")
    return 0


def _baseline(name: str | None, kept: Kept) -> PastNight | Path | None:
    if name is None or Path(name).suffix.casefold() == ".csv":
        return Path(name) if name else None
    return past_named(name, kept)


def _codes_of(text: str) -> tuple[str, str]:
    old, _, new = text.partition("=")
    if not (GSS.fullmatch(old) and GSS.fullmatch(new)):
        raise argparse.ArgumentTypeError(f"{text} is not like S14000006=S14000107: the old code, then the new one")
    return old, new


def _ship(folder: Path) -> int:
    files = [(f"{night}.jsonl", text) for night, text in shipped(folder)]  # all are made before the first is written
    files += councils.shipped(folder) if (folder / "councils").is_dir() else []
    parties = registrations(folder)
    archive.FOLDER.mkdir(exist_ok=True)
    for name, text in files:
        (archive.FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
    register.written(parties)
    nights = sum(name.endswith(".jsonl") for name, _ in files)
    print(f"{archive.FOLDER}: {nights} nights, {len(parties)} parties.")
    return 0
