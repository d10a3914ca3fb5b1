"""Sheets beside each other, and beside what was keyed again: in which fields they differ. Nothing is decided here."""
