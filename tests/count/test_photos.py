"""Photographs of the result sheet: made plain and small, on record by hash, seen, hidden, and kept with the night."""

import asyncio
import hashlib
import time
from argparse import Namespace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import httpx2
import pytest
from msgspec.structs import replace
from PIL import Image
from starlette.testclient import TestClient

from server.app import build_app
from server.commands import export, import_, verify
from server.commands.whole import export_all, restore
from server.count.photos.shrinking import shrunk
from server.election.commands import ShowPhoto
from server.election.events import SheetHidden, SheetPhotographed
from server.election.limits import MOST_PHOTO_BYTES
from server.nights.ending import keep
from server.nights.kept import Kept
from server.settings import Settings
from server.stream.events import EventStream
from server.stream.photos.photos import Photos
from server.stream.submit import Submitter
from tests.conftest import PATIENCE_SECONDS
from tests.count import rochester
from tests.count.conftest import HALL, Desk, Phone, declaration, signed_in
from tests.count.desk.conftest import CONTEST, text

PUBLIC = f"/nights/{rochester.NIGHT}/contests/{rochester.BALLOT}"


def photograph(colour: str = "grey", size: tuple[int, int] = (2000, 3000)) -> bytes:
    """A phone's photograph, held sideways, that says where and with what it was taken."""
    picture = Image.effect_noise(size, 60).convert("RGB")
    picture.paste(colour, (100, 100, 900, 900))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0110] = 6, "Phonemaker", "Model 9"
    exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 22.0, 30.0), 3: "E", 4: (0.0, 30.0, 1.0)})
    file = BytesIO()
    picture.save(file, "JPEG", exif=exif, quality=60, comment=b"taken by Jane")
    return file.getvalue()


def sends(phone: Phone, data: bytes, name: str = "sheet.jpg", kind: str = "image/jpeg") -> httpx2.Response:
    """Send a photograph with the form of the receipt."""
    phone.open("/count/receipt")
    fields = Phone.hidden(phone.page, "/count/photo")
    return phone.client.post(
        "/count/photo", data=fields, files={"photo": (name, data, kind)}, headers=phone.origin, follow_redirects=False
    )


