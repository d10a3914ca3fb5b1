"""Words that the rules are made with, below all of them: the codes of the checks, and what a note says of itself."""
