"""Photographs of result sheets as files beside a record: ``NIGHT.photos/HASH.jpg``. No Redis."""
