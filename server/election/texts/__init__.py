"""Words that the rules are made with, below all of them: the codes of the checks, what a note says of itself, and
letters as they were meant."""