def shown(client: TestClient, address: str, words: str = "", status: int = 200) -> httpx2.Response:
    """The answer at a public address, once it is as it has to be: the push may be a moment behind."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        answer = client.get(address)
        if (answer.status_code == status and words in text(answer.text)) or time.monotonic() > ends:
            return answer


def photographs(desk: Desk) -> list[SheetPhotographed]:
    return [event for event in desk.events() if isinstance(event, SheetPhotographed)]


@pytest.fixture
def officer(client: TestClient, desk: Desk) -> Phone:
    """An officer who has declared Rochester and Strood."""
    officer = signed_in(client, desk, "officer", name="Jane Smith")
    assert officer.declare().status_code == 303
    return officer


def test_a_photograph_is_made_plain_and_small_and_its_hash_is_on_record(
    officer: Phone, client: TestClient, desk: Desk
) -> None:
    sent = photograph()
    assert b"Phonemaker" in sent
    for _ in range(2):
        assert sends(officer, sent).headers["location"] == "/count/receipt"
    (event,) = photographs(desk)
    assert (event.by, event.ballot) == ("officer", rochester.BALLOT)
    address = f"{PUBLIC}/photos/{event.sha256}.jpg"
    served = shown(client, address)
    assert served.headers["content-type"] == "image/jpeg"
    assert served.headers["x-content-type-options"] == "nosniff"
    assert served.headers["cache-control"] == "public, max-age=60"
    assert client.get(address, headers={"If-None-Match": served.headers["etag"]}).status_code == 304
    assert hashlib.sha256(served.content).hexdigest() == event.sha256
    assert len(served.content) == event.size <= MOST_PHOTO_BYTES
    for word in (b"Exif", b"Phonemaker", b"Model 9", b"Jane"):
        assert word not in served.content
    with Image.open(BytesIO(served.content)) as seen:
        assert seen.size == (event.width, event.height) == (1600, 1067), "upright, as it was held"
        assert not seen.getexif()
    for page in (client.get(PUBLIC).text, officer.open("/count/receipt")):
        assert address in page
    record = client.get(f"/api/nights/{rochester.NIGHT}/record").text
    assert event.sha256 in record
    (told,) = client.get(f"/api{PUBLIC}").json()["photographs"]
    assert (told["sha256"], told["size"], told["width"]) == (event.sha256, event.size, 1600)
    assert "Jane Smith" not in record


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Take or choose a photograph first."),
        (b"<html><script>alert(1)</script>", "cannot be read as a photograph"),
        (photograph()[:3000], "cannot be read as a photograph"),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "cannot be read as a photograph"),
    ],
)
def test_what_is_no_photograph_is_refused_at_its_field(officer: Phone, desk: Desk, data: bytes, sentence: str) -> None:
    answer = sends(officer, data)
    assert answer.status_code == 422
    told = answer.text.split('id="photo-wrong"')[1].split("</p>")[0]
    assert sentence in told
    assert 'aria-describedby="photo-wrong"' in answer.text
    assert not photographs(desk)


def test_one_that_is_small_in_bytes_and_huge_in_pixels_is_not_unpacked(officer: Phone, desk: Desk) -> None:
    for size in ((12_000, 6_000), (20_000, 20_000)):
        file = BytesIO()
        Image.new("1", size).save(file, "PNG")
        assert len(file.getvalue()) < 100_000
        assert "60 million pixels" in sends(officer, file.getvalue()).text
    tiny = BytesIO()
    Image.new("RGB", (20, 20)).save(tiny, "PNG")
    assert "fewer than 100 pixels" in sends(officer, tiny.getvalue()).text
    assert not photographs(desk)


def test_there_are_at_most_four_and_none_before_the_declaration(client: TestClient, desk: Desk) -> None:
    officer = signed_in(client, desk, "officer", name="Jane Smith")
    officer.key()
    fields = Phone.hidden(officer.page, "/count/declare")
    early = officer.client.post(
        "/count/photo",
        data=fields,
        files={"photo": ("sheet.jpg", photograph(), "image/jpeg")},
        headers=officer.origin,
        follow_redirects=False,
    )
    assert (early.status_code, photographs(desk)) == (303, [])
    officer.send("/count/declare")
    for colour in ("red", "green", "blue", "white"):
        assert sends(officer, photograph(colour, (300, 200))).status_code == 303
    assert "/count/photo" not in officer.open("/count/receipt")
    officer.page = ""
    answer = officer.client.post(
        "/count/photo",
        data=fields,
        files={"photo": ("sheet.jpg", photograph("black", (300, 200)), "image/jpeg")},
        headers=officer.origin,
    )
    assert "no more can be added" in answer.text or answer.status_code == 422
    assert len(photographs(desk)) == 4
    assert len(desk.do(lambda stream: stream.client.call("HKEYS", f"{{{rochester.NIGHT}}}:photos"))) == 4


def test_the_desk_hides_one_and_its_file_is_gone(officer: Phone, client: TestClient, desk: Desk) -> None:
    editor = signed_in(client, desk, "desk", name="Ann Ray")
    sent_first = photograph("red", (300, 200))
    sends(officer, sent_first)
    (event,) = photographs(desk)
    editor.open(CONTEST)
    assert "Hide a photograph" in editor.page
    hides = {"photo": event.sha256, "reason": " "}
    assert editor.send("/desk/photo/hide", hides).status_code == 422
    editor.open(CONTEST)
    for _ in range(2):
        sent = editor.send("/desk/photo/hide", hides | {"reason": "It shows somebody's face."})
        assert sent.headers["location"] == CONTEST
    (hidden,) = (event for event in desk.events() if isinstance(event, SheetHidden))
    assert (hidden.sha256, hidden.by) == (event.sha256, "desk")
    assert shown(client, f"{PUBLIC}/photos/{event.sha256}.jpg", status=404).status_code == 404
    assert desk.do(lambda stream: Photos(stream).get(rochester.NIGHT, event.sha256)) is None
    said = "A photograph is hidden by the desk: It shows somebody's face."
    assert said in text(shown(client, PUBLIC, said).text)
    (told,) = client.get(f"/api{PUBLIC}").json()["photographs"]
    assert (told["sha256"], told["hidden"]) == (event.sha256, "It shows somebody's face.")
    assert "Hidden by the desk at" in text(officer.open("/count/receipt"))
    assert "has hidden this photograph" in sends(officer, sent_first).text
    assert len(photographs(desk)) == 1, "what is hidden does not come back"
    assert "hidden: It shows" in text(editor.open("/desk/record"))


def test_they_leave_with_the_night_and_come_back_and_verify_knows_them(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    night = replace(rochester.night(), id="parl.by-hand.2014-11-20")
    desk.open_night(night)
    file = asyncio.run(shrunk(photograph("red", (300, 200))))
    seen = ShowPhoto(
        id="photo",
        by="officer",
        ballot=rochester.BALLOT,
        sha256=file.sha256,
        size=len(file.data),
        width=file.width,
        height=file.height,
    )

    async def shown(stream: EventStream) -> None:
        await Photos(stream).put(night.id, file.sha256, file.data)
        for command in (declaration(), seen):
            await Submitter(stream).submit(night.id, command, datetime.now(UTC))

    def stored() -> bytes | None:
        return desk.do(lambda stream: Photos(stream).get(night.id, file.sha256))

    desk.do(shown)
    here = Settings(redis_url=desk.url, data_dir=tmp_path / "here")
    record = tmp_path / f"{night.id}.record.jsonl"
    photo = Path(f"{night.id}.photos", f"{file.sha256}.jpg")
    assert desk.do(lambda stream: export.export(Namespace(night=night.id, out=record), here, stream)) == 0
    assert (tmp_path / photo).read_bytes() == file.data

    def verified(photo: Path | None = None) -> int:
        return verify.verify(Namespace(record=str(record), head=None, photo=photo, acts=None), here)

    assert verified() == 0
    assert "1 are here" in capsys.readouterr().out
    other = tmp_path / "other.jpg"
    other.write_bytes(file.data)
    assert verified(other) == 0
    assert "is on record: Rochester and Strood" in capsys.readouterr().out
    other.write_bytes(file.data + b"x")
    assert verified(other) == 1
    assert "is no photograph of this record" in capsys.readouterr().err
    (tmp_path / photo).write_bytes(file.data + b"x")
    assert verified() == 1
    assert "Not as on record" in capsys.readouterr().err
    (tmp_path / photo).write_bytes(file.data)

    everything = tmp_path / "everything"
    assert desk.do(lambda stream: export_all(everything, here, stream)) == 0
    assert (everything / "on-air" / photo).read_bytes() == file.data
    desk.do(lambda stream: stream.erase(night.id))
    assert stored() is None, "erased with the night"
    desk.do(lambda stream: restore(everything, here, stream))
    assert stored() == file.data

    place, away = (Settings(redis_url=desk.url, data_dir=tmp_path / name) for name in ("place", "away"))
    kept = Kept(place.data_dir)
    desk.do(lambda stream: keep(stream, kept, night.id, lambda night, desk: None))
    assert (kept.folder / photo).read_bytes() == file.data
    assert stored() is None
    assert desk.do(lambda stream: export_all(tmp_path / "all", place, stream)) == 0
    assert (tmp_path / "all" / "kept" / photo).read_bytes() == file.data
    import_._keep(record, away)  # pyright: ignore[reportPrivateUsage]
    assert (tmp_path / "away" / "nights" / photo).read_bytes() == file.data
    with TestClient(build_app(place), base_url=HALL) as viewer:  # a past night has them too
        assert (
            viewer.get(f"/nights/{night.id}/contests/{rochester.BALLOT}/photos/{file.sha256}.jpg").content == file.data
        )
