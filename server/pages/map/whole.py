"""A night's map as HTML, with its hexagons as the push sends them. ``hexagons`` says where they are."""

from markupsafe import Markup

from server.html.shown import Shown
from server.html.templates import rendered
from server.pages.map import hexagons as night_map
from server.pages.map.dots import held


def whole_map(shown: Shown, view: str = "") -> Markup:
    """The map of a night that has one, with its choice of views; it begins with ``view``, or without one as usual."""
    night = shown.night
    drawing = night_map.drawn(night.definition)
    slugs = [contest.slug for contest in night.definition.contests]
    rows = [(row, [shown.text(f"hex-{slugs[place]}") for place in row.contests]) for row in drawing.rows]
    context: dict[str, object] = {"night": night, "drawing": drawing, "rows": rows, "steps": night_map, "chosen": view}
    context["state"] = shown.state
    context |= {"was": shown.text("was"), "held": held(night.definition)}
    return Markup(rendered("fragments/map.html", shown.language, **context))
