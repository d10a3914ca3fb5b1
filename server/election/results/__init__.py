"""What follows from results: totals, swing, records, seats to watch, the feed. Nothing here is stored."""
