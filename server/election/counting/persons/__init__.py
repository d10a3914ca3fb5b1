"""The people who are invited to a night: how each stands, by what they and the desk did. No rules."""
