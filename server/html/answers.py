"""HTTP answers that are made and compressed once for many readers, with their ETag. No content is made here."""

from starlette.requests import Request
from starlette.responses import Response

from server.live.bodies import Body
from server.live.channel import Channel

HTML = "text/html; charset=utf-8"
JSON = "application/json"


def policy(ancestors: str = "'none'") -> str:
    """What browsers let a page load (Content-Security-Policy), and whose pages may show it in a frame."""
    loads = "default-src 'self'; img-src 'self' data:; connect-src 'self' ws: wss:"
    return f"{loads}; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"


def answer(request: Request, content: Body, media_type: str, etag: str, cache: str = "no-cache") -> Response:
    """The body, or 304 where the reader has it already; compressed as the reader takes it."""
    headers = {"ETag": etag, "Cache-Control": cache, "Vary": "Accept-Encoding"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    accepted = [one.partition(";")[0].strip() for one in request.headers.get("accept-encoding", "").split(",")]
    if "br" in accepted:
        headers["Content-Encoding"] = "br"
        return Response(content.brotli, headers=headers, media_type=media_type)
    if "gzip" in accepted:
        headers["Content-Encoding"] = "gzip"
        return Response(content.gzipped, headers=headers, media_type=media_type)
    return Response(content.plain, headers=headers, media_type=media_type)


def etag(channel: Channel) -> str:
    """The ETag of everything shown of a night as it stands: its seq, and which edition it is."""
    return f'"{channel.seq}-{channel.edition}"' if channel.edition else f'"{channel.seq}"'
