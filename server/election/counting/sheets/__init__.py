"""What is on a sheet, field by field: where two differ, what is keyed again, blocks apart. Nothing is decided here."""
