"""Nights still to come: what was typed or sent becomes a night's definition, or every fault at its row."""
