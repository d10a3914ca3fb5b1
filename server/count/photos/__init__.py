"""Photographs of the result sheet: sent by an officer after the declaration, hidden by the desk."""

from server.count.photos import sending, shrinking

UPLOADS, MOST_UPLOADED = "/count/photo", shrinking.MOST_UPLOADED
FORMS = {"photo": sending.send}
DESK_FORMS = {"photo/hide": sending.hide}
"""The addresses of forms, below ``/count/`` and ``/desk/``."""
