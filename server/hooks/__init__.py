"""Webhooks: a night's events sent to other people's servers, as they happen. Nothing is decided here."""
