"""HTTP answers that are made and compressed once for many readers, with their ETag. No content is made here."""

from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from server.live.bodies import Body
from server.live.channel import Channel

HTML = "text/html; charset=utf-8"
JSON = "application/json"
_LONGEST = 256  # letters of a header that are read; no browser's has half as many


def policy(ancestors: str = "'none'") -> str:
    """What browsers let a page load (Content-Security-Policy), and whose pages may show it in a frame."""
    loads = "default-src 'self'; img-src 'self' data:; connect-src 'self' ws: wss:"
    return f"{loads}; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"


def answer(request: Request, content: Body, media_type: str, etag: str, cache: str = "no-cache") -> Response:
    """The body, or 304 where the reader has it already; compressed as the reader takes it."""
    headers = {"ETag": etag, "Cache-Control": cache, "Vary": "Accept-Encoding"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    match _coding(",".join(request.headers.getlist("accept-encoding"))[:_LONGEST]):
        case "br":
            headers["Content-Encoding"] = "br"
            return Response(content.brotli, headers=headers, media_type=media_type)
        case "gzip":
            headers["Content-Encoding"] = "gzip"
            return Response(content.gzipped, headers=headers, media_type=media_type)
        case _:
            return Response(content.plain, headers=headers, media_type=media_type)


@lru_cache(maxsize=256)  # browsers have a handful of ways to say it
def _coding(accepted: str) -> str:
    """Which of our codings a reader likes best by what it accepts (RFC 9110, 12.5.3), brotli before gzip; "identity"
    where it likes that better, or takes none of them."""
    liked: dict[str, float] = {}
    for one in accepted.split(","):
        coding, _, weight = one.replace(" ", "").lower().partition(";q=")
        try:
            liked[coding] = float(weight or 1)
        except ValueError:
            liked[coding] = 0
    others = liked.get("*", 0)
    best = max(("br", "gzip"), key=lambda coding: liked.get(coding, others))
    return best if 0 < liked.get(best, others) >= liked.get("identity", 0) else "identity"


def etag(channel: Channel) -> str:
    """The ETag of everything shown of a night as it stands: its seq, and which edition it is."""
    return f'"{channel.seq}-{channel.edition}"' if channel.edition else f'"{channel.seq}"'
