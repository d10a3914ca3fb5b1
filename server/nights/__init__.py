"""Past nights, shipped, kept and imported: their files, and what a night is compared with. No rules, no HTTP."""
