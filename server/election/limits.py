"""How long a text may be that a person or a program sends: every limit of the count, in characters."""

LONGEST_NAME = 80
"""The name of somebody invited."""
LONGEST_TEXT = 500
"""A note, a reason: a sentence or two, which everybody reads."""
LONGEST_NUMBER = 9
"""The digits of a number of votes or papers: more than there are people."""
LONGEST_PIN = 8
LONGEST_SEARCH = 100
"""What somebody looks for."""
LONGEST_LINE, MOST_LINES = 300, 2000
"""A line of a list of people, or the name of a contest; and how many of them come at once."""
LONGEST_KEY = 128
"""A program's Idempotency-Key."""
LONGEST_TOKEN = 1000
"""The token of an invitation; ours have about a hundred."""
LONGEST_FIELD = 200
"""What a page puts into its form itself: which contest, which round, against forgery."""
