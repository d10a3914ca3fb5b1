"""Keyed figures looked at: block votes and split votes apart, the shares to be expected, and what is doubtful."""
