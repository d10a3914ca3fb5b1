"""What the desk looks at: how each contest stands, what it needs, what was done, as pieces of pages. No requests."""
