"""A result in words, for pictures, links, feeds and what people copy. No page."""
