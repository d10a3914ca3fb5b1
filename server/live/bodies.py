"""The bytes of an answer, made once for all who ask: plain, and compressed as each takes it. No HTTP."""

import gzip
import hashlib
from functools import cached_property
from typing import Any, cast

import brotli  # pyright: ignore[reportMissingTypeStubs]

from server.live.memo import Held

# A night's page on air becomes smaller than with gzip's best by a tenth, in half the time.
_QUALITY = 6
# A fiftieth larger than with brotli's best, 11, in half the time.
_BEST = 10


class Body(Held):
    """A body, plain and compressed as somebody asks for it; ``etag`` is made from its content, for what has no seq.

    ``lasting``: it is not made anew while the program runs, so that it can take its time to become small.
    """

    def __init__(self, plain: bytes, lasting: bool = False) -> None:
        super().__init__(len(plain))
        self.plain = plain
        self._lasting = lasting

    @cached_property
    def gzipped(self) -> bytes:
        """For any client."""
        return self.holding(gzip.compress(self.plain, 9, mtime=0))

    @cached_property
    def brotli(self) -> bytes:
        """For browsers (RFC 7932), which ask for it over TLS and on this machine."""
        quality = _BEST if self._lasting else _QUALITY
        return self.holding(cast(Any, brotli).compress(self.plain, quality=quality))

    def compress(self) -> None:
        """Make it in every form now, so that nobody waits for it later."""
        _ = self.brotli, self.gzipped

    @cached_property
    def etag(self) -> str:
        """From the content."""
        return f'"{hashlib.sha256(self.plain).hexdigest()[:16]}"'


def body(text: str | bytes) -> Body:
    """What is answered until the night moves on."""
    return Body(text.encode() if isinstance(text, str) else text)
