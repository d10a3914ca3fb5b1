"""The rules of a UK result: pure and synchronous; no I/O, no clock, no randomness, and no import of another room."""
