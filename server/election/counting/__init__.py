"""The private side of a count: what people did, what they may do next, how figures become a declaration. No I/O."""
