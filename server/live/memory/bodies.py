"""The bytes of an answer, made once for all who ask: plain, gzip and Brotli. No HTTP."""

import asyncio
import gzip
import hashlib
from functools import cached_property
from typing import Any, cast

import brotli  # pyright: ignore[reportMissingTypeStubs]

from server.live.memory.leisure import Leisure
from server.live.memory.memo import Held

# A night's page with its map is 9% smaller than with gzip's best level, in half the time: 4.7 ms. 6 takes 3.3 ms and
# sends 2% more, 7 takes longer than 8, and 9 four times as long.
_QUALITY = 8
# The page of a whole night in a general election: its first readers' load stays below 60 KB, and they are the only ones
# who wait the 20 ms of a thread.
_BETTER, _WHOLE_NIGHT = 9, 256 * 1024
# Of files, once a start: a quarter of a second for all, and three per cent less than 10 makes in a tenth of one.
_BEST = 11
_QUICK = 5
# What is asked for a third time is worth the best level, an eighth less of a night's page, if nobody waits for it: it
# takes 0.1 to 0.4 seconds. What is larger takes longer than most states of a night last, and tens of milliseconds even
# as it is made for the first reader.
_OFTEN = 3
_LARGE = 512 * 1024

_leisure = Leisure()


class Body(Held):
    """A body whose compressed forms are made when somebody first asks for them.

    ``lasting``: the content stays the same while the program runs, so it is worth a slower, better compression at once.
    """

    def __init__(self, plain: bytes, lasting: bool = False) -> None:
        super().__init__(len(plain))
        self.plain = plain
        self._is_best = lasting
        self._asked = 0

    @cached_property
    def gzipped(self) -> bytes:
        """The body in gzip (RFC 1952), which every client takes."""
        return self.holding(self._in_gzip())

    @cached_property
    def brotli(self) -> bytes:
        """The body in Brotli (RFC 7932), which browsers take over TLS and from localhost."""
        return self.holding(self._in_brotli())

    def _in_gzip(self) -> bytes:
        return gzip.compress(self.plain, 9, mtime=0)

    def _in_brotli(self) -> bytes:
        better = _BETTER if _WHOLE_NIGHT < len(self.plain) <= _LARGE else _QUALITY
        return cast(Any, brotli).compress(self.plain, quality=_BEST if self._is_best else better)

    def brotli_for_one_more(self) -> bytes:
        """The body in Brotli for one more reader: if many ask, the later ones are sent a better form than the first."""
        self._asked += 1
        if self._asked >= _OFTEN and not self._is_best and len(self.plain) <= _LARGE:
            self._is_best = _leisure.make(lambda: cast(Any, brotli).compress(self.plain, quality=_BEST), self._improve)
        return self.brotli

    def _improve(self, better: bytes) -> None:
        more = len(better) - len(self.brotli)
        vars(self).update(brotli=better, size=self.size + more)
        if self.grew:
            self.grew(more)

    def keep(self, brotli: bytes, gzipped: bytes) -> None:
        """Take forms that were made of this content before."""
        vars(self).update(brotli=self.holding(brotli), gzipped=self.holding(gzipped))

    @property
    def is_compressed(self) -> bool:
        """Whether any form but the plain one was made."""
        return not vars(self).keys().isdisjoint(("brotli", "gzipped"))

    async def compress_beside(self, coding: str) -> None:
        """Let others have a turn before a body that was made just now is compressed, and while a large one is."""
        if self.is_compressed:
            return
        await asyncio.sleep(0)
        name, make = {"br": ("brotli", self._in_brotli), "gzip": ("gzipped", self._in_gzip)}.get(coding, ("", None))
        if make and len(self.plain) > _WHOLE_NIGHT:
            made = await asyncio.to_thread(make)
            if name not in vars(self):  # another reader may have waited for the same
                vars(self)[name] = self.holding(made)

    def compress(self) -> None:
        """Make every form now, so that nobody waits for one later."""
        _ = self.brotli, self.gzipped

    @cached_property
    def etag(self) -> str:
        """A strong ETag (RFC 9110, 8.8.3) made from the content, for answers that have no seq."""
        return f'"{hashlib.sha256(self.plain).hexdigest()[:16]}"'


def quickly_compressed(plain: bytes) -> tuple[bytes, bytes]:
    """Brotli and gzip of what is large and changes often, for ``Body.keep``: of 600 KB in 30 ms of a thread."""
    return cast(Any, brotli).compress(plain, quality=_QUICK), gzip.compress(plain, _QUICK, mtime=0)


def body(text: str | bytes) -> Body:
    """A body that is answered until the night moves on."""
    return Body(text.encode() if isinstance(text, str) else text)
