"""Seats whose names stayed when their boundaries changed, and whose codes are new: files made before the results have
the old ones. By the year of the boundaries, old code to new."""

RENAMED = {
    2024: {
        "S14000006": "S14000107",  # Ayr, Carrick and Cumnock
        "S14000008": "S14000108",  # Berwickshire, Roxburgh and Selkirk
        "S14000010": "S14000109",  # Central Ayrshire
        "S14000040": "S14000110",  # Kilmarnock and Loudoun
        "S14000058": "S14000111",  # West Aberdeenshire and Kincardine
    }
}

EARLIER = {new: old for renamed in RENAMED.values() for old, new in renamed.items()}
"""Every code of now → the one before."""
