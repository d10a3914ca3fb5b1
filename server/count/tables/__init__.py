"""Count tables: their short sheets on officers' phones, the sum that the form makes of them, and their list at the
desk."""

from server.count.tables import adding, at_the_desk, keying

PAGES = {
    "/count/tables": adding.tables,
    "/count/table": keying.table,
}
FORMS = {
    "tables": adding.add_up,
    "table": keying.key_table,
}
DESK_PAGES = {"/desk/contests/{ballot}/tables": at_the_desk.tables}
DESK_FORMS = {"tables": at_the_desk.choose_tables}
"""The addresses of forms, below ``/count/`` and ``/desk/``."""
