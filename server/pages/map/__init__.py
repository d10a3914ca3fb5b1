"""A night's map of hexagons, and the neighbours of a seat on it."""
