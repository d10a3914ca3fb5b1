"""The desk's page of webhooks: made, tried, switched and dropped. What is sent is not decided here."""

from server.count.hooks import changing, listing

DESK_PAGES = {"/desk/hooks": listing.hooks}
DESK_FORMS = {
    "hooks": changing.make,
    "hooks/test": changing.test,
    "hooks/on": changing.switch_on,
    "hooks/off": changing.switch_off,
    "hooks/drop": changing.drop,
}
"""The addresses of forms, below ``/desk/``."""
