"""How votes are counted: the one place that knows a method. No parties, no contests, no events: ids and numbers."""
