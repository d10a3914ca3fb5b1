"""How HTML reaches its place in an open page: htmx's partials, and the cursor. No content of any page."""

from datetime import datetime


def partial(target: str, swap: str, html: str) -> str:
    """A part of a message that htmx swaps into the element with the id ``target``, by its method ``swap``."""
    return f'<hx-partial hx-target="#{target}" hx-swap="{swap}">{html}</hx-partial>'


def cursor(seq: int, of: str = "") -> str:
    """The element in which a page keeps the seq that it shows, from which its next connection resumes; ``of`` tells the
    event of that seq from another, for a night that begins anew."""
    told = f' data-of="{of}"' if of else ""
    return f'<data id="cursor" value="{seq}"{told} hidden></data>'


def stood(at: datetime) -> str:
    """What tells an event from another of the same seq: when it happened, in microseconds."""
    return str(round(at.timestamp() * 1_000_000))


def placed(fragment: str, html: str) -> str:
    """A fragment with the place it goes to.

    A browser parses a hexagon as SVG only inside an ``svg``, so it is wrapped in one and names its own place.
    """
    if fragment.startswith("hex-"):
        place = f"outerHTML:[aria-labelledby=row-{fragment.removeprefix('hex-')}]"
        return html.replace("<a ", f'<svg><a hx-swap-oob="{place}" ', 1) + "</svg>"
    return partial(fragment, "outerMorph", html)
