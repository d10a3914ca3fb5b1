"""A past night played again through the stream, as if it happened now. No rules, no HTML."""
