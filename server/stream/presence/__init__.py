"""When each phone at a night's count was last heard from, in ``{night}:heard``. Nobody is signed in or out here."""
