"""Ballot boxes: the forms on officers' phones and at the desk, and the statement of verification."""

from server.count.boxes import at_the_desk, counting, listing, statement

PAGES = {
    "/count/boxes": listing.boxes,
    "/count/box": counting.box,
    "/count/statement": statement.statement,
    "/count/statement.txt": statement.statement_as_text,
}
FORMS = {
    "boxes": listing.list_boxes,
    "boxes/announcement": listing.announce,
    "box": counting.count_box,
    "box/check": counting.check_box,
}
DESK_PAGES = {
    "/desk/contests/{ballot}/boxes": at_the_desk.boxes,
    "/desk/contests/{ballot}/statement": statement.statement_at_the_desk,
}
DESK_FORMS = {
    "boxes": at_the_desk.list_boxes,
    "boxes/strike": at_the_desk.strike_box,
}
"""The addresses of forms, below ``/count/`` and ``/desk/``."""
