"""Councils: all of a night, and the page of each."""
