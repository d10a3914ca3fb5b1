"""Past nights, shipped as data: their file format, loader, importer and replay. No rules, no HTTP."""
