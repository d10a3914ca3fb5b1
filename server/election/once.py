"""Values that are worked out once for an object that never changes, and live as long as it does. No rules."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from msgspec import Struct

Owner = TypeVar("Owner", bound=Struct)
T = TypeVar("T")


def is_known(make: Callable[[Owner], object], owner: Owner) -> bool:
    """Whether a Struct keeps the value of a function that is decorated with ``once``."""
    return f"{make.__module__}.{make.__qualname__}" in vars(owner)


def once(make: Callable[[Owner], T]) -> Callable[[Owner], T]:
    """Decorates a function of a frozen Struct, so that each Struct keeps the function's value once it is worked out.

    The Struct must be declared with ``dict=True``. The value is kept in that dict: it takes no part in comparison or
    encoding, ``replace`` does not copy it, and it is freed with the Struct.
    """
    name = f"{make.__module__}.{make.__qualname__}"

    @wraps(make)
    def known(owner: Owner) -> T:
        kept = vars(owner)
        if name not in kept:
            kept[name] = make(owner)
        return kept[name]

    return known
