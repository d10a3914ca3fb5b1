"""The seats of a night as bars, for its page, for others and for pictures."""
