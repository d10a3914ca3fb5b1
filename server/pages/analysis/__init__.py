"""The pages that look at a night as a whole: areas, swing, battlegrounds, records."""
