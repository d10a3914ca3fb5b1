"""A night as HTML: the page and the push use the same templates. No rules and no Redis."""
