"""A result or a score as a text to copy into somebody else’s program."""
