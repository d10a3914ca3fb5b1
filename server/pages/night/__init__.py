"""The page of a night: its banner, its score, its House, its seats."""
