"""A photograph made small and plain: at most 1,600 pixels a side, without place, device or anything else about it."""

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

from msgspec import Struct
from PIL import Image, ImageOps

from server.election.limits import MOST_PHOTO_BYTES
from server.election.refusals import Refused
from server.election.texts.said import say

MOST_UPLOADED = 16 * 1024 * 1024  # bytes of a request; a phone's photograph has 3 to 12 MB
_FORMATS = ("JPEG", "PNG", "WEBP")
_MOST_PIXELS = 60_000_000  # in memory 180 MB at most; a JPEG is made small while it is read
_SIDE, _FEWEST = 1600, 100
_QUALITIES = (82, 70, 55, 40)
# One at a time: two would take twice the memory, and are not sooner done beside everything else.
_darkroom = ThreadPoolExecutor(1, "photograph")
_UNREADABLE = say("That cannot be read as a photograph. Send a JPEG, PNG or WebP picture.")
_LARGE = say("That has more than %(most)s million pixels.", most=_MOST_PIXELS // 1_000_000)
_SMALL = say("That has fewer than %(fewest)s pixels a side: nobody could read it.", fewest=_FEWEST)
_FULL = say("That has too much in it to be made small. Photograph the sheet alone.")


class Small(Struct, frozen=True):
    """A JPEG file that has nothing but the picture; ``sha256`` is its hash, in hexadecimal digits."""

    data: bytes
    sha256: str
    width: int
    height: int


async def shrunk(data: bytes) -> Small:
    """The photograph made small, in another thread; Refused if it is none, or too large."""
    return await asyncio.get_running_loop().run_in_executor(_darkroom, _shrunk, data)


def _shrunk(data: bytes) -> Small:
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise Refused("photo-large", _LARGE)
            if min(opened.size) < _FEWEST:
                raise Refused("photo-small", _SMALL)
            opened.draft("RGB", (_SIDE, _SIDE))
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((_SIDE, _SIDE))
            picture = _on_white(upright)
    except Image.DecompressionBombError:
        raise Refused("photo-large", _LARGE) from None
    except (OSError, SyntaxError, ValueError, EOFError):
        raise Refused("photo-unreadable", _UNREADABLE) from None
    for quality in _QUALITIES:
        file = BytesIO()
        picture.save(file, "JPEG", quality=quality, optimize=True)
        if file.tell() <= MOST_PHOTO_BYTES:
            break
    else:
        raise Refused("photo-large", _FULL)
    small = file.getvalue()
    return Small(small, hashlib.sha256(small).hexdigest(), picture.width, picture.height)


def _on_white(picture: Image.Image) -> Image.Image:
    """The pixels alone, in a new picture: nothing that a file says besides them comes along."""
    seen = picture.convert("RGBA")
    new = Image.new("RGB", seen.size, "white")
    new.paste(seen, mask=seen.getchannel("A"))
    return new
