"""Figures as keyed: where two sheets differ, what is keyed again, blocks apart, what is to be expected, doubts."""
