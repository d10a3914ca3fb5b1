"""Files that were damaged at random: each is imported, or refused in sentences; nothing else comes out of it."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from server.nights import archive
from server.nights.files import past_in, record_events
from server.nights.format import BadNight
from server.nights.kept import NotKept
from server.nights.sources import hexjson
from server.nights.sources.importer import ImportRefused, import_night
from server.nights.sources.source import Source
from server.stream.record import BadRecord, written
from tests.nights.library import CANDIDATES, CONTESTS

NIGHT, CLACTON = "parl.2019-12-12", "parl.clacton.by.2014-10-09"
EXPORT = """\
person_id,person_name,election_id,ballot_paper_id,party_id,party_name,post_label,cancelled_poll,votes_cast,elected
1,Ann Abel,parl.2019-12-12,parl.clacton.2019-12-12,PP52,Conservative Party,Clacton,f,400,t
2,Ben Bell,parl.2019-12-12,parl.clacton.2019-12-12,party:53,Labour Party,Clacton,f,200,f
3,Cy de Witt,parl.2019-12-12,parl.kettering.2019-12-12,PP63,Green Party,Kettering,t,,f
4,Di Dorn,parl.2019-12-12,parl.kettering.2019-12-12,PP90,Liberal Democrats,Kettering,t,,f
"""
NOTIONAL = """\
constituency_id,constituency_name,mnis_party_id,mnis_party_name,mnis_party_abbrev,votes,total_votes,electorate
E14000001,Upper,4,Conservative,Con,12,13,900
E14000001,Upper,NA,NA,NA,1,13,900
E14000002,Brook,8,Independent,Ind,5,5,900
"""
HEXES = b'{"layout":"odd-r","hexes":{"E14000001":{"n":"Upper","q":0,"r":0},"S14000006":{"n":"Ayr","q":1,"r":-3}}}'
PIECES = (
    b",",
    b"\n",
    b'"',
    b"\0",
    b"\xff",
    b"\xc3",
    b"-1",
    b"0",
    b"99999999999",
    b"{",
    b"null",
    b"[]",
    b"t",
    b" ",
    b"\xef\xbb\xbf",
)


def damaged(data: bytes, random: Random) -> bytes:
    """The bytes with a few of them exchanged, left out, or doubled, or others put in."""
    for _ in range(random.randint(1, 4)):
        place, length = random.randrange(len(data) + 1), random.randint(0, 12)
        cut = data[place : place + length]
        put = random.choice((*PIECES, cut * 2, bytes([random.randrange(256)]), b""))
        data = data[:place] + put + data[place + length :]
    return data


def library(data: bytes) -> None:
    import_night(Source("contests.csv", data), Source("candidates.csv", CANDIDATES.encode()), id=NIGHT, title="x")


def candidates(data: bytes) -> None:
    import_night(Source("contests.csv", CONTESTS.encode()), Source("candidates.csv", data), id=NIGHT, title="x")


def export(data: bytes) -> None:
    import_night(None, Source("export.csv", data), id=NIGHT, title="x")


def notional(data: bytes) -> None:
    pair = Source("contests.csv", CONTESTS.encode()), Source("candidates.csv", CANDIDATES.encode())
    import_night(*pair, id=NIGHT, title="x", baseline=Source("notional.csv", data))


def night_or_record(data: bytes) -> None:
    past = past_in(data, "night")
    assert past_in(b"".join(written(record_events(past))), "record").definition == past.definition


SHIPPED = archive.load(CLACTON)
FILES: dict[str, tuple[Callable[[bytes], None], bytes]] = {
    "contests": (library, CONTESTS.encode()),
    "candidates": (candidates, CANDIDATES.encode()),
    "export": (export, EXPORT.encode()),
    "notional": (notional, NOTIONAL.encode()),
    "night": (night_or_record, (archive.FOLDER / f"{CLACTON}.jsonl").read_bytes()),
    "record": (night_or_record, b"".join(written(SHIPPED.events))),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_damaged_file_is_read_or_refused_and_every_sentence_can_be_printed(kind: str) -> None:
    read, sound = FILES[kind]
    read(sound)
    random, refused = Random(kind), 0
    for _ in range(400):
        data = damaged(sound, random)
        try:
            read(data)
        except (ImportRefused, BadNight, BadRecord, NotKept) as error:
            refused += 1
            str(error).encode()
    assert refused > 100, "the damage did something"


def test_a_damaged_layout_is_read_or_refused(tmp_path: Path) -> None:
    random, file = Random("hexes"), tmp_path / "hexes-2024.hexjson"
    for _ in range(300):
        file.write_bytes(damaged(HEXES, random))
        try:
            hexjson.imported(file, 2024)
        except hexjson.BadLayout as error:
            str(error).encode()


DEEP = b"[" * 100_000 + b"]" * 100_000
CLACTON_FILE = (archive.FOLDER / f"{CLACTON}.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (CLACTON_FILE.replace(b'{"ballot"', b'{"x":' + DEEP + b',"ballot"', 1), "line 2: "),
        (CLACTON_FILE.replace(b'{"format"', b'{"x":' + DEEP + b',"format"', 1), "line 1: "),
        (b'{"head":"x","event":{"kind":"declared.1","x":' + DEEP + b"}}\n", "Line 1 is not a line of a night's record"),
        (
            CLACTON_FILE.replace(b"2014-10-09T22:00:00+01:00", b"9999-12-31T23:00:00-01:00"),
            "on no day that a clock has",
        ),
        (
            CLACTON_FILE.replace(b'"votes":{"', b'"votes":{"PPX":1,"', 1),
            "line 2: The first line does not name the party PPX.",
        ),
    ],
)
def test_what_no_page_could_show_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises((BadNight, BadRecord), match=sentence):
        past_in(data, "night")
