"""Declared: live election-night results. One folder a room; app.py wires them."""
