"""Static files and how answers are compressed: a file has one name, and a reader is sent what it takes."""

import gzip
import re
from hashlib import sha256
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

import brotli  # pyright: ignore[reportMissingTypeStubs]
import pytest
from msgspec import Struct
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.html import static
from server.html.answers import answer
from server.html.errors import on_http_error
from server.live.memory.bodies import Body
from server.settings import ROOT

PLAIN = b"what is said " * 100


async def said(request: Request) -> Response:
    content = Body(PLAIN)
    return answer(request, content, "text/plain", content.etag)


class Answer(Struct, frozen=True):
    """What came back."""

    status: int
    headers: dict[str, str]
    content: bytes


async def asked(path: str, *accepted: str) -> Answer:
    """Ask with a path as it is, which clients would tidy up first."""
    site = Starlette(routes=[*static.routes, Route("/said", said)], exception_handlers={HTTPException: on_http_error})
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": unquote(path),
        "query_string": b"",
        "headers": [(b"accept-encoding", header.encode()) for header in accepted],
    }
    await site(scope, cast(Any, None), send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], headers, b"".join(message["body"] for message in sent[1:]))


@pytest.mark.parametrize(
    "name",
    [
        "anything/../declared.css",
        "anything/%2e%2e/declared.css",
        "./declared.css",
        "%2e/declared.css",
        "/declared.css",
        "//declared.css",
        "vendor/../declared.css",
        "vendor//../declared.css",
        "..%5cdeclared.css",
        "vendor%5c..%5cdeclared.css",
        "Declared.css",
        "declared.css/",
        "declared.css/.",
        "declared.css%00",
        "../static/declared.css",
        "vendor",
        "",
        "a" * 3000,
    ],
)
async def test_a_file_is_found_by_its_one_name_alone(name: str) -> None:
    address = static.static("declared.css").removesuffix("declared.css")
    assert (await asked(address + name, "br")).status == 404


async def test_a_file_is_compressed_once_whatever_address_it_is_asked_at() -> None:
    first = await asked(static.static("declared.css"), "br")
    for digest in range(3):
        other = await asked(f"/static/{digest}/declared.css", "br")
        assert (other.status, other.headers["cache-control"]) == (200, "no-cache")
        assert other.content is first.content


async def test_all_files_that_are_sent_can_be_compressed_before_anybody_asks() -> None:
    static.compress()
    files = static._files()  # pyright: ignore[reportPrivateUsage]
    assert [files[name].content.is_compressed for name in ("pushed.js", "line.js", "spare.js")] == [True, True, False]
    found = await asked(static.static("declared.css"), "br")
    assert cast(Any, brotli).decompress(found.content).startswith(b":root")
    again = await asked(static.static("declared.css"), "br")
    assert again.content is found.content


def test_what_one_process_compressed_the_next_one_finds_and_what_is_damaged_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "new" / "compressed"
    monkeypatch.setattr(static, "_COMPRESSED", kept)

    def started() -> dict[str, Body]:
        static._files.cache_clear()  # pyright: ignore[reportPrivateUsage]
        static.compress()
        return {name: file.content for name, file in static._files().items()}  # pyright: ignore[reportPrivateUsage]

    first, whole = started(), kept.read_bytes()
    with monkeypatch.context() as nobody:
        nobody.setattr(gzip, "compress", None)
        second = started()
    assert {name: vars(body).get("brotli") for name, body in second.items()} == {
        name: vars(body).get("brotli") for name, body in first.items()
    }
    for name, body in second.items():
        assert body.size == first[name].size
        if body.is_compressed:
            assert cast(Any, brotli).decompress(body.brotli) == gzip.decompress(body.gzipped) == body.plain
    of_another_version = sha256(b"\x90").digest() + b"\x90"  # an empty list
    for damaged in (b"", whole[:20], whole[:-9], whole[:-9] + b"otherwise", b"x" * 100, of_another_version):
        kept.write_bytes(damaged)
        assert started()["count.js"].brotli == first["count.js"].brotli
        assert kept.read_bytes() == whole
    kept.unlink()
    kept.mkdir()  # where it cannot be written
    assert started()["count.js"].is_compressed


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        (("gzip, deflate, br, zstd",), "br"),
        (("gzip, deflate",), "gzip"),
        (("gzip;q=0.5, br;q=1.0",), "br"),
        (("gzip;q=1.0, br;q=0.5",), "gzip"),
        (("br;q=0, gzip",), "gzip"),
        (("br;q=0.000",), ""),
        (("br ; Q=0 , gzip ; q=0",), ""),
        (("BR",), "br"),
        (("*",), "br"),
        (("*;q=0",), ""),
        (("br;q=0, *",), "gzip"),
        (("br, *;q=0",), "br"),
        (("identity;q=1, br;q=0.5, gzip;q=0.2",), ""),
        (("gzip, identity",), "gzip"),
        (("identity;q=0",), ""),  # nothing that we have: then the header may be passed over
        (("br;q=0", "gzip"), "gzip"),  # two fields are one list
        (("br;q=much",), ""),
        (("brotli, gzipped",), ""),
        (("",), ""),
        ((), ""),
    ],
)
async def test_an_answer_is_compressed_as_its_reader_takes_it(accepted: tuple[str, ...], coding: str) -> None:
    found = await asked("/said", *accepted)
    assert found.headers.get("content-encoding", "") == coding
    plain = {"br": cast(Any, brotli).decompress, "gzip": gzip.decompress, "": bytes}[coding](found.content)
    assert (plain, found.headers["vary"]) == (PLAIN, "Accept-Encoding")


async def test_readers_load_our_scripts_and_styles_without_their_comments() -> None:
    for name, comment, code in (
        ("live.js", b"// Keeps an open page", b"follow(place"),
        ("desk.css", b"/*", b".desk .top nav"),
    ):
        content = (await asked(static.static(name))).content
        assert comment not in content and code in content


def test_nothing_that_readers_are_spared_stands_in_a_string() -> None:
    for path in (ROOT / "web" / "static").glob("*.js"):
        for line in path.read_text().splitlines():
            assert line.count("`") % 2 == 0, f"{path.name}: a string over several lines loses its indentation: {line}"
    for path in (ROOT / "web" / "static").glob("*.css"):
        quoted = re.findall(r"'[^'\n]*'|\"[^\"\n]*\"", re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL))
        assert not [text for text in quoted if "{" in text or "}" in text], path.name
