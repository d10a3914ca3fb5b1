"""The PIN that a person chooses for an invitation: what is good enough, and its Argon2 hash. No HTTP here."""

import asyncio
import os
import re
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from server.election.limits import LONGEST_PIN
from server.election.texts.said import say

# These parameters are those of OWASP's password storage cheat sheet; a check took 28 ms when it was measured. What
# protects a PIN is that five wrong ones in a row lock the invitation.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# PINs are checked in threads of their own, one for each processor. In the pool that everything shares, a thousand
# people who sign in at once would hold up all other work; more threads would only take memory (19 MiB each).
_threads = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="pins")
_RUNS = ("0123456789", "9876543210")


class BadPin(ValueError):
    """Raised for a PIN that cannot be used; its ``sentence`` says what a PIN must be."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


async def hashed(pin: str) -> str:
    """The Argon2 hash of a new PIN; BadPin if it is not 4 to 8 digits, or is too easily guessed."""
    if not re.fullmatch(rf"[0-9]{{4,{LONGEST_PIN}}}", pin):
        raise BadPin(say("Choose a PIN of 4 to %(most)s digits.", most=LONGEST_PIN))
    if len(set(pin)) == 1 or any(pin in run for run in _RUNS):
        raise BadPin(say("That PIN is the first that others would try. Choose another."))
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, pin)


async def is_pin(pin: str, hash: str) -> bool:
    """Whether this is the PIN that ``hash`` was made from; BadPin if it is longer than any PIN can be."""
    if len(pin) > LONGEST_PIN:
        raise BadPin(say("That is longer than any PIN. A PIN has 4 to %(most)s digits.", most=LONGEST_PIN))

    def verified() -> bool:
        try:
            return _hasher.verify(hash, pin)
        except VerifyMismatchError:
            return False

    return await asyncio.get_running_loop().run_in_executor(_threads, verified)
