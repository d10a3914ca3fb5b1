"""The rules of a UK result: pure and synchronous; no I/O, no clock, no randomness, no import of another room."""
