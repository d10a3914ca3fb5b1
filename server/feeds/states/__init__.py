"""A night, its contests and councils as data: the public shapes, and the state put into them. No HTTP."""
