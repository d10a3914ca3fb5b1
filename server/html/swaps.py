"""How HTML reaches its place in a page that is open: htmx's partials, and the cursor. No content of any page."""


def partial(target: str, swap: str, html: str) -> str:
    """A message's part that htmx swaps into the element with the id ``target``, as ``swap`` (``outerMorph``) says."""
    return f'<hx-partial hx-target="#{target}" hx-swap="{swap}">{html}</hx-partial>'


def cursor(seq: int) -> str:
    """Where a page keeps how far it has come, for its next connection."""
    return f'<data id="cursor" value="{seq}" hidden></data>'
