"""What is worked out once for something that never changes, and kept with it for as long as it lives. No rules."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from msgspec import Struct

Owner = TypeVar("Owner", bound=Struct)
T = TypeVar("T")


def once(make: Callable[[Owner], T]) -> Callable[[Owner], T]:
    """A function of a frozen Struct that is worked out the first time it is asked of each.

    The Struct must be declared with ``dict=True``; what was worked out is neither compared, encoded nor replaced with
    it, and goes when it goes.
    """
    name = f"{make.__module__}.{make.__qualname__}"

    @wraps(make)
    def known(owner: Owner) -> T:
        kept = vars(owner)
        if name not in kept:
            kept[name] = make(owner)
        return kept[name]

    return known
