"""The player of a past night: its line, its frames. The clock is in the viewer's browser."""
