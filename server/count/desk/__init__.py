"""The desk, which runs a night: all contests at a glance, who is where, what is stuck; hold, correct, invite."""

from server.count.desk import (
    contest_actions,
    end_actions,
    night_actions,
    night_form,
    note_actions,
    pages,
    paper_actions,
    practice,
)

PAGES = {
    "/desk": pages.desk,
    "/desk/hold": pages.hold_or_release,
    "/desk/close": end_actions.ask_to_close,
    "/desk/discard": end_actions.ask_to_discard,
    "/desk/record": pages.record,
    "/desk/contests/{ballot}": pages.contest,
    "/desk/contests/{ballot}/paper": paper_actions.ballot_paper,
    "/desk/night": night_form.night,
    "/desk/notes/{seq}": note_actions.one_note,
    "/desk/practice": practice.practice,
    "/desk/live": pages.poll,
}
FORMS = {
    "hold": night_actions.hold,
    "release": night_actions.release,
    "set-aside": night_actions.set_aside,
    "entry": night_actions.entry,
    "note": note_actions.note,
    "note/correction": note_actions.correct,
    "note/withdrawal": note_actions.withdraw,
    "night": night_form.amend_night,
    "practice": practice.open_practice,
    "replay": night_actions.replay,
    "close": end_actions.close,
    "discard": end_actions.discard,
    "expected": contest_actions.expected,
    "stage/back": contest_actions.take_back,
    "revision": contest_actions.revision,
    "revision/drop": contest_actions.drop_revision,
    "change": contest_actions.change,
    "withdrawal": contest_actions.withdrawal,
    "no-poll": contest_actions.no_poll,
    "paper": paper_actions.amend_ballot_paper,
}
"""The addresses of forms below ``/desk/``. A form's address that is opened as a page leads ``back`` to the desk."""
back, live = pages.back, pages.live
