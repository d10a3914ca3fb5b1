"""Photographs of result sheets, beside the streams of a night, in ``{night}:photos``. No event is written here."""
