"""The desk, which runs a night: all contests at a glance, who is where, what is stuck; hold, correct, invite."""

from server.count.desk import contest, night, pages, people

PAGES = {
    "/desk": pages.desk,
    "/desk/hold": pages.hold_or_release,
    "/desk/record": pages.record,
    "/desk/people": people.people,
    "/desk/invitations": people.invitations,
    "/desk/contests/{ballot}": pages.contest,
    "/desk/live": pages.poll,
}
FORMS = {
    "hold": night.hold,
    "release": night.release,
    "set-aside": night.set_aside,
    "entry": night.entry,
    "note": night.note,
    "replay": night.replay,
    "expected": contest.expected,
    "revision": contest.revision,
    "revision/drop": contest.drop_revision,
    "withdrawal": contest.withdrawal,
    "no-poll": contest.no_poll,
    "invitations": people.invite,
    "people/{what}": people.change,
}
"""The addresses of forms below ``/desk/``. A form's address that is opened as a page leads ``back`` to the desk."""
back, live = pages.back, pages.live
