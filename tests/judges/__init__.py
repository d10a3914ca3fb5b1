"""Judges from outside, run by hand: Lighthouse and the Nu HTML checker. No test depends on them."""
