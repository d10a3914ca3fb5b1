"""HTTP answers that are made and compressed once for many readers, with their ETag. No content is made here."""

import gzip
import hashlib

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

HTML = "text/html; charset=utf-8"
JSON = "application/json"


class Body(Struct, frozen=True):
    """A body, plain and gzipped; ``etag`` is made from its content, for what has no seq."""

    plain: bytes
    gzipped: bytes
    etag: str


def body(text: str | bytes) -> Body:
    """Compress a body once."""
    plain = text.encode() if isinstance(text, str) else text
    return Body(plain, gzip.compress(plain, 9, mtime=0), f'"{hashlib.sha256(plain).hexdigest()[:16]}"')


def answer(request: Request, content: Body, media_type: str, etag: str, cache: str = "no-cache") -> Response:
    """The body, or 304 where the reader has it already; gzipped if the reader takes that."""
    headers = {"ETag": etag, "Cache-Control": cache, "Vary": "Accept-Encoding"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(content.gzipped, headers=headers, media_type=media_type)
    return Response(content.plain, headers=headers, media_type=media_type)
