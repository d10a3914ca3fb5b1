"""A night's map as HTML, with its hexagons as the push sends them. Where they are is in ``map``."""

from markupsafe import Markup

from server.html.shown import Shown
from server.html.templates import rendered
from server.pages.map import hexagons as night_map


def whole_map(shown: Shown, view: str = "") -> Markup:
    """The map of a night that has one, with its choice of views; ``view`` is the one it begins with."""
    night = shown.night
    drawing = night_map.drawn(night.definition)
    slugs = [contest.slug for contest in night.definition.contests]
    rows = [(row, [shown.text(f"hex-{slugs[one]}") for one in row.contests]) for row in drawing.rows]
    context: dict[str, object] = {"night": night, "drawing": drawing, "rows": rows, "steps": night_map, "chosen": view}
    context["state"] = shown.state
    return Markup(rendered("fragments/map.html", shown.language, **context))
