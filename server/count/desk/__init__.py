"""The people who run a night: all contests at a glance, who is where, what is stuck; hold, release, correct, invite."""
