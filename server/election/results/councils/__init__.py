"""The councils of a night: who controls each, and since which event; and all of them together."""
