"""Notices to closed browsers (Web Push): who is told of which seats, what they are told, and the sending."""
