"""The files a page needs, read and compressed once, at addresses that change with their content; which are missing."""

import hashlib
import mimetypes
import os
import re
from contextlib import suppress
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.html.answers import answer
from server.html.root import rooted
from server.live.memory.bodies import Body

_FOLDER = Path(__file__).resolve().parent.parent.parent / "web" / "static"
_COMPRESSED = _FOLDER.parent / "__pycache__" / "static.compressed"
_TEMPLATES = _FOLDER.parent / "templates"
_BESIDES = ("count-worker.js", "embed.js", "notices-worker.js")  # asked for at addresses of their own
_ASKED = r"\bstatic\(['\"]([^'\"]+)"
# What a page with a map needs to be seen, and what every page needs that is pushed to, as one file each: that is six
# answers less, and a tenth smaller.
_TOGETHER = {
    "pages.css": ("declared.css", "follow.css", "map.css"),
    "pushed.js": ("spare.js", "vendor/htmx.min.js", "vendor/hx-ws.min.js", "line.js", "shown.js", "live.js", "map.js"),
}


class _File(Struct, frozen=True):
    """A file in memory; ``digest`` is the hash of its content."""

    content: Body
    media_type: str

    @property
    def digest(self) -> str:
        return self.content.etag.strip('"')


@cache
def _files() -> dict[str, _File]:
    """Every file below web/static by its path there, and what is put together of them, read when the first of them is
    asked for.

    A request only looks its name up in this dict. So another spelling of a path, such as ``x/../y``, is not found, and
    no request can make the process read, compress or keep anything more.
    """
    contents: dict[str, bytes] = {}
    for folder, _, names in os.walk(_FOLDER, followlinks=True):
        for path in (Path(folder, name) for name in names):
            contents[path.relative_to(_FOLDER).as_posix()] = _bare(path.name, path.read_bytes())
    for name, parts in _TOGETHER.items():
        contents[name] = (b"\n;\n" if name.endswith("js") else b"\n").join(contents.get(part, b"") for part in parts)
    return {name: _File(Body(content, lasting=True), _media_type(name)) for name, content in contents.items()}


def _media_type(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _bare(name: str, content: bytes) -> bytes:
    """A script or stylesheet of ours without comments, indentation and spaces that mean nothing, a quarter of its
    compressed size. No string of a script may have two slashes or an operator between spaces, or go over several lines;
    none of a style sheet may have braces, or a space after a colon or comma."""
    if name.endswith(".js"):
        content = re.sub(rb"^\s*// .*\n|^[ \t]+|[ \t]+// .*$|\n(?=\n)", b"", content, flags=re.MULTILINE)
        means_nothing = rb"(?<=[{;,(\[])\n| (=|=>|[=!]==|&&|\|\||\?\?|[+?&|]+=) "
        return content if name.endswith(".min.js") else re.sub(means_nothing, rb"\1", content)
    if name.endswith(".css"):
        content = re.sub(rb"/\*.*?\*/\n?", b"", content, flags=re.DOTALL)
        # "--dark: ;" keeps its space, which is its value.
        return re.sub(rb"\s*([{}])\s*|(?<=[;,])\s+|(?<=:) (?=[^;])", rb"\1", content)
    return content


def static(name: str) -> str:
    """The address of a file below web/static, with the hash of its content in it; one that is missing is not found."""
    return rooted(f"/static/{_files()[name].digest if name in _files() else 'missing'}/{name}")


@cache
def _asked() -> tuple[str, ...]:
    """The files that pages ask for by name."""
    return tuple(found for page in _TEMPLATES.rglob("*.html") for found in re.findall(_ASKED, page.read_text()))


@cache
def lacking() -> str:
    """A sentence about the files that pages ask for and that web/static does not have; "" if it has them all."""
    asked = _asked()
    names = (*asked, *_BESIDES)
    missing = sorted({part for name in names for part in _TOGETHER.get(name, (name,)) if part not in _files()})
    if asked and not missing:
        return ""
    why = "Pages can be read, but may not follow a night. scripts/setup brings what is not in the checkout."
    return f"web/static lacks {', '.join(missing) or 'everything'}. {why}"


def compress() -> None:
    """Have every file compressed before anybody asks for one, but for those that are sent only together with others.

    It takes a third of a second in all; call it in a thread. The next process that starts finds what was made here, as
    Python finds its compiled modules. If it cannot be written, each process compresses the files when it starts.
    """
    parts = {part for together in _TOGETHER.values() for part in together}.difference(_asked())
    sent = [file.content for name, file in _files().items() if name not in parts]
    known = _read()
    for content in sent:
        if content.etag in known and not content.is_compressed:
            content.keep(*known[content.etag])
        content.compress()
    if known.keys() != {content.etag for content in sent}:
        _write({content.etag: (content.brotli, content.gzipped) for content in sent})


def _read() -> dict[str, tuple[bytes, bytes]]:
    """Brotli and gzip of every file by its ETag; nothing if they are not there, are damaged, or were written by another
    version of the program."""
    with suppress(OSError, msgspec.DecodeError):
        stored = _COMPRESSED.read_bytes()
        digest, kept = stored[:32], stored[32:]
        if digest == hashlib.sha256(kept).digest():
            return msgspec.msgpack.decode(kept, type=dict[str, tuple[bytes, bytes]])
    return {}


def _write(known: dict[str, tuple[bytes, bytes]]) -> None:
    with suppress(OSError):
        _COMPRESSED.parent.mkdir(exist_ok=True)
        new = _COMPRESSED.with_suffix(f".{os.getpid()}")
        kept = msgspec.msgpack.encode(known)
        new.write_bytes(hashlib.sha256(kept).digest() + kept)
        new.replace(_COMPRESSED)


@allows(everyone)
async def static_file(request: Request) -> Response:
    """``/static/{hash}/{name}``: browsers keep it for a year, because other content has another address."""
    file = _files().get(request.path_params["name"])
    if file is None:
        raise HTTPException(404, "There is no such file.")
    fresh = request.path_params["digest"] == file.digest
    cache_for = "public, max-age=31536000, immutable" if fresh else "no-cache"
    return answer(request, file.content, file.media_type, file.content.etag, cache_for)


routes: list[BaseRoute] = [Route("/static/{digest}/{name:path}", static_file)]
