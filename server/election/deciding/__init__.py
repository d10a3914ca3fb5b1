"""What may happen on a night: a command becomes an event, or a refusal in words. No input, no output."""
