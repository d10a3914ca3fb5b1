"""The Redis stream behind a night: append, read, follow, and the embedded server. The only room that imports redis."""
