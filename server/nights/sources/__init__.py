"""Reads files that others publish: the Library's and Democracy Club's CSV, HexJSON. Nothing is written."""
