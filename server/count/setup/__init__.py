"""Running the place: all nights, making one from what people have, seeing it as viewers will, opening it."""

from server.count.setup import beginning, drafting, nights, opening, people, preview

UPLOADS = "/admin/nights/file"
"""Where files are sent, which may be larger than other requests."""
MOST_UPLOADED = beginning.MOST_UPLOADED
PAGES = {
    "/admin": nights.nights,
    "/admin/run": nights.back,
    "/admin/copy": nights.back,
    "/admin/people": people.people,
    "/admin/people/{what}": people.back,
    "/admin/nights": beginning.begin,
    "/admin/nights/template.csv": beginning.template,
    "/admin/nights/seat": beginning.back,
    "/admin/nights/file": beginning.back,
    "/admin/nights/names": beginning.back,
    "/admin/nights/{draft}": drafting.draft,
    "/admin/nights/{draft}/preview": preview.preview,
    "/admin/nights/{draft}/preview/{ballot}": preview.preview,
    "/admin/nights/{draft}/open": beginning.back,
    "/admin/nights/{draft}/drop": beginning.back,
}
FORMS = {
    "/admin/run": nights.run,
    "/admin/copy": nights.practise,
    "/admin/people": people.invite,
    "/admin/people/{what}": people.change,
    "/admin/nights/seat": beginning.from_seat,
    "/admin/nights/file": beginning.from_file,
    "/admin/nights/names": beginning.from_names,
    "/admin/nights/{draft}": drafting.save,
    "/admin/nights/{draft}/open": opening.open_draft,
    "/admin/nights/{draft}/drop": opening.drop,
}
open_in_time = opening.open_in_time
