"""How far each webhook of a night is, in ``{night}:hooks``. Nothing is sent from here, and no event is kept."""
