"""A night as tables: CSV, JSON Lines and SQLite, with the columns of the field. No figure is worked out here."""
