"""The push: a night's newest fragments, encoded once, to every connected browser. No HTML is made here, no rules."""
