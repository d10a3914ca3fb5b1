"""HTTP answers that are made and compressed once for many readers, with their ETag. No content is made here."""

from functools import lru_cache

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from server.live.channel import Channel
from server.live.memory.bodies import Body

# For what is the same for everybody who sends the same: browsers ask each time, and a cache that many share may answer
# for a second. A page that is a second old catches up by the push.
SHARED = "max-age=0, must-revalidate, s-maxage=1"
HTML = "text/html; charset=utf-8"
JSON = "application/json"
_LONGEST_HEADER = 256  # characters of Accept-Encoding that are read; no browser sends half as many


def answer(request: Request, content: Body, media_type: str, etag: str, cache: str = "no-cache") -> Response:
    """The body, compressed as the reader accepts it; or 304 if the reader has it already, by its ``If-None-Match``."""
    headers = {"ETag": etag, "Cache-Control": cache, "Vary": "Accept-Encoding"}
    if is_known(request.headers, etag):
        return Response(status_code=304, headers=headers)
    match coding(request.headers):
        case "br":
            headers["Content-Encoding"] = "br"
            return Response(content.brotli_for_one_more(), headers=headers, media_type=media_type)
        case "gzip":
            headers["Content-Encoding"] = "gzip"
            return Response(content.gzipped, headers=headers, media_type=media_type)
        case _:
            return Response(content.plain, headers=headers, media_type=media_type)


def is_known(headers: Headers, etag: str) -> bool:
    """Whether the reader has what has this ETag, by its ``If-None-Match``."""
    asked = headers.get("if-none-match", "")
    return asked.strip() == "*" or etag in asked


def coding(headers: Headers) -> str:
    """The coding that a reader prefers: "br", "gzip" or "identity"."""
    return _coding(",".join(headers.getlist("accept-encoding"))[:_LONGEST_HEADER])


@lru_cache(maxsize=256)  # browsers send only a handful of different headers
def _coding(accepted: str) -> str:
    """The coding that an Accept-Encoding header prefers (RFC 9110, 12.5.3): "br", "gzip" or "identity".

    Brotli wins a tie with gzip. "identity" is the answer if the reader prefers it, or accepts neither of the others.
    """
    weights: dict[str, float] = {}
    for part in accepted.split(","):
        coding, _, weight = part.replace(" ", "").lower().partition(";q=")
        try:
            weights[coding] = float(weight or 1)
        except ValueError:
            weights[coding] = 0
    unnamed = weights.get("*", 0)
    best = max(("br", "gzip"), key=lambda coding: weights.get(coding, unnamed))
    return best if 0 < weights.get(best, unnamed) >= weights.get("identity", 0) else "identity"


def etag(channel: Channel) -> str:
    """The ETag of everything that is shown of a night in its present state: the night's seq, and the edition; and the
    head where the same seq may have been shown with other events, as of a replay that plays again."""
    if channel.history.replaced or channel.history.is_other:
        return f'"{channel.seq}-{channel.edition}-{channel.head[:16]}"'
    return f'"{channel.seq}-{channel.edition}"' if channel.edition else f'"{channel.seq}"'


def for_any_site(response: Response) -> Response:
    """The response, readable by scripts of any site, since results are public (CORS, in the Fetch standard)."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Retry-After"
    return response
