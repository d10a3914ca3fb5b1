"""What is made once for many: remembered within bounds, or made in a thread for all who wait. Nothing of nights."""
