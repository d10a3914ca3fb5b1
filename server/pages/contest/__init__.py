"""The page of one contest: its result, what the seat was before, its public notice."""
