"""The PIN that a person chooses for an invitation: what is good enough, and its Argon2 hash. No HTTP here."""

import asyncio
import os
import re
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from server.election.limits import LONGEST_PIN

# 28 ms a check here, as OWASP's password storage cheat sheet has it. What keeps a PIN safe is the lock-out after five.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# A thousand people who sign in at once wait in a line of their own, one for each processor. In the threads that all
# share they would hold up everything else, and more threads at once would only take memory (19 MiB each).
_line = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="pins")
_RUNS = ("0123456789", "9876543210")


class BadPin(ValueError):
    """A PIN that will not do; the message says what will."""


async def hashed(pin: str) -> str:
    """The hash of a new PIN; BadPin if it is not 4 to 8 digits, or too easily guessed."""
    if not re.fullmatch(rf"[0-9]{{4,{LONGEST_PIN}}}", pin):
        raise BadPin(f"Choose a PIN of 4 to {LONGEST_PIN} digits.")
    if len(set(pin)) == 1 or any(pin in run for run in _RUNS):
        raise BadPin("That PIN is the first that others would try. Choose another.")
    return await asyncio.get_running_loop().run_in_executor(_line, _hasher.hash, pin)


async def is_pin(pin: str, hash: str) -> bool:
    """Whether this is the PIN of that hash; BadPin where it is longer than any."""
    if len(pin) > LONGEST_PIN:
        raise BadPin(f"That is longer than any PIN. A PIN has 4 to {LONGEST_PIN} digits.")

    def verified() -> bool:
        try:
            return _hasher.verify(hash, pin)
        except VerifyMismatchError:
            return False

    return await asyncio.get_running_loop().run_in_executor(_line, verified)
