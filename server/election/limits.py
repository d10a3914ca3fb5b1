"""How much a person or a program may send: the longest texts, in characters, and the most lines at once."""

MOST_PHOTOS, MOST_PHOTO_BYTES, MOST_BYTES_OF_PHOTOS = 4, 600_000, 256 * 1024**2
"""The photographs of one result sheet that are seen at once, the bytes of one, and the bytes of all of a night."""
LONGEST_NAME = 80
"""The name of somebody who is invited."""
MOST_CANDIDATES = 200
"""The candidates on one ballot paper; the longest so far had 34."""
LONGEST_TITLE = 120
"""The title of a night, the name of a contest, a party, a region or an election, the description of a candidate."""
LONGEST_TEXT = 500
"""A note or a reason: a sentence or two for everybody to read."""
LONGEST_NUMBER = 9
"""The digits of a number of votes or papers: nine are enough for any electorate."""
LONGEST_PIN = 8
"""The digits of a PIN."""
LONGEST_SEARCH = 100
"""What somebody types into the desk's search."""
LONGEST_LINE, MOST_LINES = 300, 2000
"""One line of a list of people to invite, or the name of a contest; and how many such lines or names come at once."""
LONGEST_KEY = 128
"""A program's Idempotency-Key."""
LONGEST_TOKEN = 1000
"""The token in the link of an invitation; those made here are about a hundred characters long."""
LONGEST_FIELD = 200
"""A hidden field that a page put into its own form: the contest, the round, the token against forgery."""
MOST_CONTESTS = 700
"""The contests of a night that somebody makes."""
MOST_HOOKS, LONGEST_URL = 20, 500
"""The webhooks of a night, and the characters of an address that one of them is sent to."""
MOST_BOXES = 1000
"""The ballot boxes of one contest; the largest constituencies have about two hundred."""
MOST_TABLES = 100
"""The count tables of one contest."""
MOST_IN_A_BUNDLE = 1000
"""The papers of a full bundle; most counts have 25, 50 or 100."""
