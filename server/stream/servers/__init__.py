"""Which servers Redis is made of: many as if they were one, and what their settings promise."""
